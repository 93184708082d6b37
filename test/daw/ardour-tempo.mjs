// Tempo changes in a real DAW: Ardour plays a song of several tempos and meters through a kept loop and an input that an LFO
// moves. The export must be what the engine alone makes of the same song, and the same each time.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import {
  RATE,
  SECONDS,
  TILLER,
  check,
  exportFrom,
  exportSession,
  firstDifference,
  makeSession,
  meanDifference,
  scenario,
} from './ardour-host.mjs';
import { makeBursts } from './wav.mjs';

/** Samples of which all changes are multiples: whole blocks of any host, so that no block has two tempos. */
const GRID = 8192;
const tempoOf = (samplesPerBeat) => (60 * RATE) / samplesPerBeat;
const SECTIONS = [
  { beat: 0, tempo: tempoOf(2 * GRID), beatsPerBar: 4 },
  { beat: 4, tempo: tempoOf(1.5 * GRID), beatsPerBar: 3 },
  { beat: 10, tempo: tempoOf(3 * GRID), beatsPerBar: 4 },
];
/** Samples before the song that Ardour's export lets the plugin hear: only the place of its latent frames depends on them. */
const RUN_UP = 1237;
/** Where the export from the middle begins, in seconds. */
const MIDDLE_SECONDS = 2;
/** A round of the loop in beats, and its latents: a ramp, so that each place of it sounds different. */
const LOOP_BEATS = 3;
const LOOP_FRAMES = 40;
const LFO = { kind: 'lfo', shape: 'triangle', period: 1.5, unit: 'beats', phase: 0, seed: 0 };

/** Bundles the model of the song, which is made of the engine's own classes. */
async function loadModel() {
  // Within the project, where a bundle finds the packages that it leaves out.
  const folder = mkdtempSync(join('node_modules', '.tiller-daw-'));
  const outfile = join(folder, 'song-model.mjs');
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external' };
  await build({ entryPoints: ['test/daw/song-model.ts'], outfile, ...options });
  const model = await import(pathToFileURL(outfile).href);
  rmSync(folder, { recursive: true });
  return model;
}

/** Turns every factory preset into one with a loop that plays and an input that moves. Returns the first one's text. */
function moveByItself(engines) {
  let first = '';
  for (const engine of engines) {
    const presets = join(engine, 'dist', 'presets');
    for (const name of readdirSync(presets).filter((entry) => entry.endsWith('.tiller.json'))) {
      const path = join(presets, name);
      const preset = JSON.parse(readFileSync(path, 'utf8'));
      const latents = preset.steering.dimensions.length;
      const values = Float32Array.from(
        { length: LOOP_FRAMES * latents },
        (_, i) => Math.floor(i / latents) / 20 - 1,
      );
      const loop = { name: '', frames: LOOP_FRAMES, rows: 1, beats: LOOP_BEATS, inputs: null };
      preset.loops = [{ ...loop, latents: Buffer.from(values.buffer).toString('base64') }];
      preset.inputs[0].source = LFO;
      Object.assign(preset.output, { loop: true, loopSlot: 1, loopStart: 'now' });
      const text = JSON.stringify(preset);
      writeFileSync(path, text);
      if (preset.tags.includes('first steps')) first = text;
    }
  }
  return first;
}

const { placeIn, renderSong } = await loadModel();
let preset = '';
await scenario(
  async () => {
    const input = makeBursts(SECONDS * RATE);
    const song = {
      tempos: SECTIONS.map(({ beat, tempo }) => `${beat}=${tempo}`).join(' '),
      meters: SECTIONS.map(({ beat, beatsPerBar }) => `${beat}=${beatsPerBar}/4`).join(' '),
    };
    const { folder, latency } = makeSession('tempos', TILLER, input, song);
    const first = await exportSession(folder, 'tempos-first');
    const second = await exportSession(folder, 'tempos-second');
    exportFrom(folder, MIDDLE_SECONDS);
    const middle = await exportSession(folder, 'tempos-middle');
    const still = () => ({ tempo: 120, playing: true, beat: 0, beatsPerBar: 4, songSample: 0 });
    // Ardour runs the plugin a while before the song, and tells it a position that is late by the plugin's own latency.
    const inSong = (from) => (sample) => placeIn(SECTIONS, RATE, from + sample - RUN_UP - latency, false);
    const render = async (from, time) => {
      const track = new Float32Array(RUN_UP + input.length - from);
      track.set(input.subarray(from), RUN_UP);
      return (await renderSong(preset, RATE, [track, track], time)).map((channel) =>
        channel.subarray(RUN_UP),
      );
    };
    const same = firstDifference(first, second);
    check(
      'exported twice, the same bits',
      same === first[0].length,
      `${first[0].length} samples, first difference at ${same}`,
    );
    for (const [what, exported, from] of [
      ['as the engine alone plays the song', first, 0],
      ['from the middle, as the engine alone plays it from there', middle, MIDDLE_SECONDS * RATE],
    ]) {
      const expected = await render(from, inSong(from));
      const end = Math.min(exported[0].length, input.length - from);
      const error = meanDifference(exported[0], expected[0], 0, end);
      const moved = meanDifference((await render(from, still))[0], expected[0], 0, end);
      check(
        what,
        end > RATE && error < 1e-3 * moved,
        `${end} samples, mean difference ${error.toExponential(1)}, ${moved.toExponential(1)} to a song that stands still; first difference at ${firstDifference(exported, expected)}`,
      );
    }
  },
  { change: (engines) => (preset = moveByItself(engines)) },
);
