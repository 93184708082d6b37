// The standalone program without a screen or a sound card: it runs on a JACK server with a dummy driver, hears another
// client, is recorded, quits, and takes its engines with it, also when it is killed.
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
import { Jack, RATE } from './jack.mjs';

const LIMIT_MILLISECONDS = 30_000;

const program = join(artefacts, 'Standalone', 'Tiller');
const home = mkdtempSync(join(tmpdir(), 'tiller-standalone-'));
const jack = new Jack(home, { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' }, LIMIT_MILLISECONDS);

/** The processes that `pid` started, and those that they started, as far as they still run. */
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
  const tiller = jack.launch(program, [], { env: { DISPLAY: display } });
  const input = await jack.until('Tiller opening its inputs', () =>
    jack.ports().find((name) => /^Tiller\.C\..*:in_000$/.test(name)),
  );
  const out = await jack.until('Tiller opening its outputs', () =>
    jack.ports().find((name) => /^Tiller\.P\..*:out_000$/.test(name)),
  );
  await jack.until('Tiller starting its engine', () => descendants(tiller.pid).length > 0);
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
  const xvfb = jack.launch('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const display = `:${String((await once(xvfb.stdio[3], 'data'))[0]).trim()}`;
  jack.launch('openbox', [], { env: { DISPLAY: display } });
  await jack.start();

  await withTiller(display, async (tiller, input, out) => {
    const click = await jack.playClick(['0', '1'].map((side) => input.replace(/0$/, side)));
    await pause(4000);
    const { dry, wet, alike } = jack.record(click, out, 4);
    check('is heard', dry > 1e-3 && wet > 1e-4, `${dry.toFixed(4)} in, ${wet.toFixed(4)} out`);
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
  await jack.close();
  if (process.env.TILLER_KEEP === undefined) rmSync(home, { recursive: true, force: true });
  else console.log(`Kept ${home}`);
}
