// Collects the plugin's engine in one relocatable folder: Node, the bundle, this platform's inference library, the page,
// models and presets.
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
import { dirname, join } from 'node:path';
import { root } from './dependencies.mjs';
import { ensureRuntime } from './runtime.mjs';

const windows = process.platform === 'win32';

/** Copies a folder without source maps. */
function copyFolder(from, to) {
  cpSync(from, to, { recursive: true, dereference: true, filter: (path) => !path.endsWith('.map') });
}

/** Copies the packages with native code, which are not bundled, with the libraries of this platform only. */
function copyInference(target) {
  const packages = join(root, 'node_modules');
  copyFolder(join(packages, 'onnxruntime-common'), join(target, 'onnxruntime-common'));
  const from = join(packages, 'onnxruntime-node');
  const to = join(target, 'onnxruntime-node');
  mkdirSync(to, { recursive: true });
  for (const name of ['package.json', 'dist', 'README.md'])
    if (existsSync(join(from, name))) copyFolder(join(from, name), join(to, name));
  for (const version of readdirSync(join(from, 'bin'))) {
    const library = join('bin', version, process.platform, process.arch);
    if (existsSync(join(from, library))) copyFolder(join(from, library), join(to, library));
  }
}

/** Replaces the engine's folder. */
export function packEngine(target) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, 'dist'), { recursive: true });
  const node = join(target, windows ? 'node.exe' : 'node');
  const { program, licence } = ensureRuntime();
  copyFileSync(program, node);
  copyFileSync(licence, join(target, 'NODE-LICENSE'));
  if (!windows) chmodSync(node, 0o755);
  for (const folder of ['engine', 'ui', 'models', 'loops']) {
    const from = join(root, 'dist', folder);
    if (existsSync(from)) copyFolder(from, join(target, 'dist', folder));
  }
  if (existsSync(join(root, 'presets'))) copyFolder(join(root, 'presets'), join(target, 'dist', 'presets'));
  copyInference(join(target, 'node_modules'));
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
