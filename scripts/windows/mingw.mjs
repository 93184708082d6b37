// Builds for Windows on Linux with Debian's MinGW.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';
import { ensurePackages, run } from '../native-build.mjs';

/** Where everything for Windows is built. */
export const windowsDir = join(root, 'build', 'windows');
const libraries = join(windowsDir, 'libraries');
const toolchain = join(root, 'native', 'cmake', 'mingw.cmake');

const COMPILER = ['g++-mingw-w64-x86-64-posix', 'cmake', 'ninja-build'];

function configure(source, build, definitions) {
  run('cmake', [
    ...['-S', source, '-B', build, '-G', 'Ninja', `-DCMAKE_TOOLCHAIN_FILE=${toolchain}`],
    ...['-DCMAKE_BUILD_TYPE=Release', ...definitions.map((definition) => `-D${definition}`)],
  ]);
}

const build = (folder, ...targets) =>
  run('cmake', ['--build', folder, '--parallel', '2', '--target', ...targets]);

/** Where this system's own packages come from, as lines of a list of sources. */
function sourceLists() {
  const format = '$(REPO_URI) $(CODENAME) $(COMPONENT)';
  const places = execFileSync(
    'apt-get',
    ['indextargets', '--format', format, 'Created-By: Packages', 'Label: Debian', 'Component: main'],
    { encoding: 'utf8' },
  );
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
  return [...new Set(places.trim().split('\n'))].map((place) => `deb-src [signed-by=${key}] ${place}\n`);
}

/** Unpacks the sources of Debian packages, as their authors published them, into `folder`. */
function debianSources(folder, names) {
  ensurePackages(['dpkg-dev', 'debian-archive-keyring']);
  // A list of its own: systems seldom list the sources, and this one's lists stay as they are.
  const list = join(folder, 'sources.list');
  const lists = join(folder, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  writeFileSync(list, sourceLists().join(''));
  const settings = [
    ...['-o', `Dir::Etc::SourceList=${list}`, '-o', 'Dir::Etc::SourceParts=/dev/null'],
    ...['-o', `Dir::State::Lists=${lists}`, '-o', 'APT::Sandbox::User=root', '-qq'],
  ];
  run('apt-get', [...settings, 'update']);
  run('apt-get', [...settings, 'source', '--download-only', ...names], { cwd: folder });
  for (const name of readdirSync(folder).filter((file) => /\.orig\.tar\.\w+$/.test(file)))
    run('tar', ['-xf', name], { cwd: folder });
}

/**
 * Builds libpng and libjpeg, which Debian has not for MinGW and whose sources its JUCE lacks, from Debian's sources.
 * @returns {string} the folder that they are installed in
 */
function ensureImageLibraries() {
  const done = join(libraries, 'built.txt');
  if (existsSync(done)) return libraries;
  const scratch = mkdtempSync(join(tmpdir(), 'tiller-libraries-'));
  try {
    debianSources(scratch, ['libpng1.6', 'libjpeg-turbo']);
    const source = (name) =>
      join(
        scratch,
        readdirSync(scratch).find((entry) => RegExp(`^${name}-[\\d.]+$`).test(entry)),
      );
    const install = `CMAKE_INSTALL_PREFIX=${libraries}`;
    for (const [name, options] of [
      ['libpng', ['PNG_SHARED=OFF', 'PNG_TESTS=OFF', 'PNG_EXECUTABLES=OFF']],
      ['libjpeg-turbo', ['ENABLE_SHARED=OFF', 'WITH_SIMD=OFF', 'WITH_TURBOJPEG=OFF']],
    ]) {
      configure(source(name), join(scratch, 'build', name), [...options, install]);
      build(join(scratch, 'build', name), 'install');
    }
    // JUCE includes it, as Debian installs it; and names `boolean` in its own namespace, whether Windows' headers have one or not.
    const headers = join(libraries, 'include');
    copyFileSync(join(source('libjpeg-turbo'), 'jpegint.h'), join(headers, 'jpegint.h'));
    const settings = join(headers, 'jconfig.h');
    const text = readFileSync(settings, 'utf8');
    const plain = text.replace(/#ifndef __RPCNDR_H__.*\n(typedef unsigned char boolean;\n)#endif\n/, '$1');
    if (plain === text) throw new Error(`${settings} defines boolean in another way than expected.`);
    writeFileSync(settings, plain);
    writeFileSync(done, '');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return libraries;
}

/** Builds what needs no JUCE. @returns {string} the folder of the programs */
export function buildCore(...targets) {
  ensurePackages(COMPILER);
  const folder = join(windowsDir, 'core');
  configure(join(root, 'native'), folder, ['TILLER_PLUGIN=OFF']);
  build(folder, ...targets);
  return folder;
}

/** Builds targets of the plugin with Debian's JUCE. @returns {string} the folder of the build */
export function buildPluginWithMingw(...targets) {
  ensurePackages([...COMPILER, 'juce-modules-source', 'juce-tools', 'libz-mingw-w64-dev']);
  const folder = join(windowsDir, 'plugin');
  const juce = readdirSync('/usr/lib/x86_64-linux-gnu/cmake').find((name) => name.startsWith('JUCE-'));
  configure(join(root, 'native'), folder, [
    `TILLER_WINDOWS_LIBRARIES=${ensureImageLibraries()}`,
    `JUCE_DIR=/usr/lib/x86_64-linux-gnu/cmake/${juce}`,
  ]);
  build(folder, ...targets);
  return folder;
}
