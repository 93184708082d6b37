// Tries the built plugin in clients that others have written (`npm run test:hosts`, Linux): pedalboard and DawDreamer in a virtual
// environment of its own, lv2_validate, jalv on JACK, and pluginval and Steinberg's validator where environment variables name their programs.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPlugin } from './build-plugin.mjs';
import { root } from './dependencies.mjs';

if (process.platform !== 'linux') {
  console.log('The hosts are tried on Linux only.');
  process.exit(0);
}

const CLIENTS = ['pedalboard==0.9.26', 'dawdreamer==0.9.0', 'numpy==2.4.6'];
const clientsFolder = join(root, 'test', 'hosts');
const environment = join(root, 'build', 'hosts', 'venv');
const python = join(environment, 'bin', 'python');
const results = [];

/** Whether a program can be started. */
const isThere = (program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;

function installClients() {
  if (!existsSync(python)) {
    mkdirSync(join(root, 'build', 'hosts'), { recursive: true });
    execFileSync('python3', ['-m', 'venv', environment], { stdio: 'inherit' });
  }
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...CLIENTS], { stdio: 'inherit' });
}

const built = Object.fromEntries(buildPlugin().map((format) => [format.target, format.built]));
const scratch = mkdtempSync(join(tmpdir(), 'tiller-hosts-'));
const env = { ...process.env, HOME: scratch, XDG_RUNTIME_DIR: scratch };
for (const name of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME']) delete env[name];

function attempt(name, program, args, more = {}) {
  console.log(`${name} …`);
  const { status } = spawnSync(program, args, { stdio: 'inherit', env: { ...env, ...more } });
  results.push([name, status === 0 ? 'passed' : 'FAILED']);
}

const leaveOut = (name, how) => results.push([name, `not tried: ${how}`]);

try {
  installClients();
  for (const client of ['pedalboard', 'dawdreamer'])
    attempt(client, python, [join(clientsFolder, `${client}_host.py`), built.Tiller_VST3], {
      DISPLAY: 'none',
    });

  const turtle = ['manifest.ttl', 'dsp.ttl', 'ui.ttl'].map((name) => join(built.Tiller_LV2, name));
  if (isThere('lv2_validate') && isThere('sord_validate')) attempt('lv2_validate', 'lv2_validate', turtle);
  else leaveOut('lv2_validate', 'sudo apt-get install lv2-dev sordi');

  if (['jackd', 'jalv', 'jack_rec'].every(isThere))
    attempt('jalv', process.execPath, [join(clientsFolder, 'jalv_host.mjs'), built.Tiller_LV2]);
  else leaveOut('jalv', 'sudo apt-get install jackd2 jalv');

  const { TILLER_PLUGINVAL: pluginval, TILLER_VST3_VALIDATOR: validator } = process.env;
  if (pluginval === undefined) leaveOut('pluginval', 'name its program in TILLER_PLUGINVAL');
  else if (!isThere('xvfb-run')) leaveOut('pluginval', 'sudo apt-get install xvfb');
  else {
    const strict = ['--strictness-level', '10', '--validate-in-process', '--validate', built.Tiller_VST3];
    attempt('pluginval', 'xvfb-run', ['-a', pluginval, ...strict]);
  }
  if (validator === undefined) leaveOut('validator', 'name its program in TILLER_VST3_VALIDATOR');
  else attempt('validator', validator, ['-e', built.Tiller_VST3]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const [name, result] of results) console.log(`${name}: ${result}`);
if (results.some(([, result]) => result === 'FAILED')) process.exitCode = 1;
