// Collects the plugin's engine in one relocatable folder: Node, the bundle, a platform's inference library, the page, models and
// presets.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './dependencies.mjs';
import { ensureRuntime } from './runtime.mjs';

/** DirectX's part of onnxruntime for Windows: Tiller computes on the processor. */
const UNUSED_LIBRARIES = new Set(['DirectML.dll', 'dxcompiler.dll', 'dxil.dll']);

/** The runtime of Visual C++, which onnxruntime needs and a new Windows does not have. */
const VISUAL_CPP_RUNTIME = /^(msvcp140|vcruntime140)\w*\.dll$/i;

/** Copies a folder without source maps and unused libraries. */
function copyFolder(from, to) {
  const filter = (path) => !path.endsWith('.map') && !UNUSED_LIBRARIES.has(basename(path));
  cpSync(from, to, { recursive: true, dereference: true, filter });
}

/**
 * The folder of Visual C++'s runtime libraries that the build environment of Visual Studio names, for example below
 * `…\\VC\\Redist\\MSVC\\14.38.33130\\`; null outside of it.
 */
function redistributableRuntime(arch) {
  const redistributable = process.env.VCToolsRedistDir;
  if (!redistributable) return null;
  const libraries = readdirSync(join(redistributable, arch)).find((name) => /\.CRT$/i.test(name));
  return libraries === undefined ? null : join(redistributable, arch, libraries);
}

function copyVisualCppRuntime(from, to) {
  if (from === null) {
    console.error(
      'The runtime of Visual C++ was not packed: run this in the command prompt of Visual Studio (VCToolsRedistDir is not set). Without it, players need Microsoft’s redistributable package.',
    );
    return;
  }
  for (const name of readdirSync(from))
    if (VISUAL_CPP_RUNTIME.test(name)) copyFileSync(join(from, name), join(to, name));
}

/** Copies the packages with native code, which are not bundled, with the libraries of one platform only. */
function copyInference(target, { platform, arch, visualCppRuntime }) {
  const packages = join(root, 'node_modules');
  copyFolder(join(packages, 'onnxruntime-common'), join(target, 'onnxruntime-common'));
  const from = join(packages, 'onnxruntime-node');
  const to = join(target, 'onnxruntime-node');
  mkdirSync(to, { recursive: true });
  for (const name of ['package.json', 'dist', 'README.md'])
    if (existsSync(join(from, name))) copyFolder(join(from, name), join(to, name));
  for (const version of readdirSync(join(from, 'bin'))) {
    const library = join('bin', version, platform, arch);
    if (!existsSync(join(from, library))) continue;
    copyFolder(join(from, library), join(to, library));
    if (platform === 'win32') copyVisualCppRuntime(visualCppRuntime, join(to, library));
  }
}

/**
 * Replaces the engine's folder by one for a platform and processor, named as in `process`; by default these. For Windows
 * `visualCppRuntime` names the folder of Visual C++'s runtime libraries.
 */
export function packEngine(
  target,
  { platform = process.platform, arch = process.arch, visualCppRuntime = redistributableRuntime(arch) } = {},
) {
  const windows = platform === 'win32';
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, 'dist'), { recursive: true });
  const node = join(target, windows ? 'node.exe' : 'node');
  const { program, licence } = ensureRuntime(platform, arch);
  copyFileSync(program, node);
  copyFileSync(licence, join(target, 'NODE-LICENSE'));
  if (!windows) chmodSync(node, 0o755);
  for (const folder of ['engine', 'ui', 'models'])
    copyFolder(join(root, 'dist', folder), join(target, 'dist', folder));
  copyFolder(join(root, 'models', 'loops'), join(target, 'dist', 'loops'));
  copyFolder(join(root, 'presets'), join(target, 'dist', 'presets'));
  copyInference(join(target, 'node_modules'), { platform, arch, visualCppRuntime });
  for (const name of ['LICENSE', 'NOTICE', 'models/NOTICE'])
    copyFileSync(join(root, name), join(target, name.replace('/', '-')));
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }\n');
}

/** Replaces `to` by hard links to the files of `from`, or by copies where the file system has no links. */
export function linkFolder(from, to) {
  rmSync(to, { recursive: true, force: true });
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const destination = join(to, source.slice(from.length));
    mkdirSync(dirname(destination), { recursive: true });
    try {
      linkSync(source, destination);
    } catch {
      copyFileSync(source, destination);
    }
  }
}
