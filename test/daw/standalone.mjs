// The standalone program without a screen or a sound card: it runs on a JACK server with a dummy driver, hears another
// client, is recorded, quits, and takes its engines with it, also when it is killed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { artefacts, ensurePackages } from '../../scripts/native-build.mjs';
import { level, likeness, readWav } from './wav.mjs';

const RATE = 48_000;
const LIMIT_MILLISECONDS = 30_000;

const program = join(artefacts, 'Standalone', 'Tiller');
const home = mkdtempSync(join(tmpdir(), 'tiller-standalone-'));
const env = {
  PATH: process.env.PATH,
  HOME: home,
  LANG: 'C.UTF-8',
  JACK_DEFAULT_SERVER: `tiller-${process.pid}`,
};
const started = [];

function launch(command, args, more = {}) {
  const child = spawn(command, args, { env: { ...env, ...more }, stdio: 'ignore' });
  started.push(child);
  return child;
}

const output = (command, args) =>
  spawnSync(command, args, { env, encoding: 'utf8', timeout: 10_000 }).stdout ?? '';
const ports = () => output('jack_lsp', []).split('\n');

async function until(what, test) {
  const end = Date.now() + LIMIT_MILLISECONDS;
  for (let found = test(); ; found = test()) {
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await pause(100);
  }
}

/** The living processes that `pid` started, and theirs. */
function descendants(pid) {
  const parents = new Map();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [state, parent] = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (state !== 'Z') parents.set(Number(entry), Number(parent));
    } catch {
      // It has ended meanwhile.
    }
  }
  const found = [];
  for (const waiting = [pid]; waiting.length > 0;) {
    const of = waiting.pop();
    const children = [...parents].filter(([, parent]) => parent === of).map(([child]) => child);
    found.push(...children);
    waiting.push(...children);
  }
  return found;
}

const isAlive = (pid) =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

function configure() {
  writeFileSync(
    join(home, '.asoundrc'),
    'pcm.!default { type plug slave.pcm tiller }\n' +
      'pcm.tiller { type jack playback_ports { 0 system:playback_1 1 system:playback_2 } capture_ports { 0 system:capture_1 1 system:capture_2 } }\n',
  );
  mkdirSync(join(home, '.config'));
  writeFileSync(
    join(home, '.config', 'Tiller.settings'),
    '<?xml version="1.0" encoding="UTF-8"?>\n<PROPERTIES><VALUE name="shouldMuteInput" val="0"/><VALUE name="audioSetup">' +
      `<DEVICESETUP deviceType="ALSA" audioOutputDeviceName="Default ALSA Output" audioInputDeviceName="Default ALSA Input" audioDeviceRate="${RATE}.0" audioDeviceBufferSize="512"/>` +
      '</VALUE></PROPERTIES>\n',
  );
}

async function withTiller(display, use) {
  const tiller = launch(program, [], { DISPLAY: display });
  const input = await until('Tiller opening its inputs', () =>
    ports().find((name) => /^Tiller\.C\..*:in_000$/.test(name)),
  );
  const out = await until('Tiller opening its outputs', () =>
    ports().find((name) => /^Tiller\.P\..*:out_000$/.test(name)),
  );
  await until('Tiller starting its engine', () => descendants(tiller.pid).length > 0);
  return use(tiller, input, out);
}

const results = [];
function check(what, holds, detail) {
  console.log(`${holds ? 'pass' : 'FAIL'} ${what}: ${detail}`);
  results.push(holds);
}

async function checkEnd(how, tiller, signal) {
  const family = descendants(tiller.pid);
  const ended = once(tiller, 'exit');
  tiller.kill(signal);
  const [code, by] = await Promise.race([ended, pause(LIMIT_MILLISECONDS, ['it hangs'], { ref: false })]);
  await pause(1500);
  const left = family.filter(isAlive);
  check(
    `ends ${how} with everything it started`,
    left.length === 0 && (signal === 'SIGKILL' || code === 0),
    `code ${code ?? by}, ${family.length} processes, ${left.length} left`,
  );
}

async function main() {
  if (!existsSync(program))
    throw new Error('The standalone program is not built: run `npm run plugin` first.');
  ensurePackages(['jackd2', 'libasound2-plugins', 'xvfb', 'openbox']);
  configure();
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  started.push(server);
  const display = `:${String((await once(server.stdio[3], 'data'))[0]).trim()}`;
  launch('openbox', [], { DISPLAY: display });
  launch('jackd', ['-r', '-n', env.JACK_DEFAULT_SERVER, '-d', 'dummy', '-r', String(RATE), '-p', '256']);
  await until('the JACK server starting', () => ports().includes('system:playback_1'));

  await withTiller(display, async (tiller, input, out) => {
    launch('jack_metro', ['-b', '240', '-n', 'metro', '-d', '60', '-f', '440']);
    const click = await until('the metronome starting', () => ports().find((name) => /^metro:/.test(name)));
    for (const side of ['0', '1']) output('jack_connect', [click, input.replace(/0$/, side)]);
    await pause(4000);
    const recording = join(home, 'recording.wav');
    output('jack_rec', ['-f', recording, '-d', '4', '-b', '32', click, out]);
    const [dry, wet] = readWav(recording);
    check(
      'is heard',
      level(dry) > 1e-3 && level(wet) > 1e-4,
      `${level(dry).toFixed(4)} in, ${level(wet).toFixed(4)} out`,
    );
    const alike = likeness(dry, wet);
    check('the model is heard, not the track', alike < 0.9, `likeness to the input ${alike.toFixed(3)}`);
    await checkEnd('on an interrupt', tiller, 'SIGINT');
  });
  await withTiller(display, (tiller) => checkEnd('when it is killed', tiller, 'SIGKILL'));
  const failed = results.filter((holds) => !holds).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

try {
  await main();
} finally {
  // Asked first: a JACK server that is killed leaves its memory behind, and there is room for eight.
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    for (const child of started.reverse()) child.kill(signal);
    await pause(1000);
  }
  for (const name of readdirSync('/dev/shm').filter((one) => one.includes(env.JACK_DEFAULT_SERVER)))
    rmSync(join('/dev/shm', name), { force: true });
  if (process.env.TILLER_KEEP === undefined) rmSync(home, { recursive: true, force: true });
  else console.log(`Kept ${home}`);
}
