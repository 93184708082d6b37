// The LV2 in jalv on a JACK server with a dummy driver: `node jalv_host.mjs BUNDLE`. Passes once a click that is played into the
// plugin is heard as the model's sound.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { level, likeness, readWav } from '../daw/wav.mjs';

const RATE = 48_000;
const LIMIT_MILLISECONDS = 120_000;
const RECORDED_SECONDS = 3;

const home = mkdtempSync(join(tmpdir(), 'tiller-jalv-'));
const server = `tiller-${process.pid}`;
const env = {
  ...process.env,
  HOME: home,
  XDG_RUNTIME_DIR: home,
  DISPLAY: 'none',
  JACK_DEFAULT_SERVER: server,
  LV2_PATH: `${dirname(process.argv[2])}:/usr/lib/lv2`,
};
const started = [];

function launch(command, args) {
  // jalv ends where its input does.
  const child = spawn(command, args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
  started.push(child);
  return child;
}

const output = (command, args) => spawnSync(command, args, { env, encoding: 'utf8' }).stdout ?? '';
const ports = () => output('jack_lsp', []).split('\n');

async function until(what, test) {
  const end = Date.now() + LIMIT_MILLISECONDS;
  for (let found = test(); ; found = test()) {
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await pause(200);
  }
}

/** Records what goes into the plugin and what comes out. */
function record(click) {
  const file = join(home, 'recording.wav');
  output('jack_rec', ['-f', file, '-d', String(RECORDED_SECONDS), '-b', '32', click, 'tiller:audio_out_1']);
  const [dry, wet] = readWav(file);
  return { dry: level(dry), wet: level(wet), alike: likeness(dry, wet) };
}

async function main() {
  launch('jackd', ['-r', '-n', server, '-d', 'dummy', '-r', String(RATE), '-p', '256']);
  await until('the start of JACK', () => ports().includes('system:playback_1'));
  const jalv = launch('jalv', ['-n', 'tiller', 'urn:tiller:tiller']);
  await until('the start of jalv', () => ports().includes('tiller:audio_out_1'));
  launch('jack_metro', ['-b', '240', '-n', 'metro', '-d', '60', '-f', '440']);
  const click = await until('the start of the metronome', () =>
    ports().find((name) => name.startsWith('metro:')),
  );
  for (const side of ['1', '2']) output('jack_connect', [click, `tiller:audio_in_${side}`]);
  const heard = await until('the sound of the model', () => {
    const { dry, wet, alike } = record(click);
    return dry > 1e-3 && wet > 1e-4 && alike < 0.9 && { dry, wet, alike };
  });
  const ended = once(jalv, 'exit');
  jalv.stdin.end('quit\n');
  const [code] = await ended;
  if (code !== 0) throw new Error(`jalv ended with ${code}`);
  console.log(
    `jalv: ${heard.dry.toFixed(4)} in, ${heard.wet.toFixed(4)} out, likeness to the input ${heard.alike.toFixed(3)}`,
  );
}

try {
  await main();
} finally {
  // JACK is asked first: a server that is killed leaves its memory behind.
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    for (const child of started.reverse()) child.kill(signal);
    await pause(1000);
  }
  for (const name of readdirSync('/dev/shm').filter((one) => one.includes(server)))
    rmSync(join('/dev/shm', name), { force: true });
  rmSync(home, { recursive: true, force: true });
}
