// Tiller in a real DAW without a screen: Ardour makes a session with a track, Tiller and drawn automation, saves it,
// loads it again and exports it twice. The export must be steered, aligned to the sample and the same both times.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, artefacts } from '../../scripts/native-build.mjs';

const RATE = 48_000;
const SECONDS = 6;
const SUPERCLOCK = 282_240_000;
const PLUGIN_ID = 'ABCDEF019182FAEB54696C7254696C6C';
const LIMIT_MILLISECONDS = 90_000;

const bundle = join(artefacts, 'VST3', 'Tiller.vst3');
const scratch = mkdtempSync(join(tmpdir(), 'tiller-daw-'));
const home = join(scratch, 'home');
const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' };

function fail(what) {
  throw new Error(what);
}

function start(command, args, more = {}) {
  return spawnSync(command, args, {
    env: { ...env, ...more },
    encoding: 'utf8',
    timeout: LIMIT_MILLISECONDS,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 26,
  });
}

function run(command, args, more) {
  const { status, stdout, stderr, error } = start(command, args, more);
  if (error || status !== 0)
    fail(`${command} ${error ? error.message : `ended with ${status}`}\n${stdout ?? ''}\n${stderr ?? ''}`);
  return stdout;
}

/** A mono file of 32-bit floats. */
function writeWav(path, samples) {
  const data = Buffer.from(samples.buffer);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(3, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(32, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  writeFileSync(path, Buffer.concat([header, data]));
}

/** The channels of a file of 32-bit floats. */
function readWav(path) {
  const bytes = readFileSync(path);
  let channels = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (id === 'fmt ') channels = bytes.readUInt16LE(at + 10);
    if (id === 'data') {
      const frames = Math.floor(Math.min(size, bytes.length - at - 8) / 4 / channels);
      return Array.from({ length: channels }, (_, c) =>
        Float32Array.from({ length: frames }, (_, i) => bytes.readFloatLE(at + 8 + 4 * (i * channels + c))),
      );
    }
    at += 8 + size + (size % 2);
  }
  return fail(`${path} holds no audio`);
}

/** Decaying bursts of noise: something for a model to hear, and sharp enough to align by. */
function makeInput() {
  let state = 12345;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 0x8000_0000;
  };
  return Float32Array.from(
    { length: SECONDS * RATE },
    (_, i) => 0.25 * Math.exp(-(i % 12_000) / 1500) * random(),
  );
}

/** Puts the audio on the track and the session's range around it: Ardour's scripting cannot import. */
function placeAudio(folder, track, samples) {
  const audio = join(folder, 'interchange', basename(folder), 'audiofiles');
  for (const side of ['L', 'R']) writeWav(join(audio, `input-${side}.wav`), samples);
  const path = join(folder, 'session.ardour');
  const length = `a${SECONDS * SUPERCLOCK}`;
  const region = (id) =>
    `<Region name="input" muted="0" opaque="1" locked="0" video-locked="0" automatic="0" whole-file="${id === 9003 ? 1 : 0}" ` +
    `import="0" external="0" sync-marked="0" left-of-split="0" right-of-split="0" hidden="0" position-locked="0" ` +
    `valid-transients="0" start="a0" length="${length}@a0" sync-position="a0" ancestral-start="a0" ` +
    `ancestral-length="${length}@a0" stretch="1" shift="1" layering-index="0" tags="" contents="0" envelope-active="0" ` +
    `default-fade-in="0" default-fade-out="0" fade-in-active="0" fade-out-active="0" scale-amplitude="1" id="${id}" ` +
    `type="audio" first-edit="nothing" source-0="9001" source-1="9002" master-source-0="9001" master-source-1="9002" channels="2"/>`;
  const source = (id, side) =>
    `<Source id="${id}" name="input-${side}.wav" take-id="" type="audio" flags="" channel="0" origin="" gain="1"/>`;
  const text = readFileSync(path, 'utf8')
    .replace('<Sources/>', `<Sources>${source(9001, 'L')}${source(9002, 'R')}</Sources>`)
    .replace('<Regions/>', `<Regions>${region(9003)}</Regions>`)
    .replace(
      '<Locations/>',
      `<Locations><Location id="9005" name="session" start="a0" end="${length}" flags="IsSessionRange" locked="0" timestamp="0" cue="0"/></Locations>`,
    )
    .replace(
      new RegExp(`(<Playlist [^>]*orig-track-id="${track}"[^>]*)/>`),
      (_, head) => `${head}>${region(9004)}</Playlist>`,
    )
    .replace(/id-counter="\d+"/, 'id-counter="10000"');
  if (!text.includes('id="9004"') || !text.includes('id="9005"'))
    fail('the session file has another form than expected');
  writeFileSync(path, text);
}

function makeSession(name, offset, samples) {
  const folder = join(scratch, name);
  const out = run('ardour7-lua', [fileURLToPath(new URL('session.lua', import.meta.url))], {
    TILLER_SESSION: folder,
    TILLER_ID: PLUGIN_ID,
    TILLER_OFFSET: String(offset),
  });
  const track = /^TRACK (\d+)$/m.exec(out)?.[1] ?? fail(`Ardour did not make the session:\n${out}`);
  placeAudio(folder, track, samples);
  return folder;
}

/**
 * Ardour 7.3 sometimes waits for its own disk thread for ever before the first block of an export
 * (`Session::start_audio_export` in `Butler::wait_until_finished`), no thread of it in a plugin: it gets three tries.
 */
function exportSession(folder, name) {
  const path = join(scratch, `${name}.wav`);
  const args = ['-b', 'float', '-o', path, folder, 'session'];
  for (let attempt = 1; ; attempt++) {
    const { status, error, stdout, stderr } = start('ardour7-export', args);
    if (status === 0) return readWav(path);
    if (error?.code !== 'ETIMEDOUT' || attempt === 3)
      fail(`ardour7-export failed (${error?.message ?? status}).\n${stdout}\n${stderr}`);
    console.log('Ardour hangs before its export; once more.');
  }
}

/** First sample at which two recordings differ, or their length. */
function firstDifference(a, b) {
  const left = a[0];
  const right = b[0];
  const at = left.findIndex((sample, i) => sample !== right[i]);
  return at < 0 ? left.length : at;
}

function meanDifference(a, b, from, to) {
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.abs(a[i] - b[i]);
  return sum / (to - from);
}

function check(what, holds, detail) {
  console.log(`${holds ? 'pass' : 'FAIL'} ${what}: ${detail}`);
  return holds;
}

function main() {
  if (!existsSync(bundle)) fail('The plugin is not built: run `npm run plugin` first.');
  ensurePackages(['ardour']);
  mkdirSync(join(home, '.vst3'), { recursive: true });
  const installed = join(home, '.vst3', 'Tiller.vst3');
  cpSync(bundle, installed, { recursive: true });
  // Ardour ignores a bundle that is as old as its cache, to the second.
  const past = Date.now() / 1000 - 60;
  for (const entry of [
    '',
    'Contents',
    join('Contents', 'x86_64-linux'),
    join('Contents', 'x86_64-linux', 'Tiller.so'),
  ])
    utimesSync(join(installed, entry), past, past);
  const libraries = '/usr/lib/ardour7';
  run(join(libraries, 'ardour-vst3-scanner'), ['-f', installed], { LD_LIBRARY_PATH: libraries });

  const input = makeInput();
  const steered = makeSession('steered', 0.8, input);
  const plain = makeSession('plain', 0.5, input);
  const first = exportSession(steered, 'first');
  const second = exportSession(steered, 'second');
  const other = exportSession(plain, 'other');

  const length = Math.min(first[0].length, input.length);
  const same = firstDifference(first, second);
  const split = firstDifference(first, other);
  // The dry stretch is the first second; what is compared leaves the limiter's rounding aside.
  const dryError = meanDifference(first[0], input, 0, RATE);
  const shifted = Math.min(
    ...[-2, -1, 1, 2].map((by) =>
      meanDifference(first[0].subarray(10 + by), input.subarray(10), 0, RATE - 20),
    ),
  );
  const wetDifference = meanDifference(first[0], input, 2 * RATE, length);
  const results = [
    check(
      'exported twice, the same bits',
      same === first[0].length && first[0].length === second[0].length,
      `${first[0].length} samples, first difference at ${same}`,
    ),
    check(
      'aligned to the sample',
      dryError < 1e-4 && shifted > 20 * dryError,
      `mean error ${dryError.toExponential(1)}, ${shifted.toExponential(1)} one sample aside`,
    ),
    check(
      'the model is heard',
      wetDifference > 1e-3,
      `mean difference from the track ${wetDifference.toExponential(1)}`,
    ),
    check(
      'automation steers where it was drawn',
      split >= 3 * RATE - 64 &&
        split < 3.2 * RATE &&
        meanDifference(first[0], other[0], split, length) > 1e-4,
      `drawn at ${3 * RATE}, heard from sample ${split} (${((split / RATE - 3) * 1000).toFixed(1)} ms later)`,
    ),
  ];
  const failed = results.filter((holds) => !holds).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

try {
  main();
} finally {
  if (process.env.TILLER_KEEP === undefined) rmSync(scratch, { recursive: true, force: true });
  else console.log(`Kept ${scratch}: ${readdirSync(scratch).join(' ')}`);
}
