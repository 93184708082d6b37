import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { isInstalled } from './lock-file.mjs';

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const MINIMUM_NODE = [20, 15];

/** Exists while a command installs or builds in this clone: two at once would overwrite each other's files. */
export const BUSY = join(root, '.tiller-busy');

/** Runs a command in the project's folder with its output shown; ends this program with its status if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) {
    console.error(`${command} could not be started: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs a script of node_modules with this Node. */
export function runTool(script, args, nodeArgs = []) {
  run(process.execPath, [...nodeArgs, join(root, 'node_modules', script), ...args]);
}

/** Installs the packages of the lock file where node_modules does not have them; `npm ci` by the user counts as well. */
export function ensureDependencies() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    console.error(`Tiller needs Node ${MINIMUM_NODE.join('.')} or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
  withLock(BUSY, install);
}

function install() {
  if (isInstalled(root)) return;
  console.error('Installing packages (npm ci). With an empty npm cache this takes minutes.');
  run(process.execPath, [join(root, 'scripts', 'install.mjs'), root, 'npm', 'ci', '--loglevel=error'], {
    stdio: ['inherit', process.stderr, 'inherit'],
  });
}
