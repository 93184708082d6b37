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
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, artefacts } from '../../scripts/native-build.mjs';
import { makeBursts, readWav, writeWav } from './wav.mjs';

const RATE = 48_000;
const SECONDS = 6;
const SUPERCLOCK = 282_240_000;
const TILLER = 'VST3 ABCDEF019182FAEB54696C7254696C6C';
const TILLER_LV2 = 'LV2 urn:tiller:tiller';
/** A limiter of the distribution's, with some latency and a gain that is applied to what comes in. */
const STOCK = 'LV2 http://plugin.org.uk/swh-plugins/fastLookaheadLimiter';
/** Where a step begins to rise, in samples, and how long it does, in seconds. */
const DRAWN = 3 * RATE;
const RISE = 0.005;
/** Ardour keeps points in ticks, a 1920th of a beat, in samples at 120 beats a minute. */
const TICK = 12.5;
/** One latent frame of a bundled model at this rate, in samples. */
const FRAME = Math.ceil((512 * RATE) / 44_100);
/** A frame begins up to its length before what it holds, and the model's onset lies about as much before its middle. */
const EARLIEST = 2 * FRAME;
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

/** Puts the audio on the track and the session's range around it: Ardour's scripting cannot import. */
function placeAudio(folder, track, samples) {
  const audio = join(folder, 'interchange', basename(folder), 'audiofiles');
  for (const side of ['L', 'R']) writeWav(join(audio, `input-${side}.wav`), RATE, [samples]);
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

/** A session whose track carries `plugin` with `automation` (see session.lua). Returns its folder and the plugin's latency. */
function makeSession(name, plugin, automation, samples) {
  const folder = join(scratch, name);
  const out = run('ardour7-lua', [fileURLToPath(new URL('session.lua', import.meta.url))], {
    TILLER_SESSION: folder,
    TILLER_PLUGIN: plugin,
    TILLER_DRAW: automation,
    TILLER_SETTLE: plugin === STOCK ? '0.5' : '4',
  });
  const track = /^TRACK (\d+)$/m.exec(out)?.[1] ?? fail(`Ardour did not make the session:\n${out}`);
  const latency = Number(/^LATENCY (\d+)$/m.exec(out)?.[1] ?? fail(`Ardour tells no latency:\n${out}`));
  placeAudio(folder, track, samples);
  return { folder, latency };
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

/** How many bytes the session keeps for its LV2 plugins. */
function savedState(folder) {
  const plugins = join(folder, 'plugins');
  if (!existsSync(plugins)) return 0;
  return readdirSync(plugins, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
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

const milliseconds = (samples) => `${((1000 * samples) / RATE).toFixed(1)} ms`;

function check(what, holds, detail) {
  console.log(`${holds ? 'pass' : 'FAIL'} ${what}: ${detail}`);
  return holds;
}

function main() {
  if (!existsSync(bundle)) fail('The plugin is not built: run `npm run plugin` first.');
  ensurePackages(['ardour', 'swh-lv2']);
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
  cpSync(join(artefacts, 'LV2', 'Tiller.lv2'), join(home, '.lv2', 'Tiller.lv2'), { recursive: true });
  const libraries = '/usr/lib/ardour7';
  run(join(libraries, 'ardour-vst3-scanner'), ['-f', installed], { LD_LIBRARY_PATH: libraries });

  const input = makeBursts(SECONDS * RATE);
  const step = (from, to) =>
    `0=${from} ${DRAWN / RATE}=${from} ${DRAWN / RATE + RISE}=${to} ${SECONDS}=${to}`;
  const tiller = (offset) => `Dry/wet: 0=0 1=0 1.2=1 6=1; Offset latent 1: ${step(0.5, offset)}`;
  const steered = makeSession('steered', TILLER, tiller(0.8), input);
  const plain = makeSession('plain', TILLER, tiller(0.5), input);
  const louder = makeSession('louder', STOCK, `Input gain (dB): ${step(-6, -3)}`, input);
  const level = makeSession('level', STOCK, `Input gain (dB): ${step(-6, -6)}`, input);
  const first = exportSession(steered.folder, 'first');
  const second = exportSession(steered.folder, 'second');
  const other = exportSession(plain.folder, 'other');
  const stockSplit = firstDifference(
    exportSession(louder.folder, 'louder'),
    exportSession(level.folder, 'level'),
  );
  const lv2 = makeSession('lv2', TILLER_LV2, '', input);
  const lv2First = exportSession(lv2.folder, 'lv2-first');
  const lv2Second = exportSession(lv2.folder, 'lv2-second');
  const lv2Difference = meanDifference(lv2First[0], input, 2 * RATE, SECONDS * RATE);
  const lv2State = savedState(lv2.folder);

  // Ardour moves such a plugin's parameters at the points of the line only.
  const jump = DRAWN + Math.round(RISE * RATE);
  const length = Math.min(first[0].length, input.length);
  const same = firstDifference(first, second);
  const split = firstDifference(first, other);
  const heard = split - DRAWN - steered.latency;
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
      "Ardour hands automation over late by the plugin's own latency, to a plugin of the distribution's as well",
      Math.abs(stockSplit - jump - louder.latency) <= TICK && louder.latency > 100,
      `its gain, drawn at ${jump}, is heard from ${stockSplit}; its latency is ${louder.latency} samples`,
    ),
    check(
      'Tiller steers within the latent frame of the sample at which Ardour hands automation over',
      heard > -EARLIEST && heard < FRAME && meanDifference(first[0], other[0], split, length) > 1e-4,
      `drawn at ${DRAWN}, handed over at ${DRAWN + steered.latency}, first heard at ${split}: ` +
        `${milliseconds(split - DRAWN)} after where it was drawn`,
    ),
    check(
      'the LV2 plays the model, twice the same, from the state that the session keeps',
      lv2Difference > 1e-3 && firstDifference(lv2First, lv2Second) === lv2First[0].length && lv2State > 1000,
      `mean difference from the track ${lv2Difference.toExponential(1)}, state of ${lv2State} bytes`,
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
