// Installs the packages for the native build where possible, and builds targets with CMake.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from './dependencies.mjs';
import { correctBundle } from './lv2-turtle.mjs';

export const buildDir = join(root, 'build', 'native');
export const artefacts = join(buildDir, 'Tiller_artefacts', 'Release');

/** Packages for building the plugin on Debian and its derivatives; the web-view helper needs one of the two WebKit packages. */
const PACKAGES = ['cmake', 'ninja-build', 'g++', 'pkg-config', 'libgtk-3-dev'];
/** Debian's JUCE, which brings the libraries that it needs; and these libraries, for a checkout of JUCE. */
const JUCE_PACKAGES = ['juce-modules-source', 'juce-tools'];
const JUCE_LIBRARIES = [
  ...['libasound2-dev', 'libfreetype-dev', 'libfontconfig1-dev', 'libx11-dev', 'libxcomposite-dev'],
  ...['libxcursor-dev', 'libxext-dev', 'libxinerama-dev', 'libxrandr-dev', 'libxrender-dev'],
];
/** What the tests of the plugin's window run on, and pluginval. */
export const DISPLAY_PACKAGES = ['xvfb', 'xauth', 'openbox', 'xdotool'];
const WEBKIT = ['libwebkit2gtk-4.0-dev', 'libwebkit2gtk-4.1-dev'];

export function run(command, args, options = {}) {
  execFileSync(command, args, { stdio: 'inherit', ...options });
}

const succeeds = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Debian packages among `names` that are not installed. */
function missing(names) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names], {
    encoding: 'utf8',
  });
  const installed = new Set(
    (query.stdout ?? '')
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return names.filter((name) => !installed.has(name));
}

/** Installs missing Debian packages as root. Throws with the command to run for other users. */
export function ensurePackages(names) {
  const wanted = missing(names);
  if (wanted.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...wanted];
  if (process.getuid?.() !== 0)
    throw new Error(`These packages are missing. Install them with\n  sudo apt-get ${install.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['-o', 'DPkg::Lock::Timeout=900', 'update', '-qq'], { env });
  run('apt-get', ['-o', 'DPkg::Lock::Timeout=900', '-qq', ...install], { env });
}

const hasWebKit = () =>
  ['webkit2gtk-4.1', 'webkit2gtk-4.0'].some((name) => succeeds('pkg-config', ['--exists', name]));

/** The Debian packages that the build needs; `juce` is a checkout of JUCE, or empty. */
export function buildPackages(juce) {
  const haveWebkit = WEBKIT.some((name) => missing([name]).length === 0);
  const webkit = WEBKIT.find((name) => succeeds('apt-cache', ['show', name])) ?? WEBKIT[1];
  return [...PACKAGES, ...(juce === '' ? JUCE_PACKAGES : JUCE_LIBRARIES), ...(haveWebkit ? [] : [webkit])];
}

function ensureBuildPackages(juce) {
  if (process.platform !== 'linux') return;
  const packages = buildPackages(juce);
  if (succeeds('dpkg-query', ['--version'])) ensurePackages(packages);
  else
    console.log(
      `This system has no Debian packages; the build needs the equivalents of: ${packages.join(', ')}`,
    );
}

/** Configures and builds `targets` in a folder, all of them where none is named. */
export function buildWithCmake(folder, options, targets = []) {
  // On Windows Ninja finds Microsoft's compiler only in the command prompt of Visual Studio, whose own generator finds it anywhere.
  const ninja = process.platform !== 'win32' || process.env.VSCMD_ARG_TGT_ARCH !== undefined;
  const generator = ninja && succeeds('ninja', ['--version']) ? ['-G', 'Ninja'] : [];
  run('cmake', [
    ...['-S', join(root, 'native'), '-B', folder],
    ...(existsSync(join(folder, 'CMakeCache.txt')) ? [] : generator),
    ...['-DCMAKE_BUILD_TYPE=Release', ...options],
  ]);
  const jobs = String(Math.min(4, availableParallelism()));
  const wanted = targets.length === 0 ? [] : ['--target', ...targets];
  run('cmake', ['--build', folder, '--config', 'Release', '--parallel', jobs, ...wanted]);
}

/**
 * Configures and builds `targets`. The environment variable TILLER_JUCE_DIR may name a checkout of JUCE, and TILLER_WEBVIEW2_DIR on
 * Windows the unpacked NuGet package Microsoft.Web.WebView2.
 */
export function buildNative(targets) {
  const juce = process.env.TILLER_JUCE_DIR ?? '';
  ensureBuildPackages(juce);
  run(process.execPath, [join(root, 'scripts', 'protocol-header.mjs'), '--check']);
  const options = [
    `-DTILLER_JUCE_DIR=${juce}`,
    `-DTILLER_WEBVIEW2_DIR=${process.env.TILLER_WEBVIEW2_DIR ?? ''}`,
  ];
  const available = targets.filter((target) => target !== 'tiller-webview' || hasWebKit());
  buildWithCmake(buildDir, options, available);
  if (targets.includes('Tiller_LV2')) correctBundle(join(artefacts, 'LV2', 'Tiller.lv2'));
}
