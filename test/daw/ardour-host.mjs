// What the scenarios in Ardour share: a home of their own with the plugin installed, sessions made by session.lua, exports.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { ensurePackages, artefacts } from '../../scripts/native-build.mjs';
import { readWav, writeWav } from './wav.mjs';

export const RATE = 48_000;
export const SECONDS = 6;
export const TILLER = 'VST3 ABCDEF019182FAEB54696C7254696C6C';
export const TILLER_LV2 = 'LV2 urn:tiller:tiller';
/** A limiter of the distribution's, with some latency and a gain that is applied to what comes in. */
export const STOCK = 'LV2 http://plugin.org.uk/swh-plugins/fastLookaheadLimiter';
/** One latent frame of a bundled model at this rate, in samples. */
export const FRAME = Math.ceil((512 * RATE) / 44_100);
const SUPERCLOCK = 282_240_000;
const LIMIT_MILLISECONDS = 180_000;
/** How long a plugin has to get ready, one after the other where that was too short. */
const SETTLE_SECONDS = [4, 15, 60];
/** An export hangs where its file does not grow for this long. */
const STALL_MILLISECONDS = 180_000;

const scratch = mkdtempSync(join(tmpdir(), 'tiller-daw-'));
export const home = join(scratch, 'home');
const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' };

export function fail(what) {
  throw new Error(what);
}

function run(command, args, more = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { ...env, ...more },
    encoding: 'utf8',
    timeout: LIMIT_MILLISECONDS,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 26,
  });
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

/** A script for Ardour that sends MIDI at its time. Returns its name there. */
function installTimedMidi(name, midi) {
  const events = midi.map(([seconds, bytes]) => `{ ${Math.round(seconds * RATE)}, { ${bytes.join(', ')} } }`);
  const title = `Timed MIDI ${name}`;
  const text = readFileSync(new URL('timed-midi.lua', import.meta.url), 'utf8')
    .replace('"Timed MIDI"', `"${title}"`)
    .replace('local events = {}', `local events = { ${events.join(', ')} }`);
  const scripts = join(home, '.config', 'ardour7', 'scripts');
  mkdirSync(scripts, { recursive: true });
  writeFileSync(join(scripts, `${name}.lua`), text);
  return title;
}

/**
 * A session whose track carries `plugin` with `automation` (see session.lua), and gets `midi`, pairs of seconds and
 * bytes, from a MIDI track; `tempos` and `meters` are its tempo map. `preset` is a program of the plugin's to choose in Ardour's list, four digits from 0. Returns
 * its folder, the plugin's latency and the name of that program.
 */
export function makeSession(name, plugin, samples, options = {}) {
  const folder = join(scratch, name);
  const keepsPreset =
    plugin === TILLER ? () => savedChunk(folder).includes('"name":"') : () => savedState(folder) > 1000;
  for (const seconds of plugin === STOCK ? [0.5] : SETTLE_SECONDS) {
    rmSync(folder, { recursive: true, force: true });
    const session = trySession(folder, plugin, samples, options, seconds);
    // Until the engine is ready, the plugin has neither its preset nor the latency of that preset.
    if (session.latency !== null && (plugin === STOCK || keepsPreset())) return session;
  }
  return fail('the engine was not ready in time');
}

function trySession(
  folder,
  plugin,
  samples,
  { automation = '', midi = [], preset = '', tempos = '', meters = '' },
  settleSeconds,
) {
  const out = run('ardour7-lua', [fileURLToPath(new URL('session.lua', import.meta.url))], {
    TILLER_SESSION: folder,
    TILLER_PLUGIN: plugin,
    TILLER_DRAW: automation,
    TILLER_MIDI: midi.length > 0 ? installTimedMidi(basename(folder), midi) : '',
    TILLER_PRESET: preset,
    TILLER_TEMPOS: tempos,
    TILLER_METERS: meters,
    TILLER_SETTLE: String(settleSeconds),
  });
  const track = /^TRACK (\d+)$/m.exec(out)?.[1] ?? fail(`Ardour did not make the session:\n${out}`);
  const latency = /^LATENCY (\d+|changed)$/m.exec(out)?.[1] ?? fail(`Ardour reports no latency:\n${out}`);
  placeAudio(folder, track, samples);
  return {
    folder,
    latency: latency === 'changed' ? null : Number(latency),
    presetName: /^PRESET (.+)$/m.exec(out)?.[1] ?? null,
  };
}

/** Ends `ardour7-export` where the file that it writes to `path` does not grow any more. */
async function runExport(args, path) {
  const child = spawn('ardour7-export', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more) => (text += more));
  let size = -1;
  let grewAt = Date.now();
  let hangs = false;
  const watch = setInterval(() => {
    const present = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (present !== size) grewAt = Date.now();
    size = present;
    hangs ||= Date.now() - grewAt > STALL_MILLISECONDS;
    if (hangs) child.kill('SIGKILL');
  }, 1000);
  const [status, signal] = await once(child, 'close');
  clearInterval(watch);
  return { status, signal, hangs, text };
}

/**
 * Ardour 7.3 sometimes waits for its own disk thread for ever before the first block of an export
 * (`Session::start_audio_export` in `Butler::wait_until_finished`), no thread of it in a plugin; and sometimes spoils its
 * heap, which it notices when it frees an export channel (`~PortExportChannel`): in 4 of 43 exports of a session with
 * Debian's own plugin alone, and with no error of memory under valgrind. It gets three tries.
 */
export async function exportSession(folder, name) {
  const path = join(scratch, `${name}.wav`);
  for (let attempt = 1; ; attempt++) {
    rmSync(path, { force: true });
    const { status, signal, hangs, text } = await runExport(
      ['-b', 'float', '-o', path, folder, 'session'],
      path,
    );
    if (status === 0) return readWav(path);
    const corruptedHeap = signal === 'SIGABRT' && /free\(\)|double free|malloc|corrupted/.test(text);
    if (!(hangs || corruptedHeap) || attempt === 3)
      fail(`ardour7-export ended with ${signal ?? status}.\n${text}`);
    console.log(hangs ? 'Ardour hangs in its export; once more.' : 'Ardour corrupted its heap; once more.');
  }
}

/** Moves the start of the session's range, which an export takes, to `seconds`. */
export function exportFrom(folder, seconds) {
  const path = join(folder, 'session.ardour');
  const text = readFileSync(path, 'utf8');
  const moved = text.replace(/(<Location id="9005"[^>]*start=")a0"/, `$1a${seconds * SUPERCLOCK}"`);
  if (moved === text) fail('the session has no range that starts at 0');
  writeFileSync(path, moved);
}

/** What the session keeps for its VST3 plugin, as text where it is text. */
export function savedChunk(folder) {
  const chunk = /<chunk>([^<]+)<\/chunk>/.exec(readFileSync(join(folder, 'session.ardour'), 'utf8'))?.[1];
  return Buffer.from(chunk ?? fail('the session keeps no state of the plugin'), 'base64').toString('latin1');
}

/** How many bytes the session keeps for its LV2 plugins. */
export function savedState(folder) {
  const plugins = join(folder, 'plugins');
  if (!existsSync(plugins)) return 0;
  return readdirSync(plugins, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** First sample at which two recordings differ, or their length. */
export function firstDifference(a, b) {
  const left = a[0];
  const right = b[0];
  const at = left.findIndex((sample, i) => sample !== right[i]);
  return at < 0 ? left.length : at;
}

export function meanDifference(a, b, from, to) {
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.abs(a[i] - b[i]);
  return sum / (to - from);
}

const results = [];

export function check(what, holds, detail) {
  console.log(`${holds ? 'pass' : 'FAIL'} ${what}: ${detail}`);
  results.push(holds);
}

/** Installs the built plugin as Ardour finds it; `change` may change what is installed, given its folders. */
function install(change) {
  const bundle = join(artefacts, 'VST3', 'Tiller.vst3');
  if (!existsSync(bundle)) fail('The plugin is not built: run `npm run plugin` first.');
  ensurePackages(['ardour', 'swh-lv2']);
  const vst3 = join(home, '.vst3', 'Tiller.vst3');
  const lv2 = join(home, '.lv2', 'Tiller.lv2');
  cpSync(bundle, vst3, { recursive: true });
  cpSync(join(artefacts, 'LV2', 'Tiller.lv2'), lv2, { recursive: true });
  const settings = join(home, '.config', 'ardour7');
  mkdirSync(settings, { recursive: true });
  // Ports that Ardour resamples are 16 samples late, but only from the moment on at which it finds them connected: exports began
  // 16 samples elsewhere at times.
  writeFileSync(
    join(settings, 'config'),
    '<?xml version="1.0"?><Ardour><Config><Option name="port-resampler-quality" value="0"/></Config></Ardour>\n',
  );
  change([join(vst3, 'Contents', 'Resources', 'engine'), join(lv2, 'engine')]);
  // Ardour ignores a bundle that is as old as its cache, to the second.
  const past = Date.now() / 1000 - 60;
  for (const entry of [
    '',
    'Contents',
    join('Contents', 'x86_64-linux'),
    join('Contents', 'x86_64-linux', 'Tiller.so'),
  ])
    utimesSync(join(vst3, entry), past, past);
  const libraries = '/usr/lib/ardour7';
  run(join(libraries, 'ardour-vst3-scanner'), ['-f', vst3], { LD_LIBRARY_PATH: libraries });
}

/** Runs `main` with the plugin installed in a home of its own, and says what its checks came to. */
export async function scenario(main, { change = () => undefined } = {}) {
  try {
    install(change);
    await main();
    const failed = results.filter((holds) => !holds).length;
    console.log(`${results.length - failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    if (process.env.TILLER_KEEP === undefined) rmSync(scratch, { recursive: true, force: true });
    else console.log(`Kept ${scratch}: ${readdirSync(scratch).join(' ')}`);
  }
}
