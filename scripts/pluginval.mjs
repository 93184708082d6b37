// Runs pluginval, which TILLER_PLUGINVAL names, on the built VST3 at its strictest level, on any platform.
import { execFileSync, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { artefacts } from './native-build.mjs';
import { pluginFormats } from './plugin-formats.mjs';

const program = process.env.TILLER_PLUGINVAL;
if (program === undefined) throw new Error('Name the program of pluginval in TILLER_PLUGINVAL.');

const { bundle } = pluginFormats(process.platform, { home: homedir() }).find(
  ({ target }) => target === 'Tiller_VST3',
);
const args = ['--strictness-level', '10', '--validate-in-process', '--validate', join(artefacts, bundle)];
// It opens the plugin's window.
const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY !== undefined;
if (!hasDisplay && spawnSync('xvfb-run', ['--help'], { stdio: 'ignore' }).status !== 0)
  throw new Error('There is no display, and no xvfb-run: sudo apt-get install xvfb');
const [command, ...rest] = hasDisplay ? [program, ...args] : ['xvfb-run', '-a', program, ...args];
execFileSync(command, rest, { stdio: 'inherit' });
