import FFT from 'fft.js';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LibraryEntry } from '../../src/engine/model/library/model-folder.js';
import { ModelFolder } from '../../src/engine/model/library/model-folder.js';
import { createNoise } from '../../src/engine/model/run/noise.js';
import { openModel } from '../../src/engine/model/run/open-model.js';
import type { RunningModel } from '../../src/engine/model/run/running-model.js';
import { shipped } from './shipped.js';

const MOST_BYTES = 12e6;
const MOST_DELAY_SECONDS = 0.04;
/** Mean over bands of the level difference between both ends of a dimension, in dB. */
const LEAST_CHANGE_DB = 3;
/** Most mean level difference between values half a unit apart, for a smooth control. */
const MOST_STEP_DB = 12;
const BANDS = 24;
const FFT_SIZE = 2048;
const SETTLE_FRAMES = 8;
const HEARD_FRAMES = 24;

let entries: LibraryEntry[];
beforeAll(async () => (entries = await new ModelFolder('dist/models').list()));

async function open(name: string): Promise<{ entry: LibraryEntry; model: RunningModel }> {
  const entry = entries.find(({ manifest }) => manifest.name === name);
  if (entry === undefined) throw new Error(`${name} was not imported`);
  return { entry, model: await openModel(entry.dir, entry.manifest, { frames: 1, batch: 1 }) };
}

/** Decodes `frames` frames of the latents that `at` gives for each. */
function decode(model: RunningModel, frames: number, at: (frame: number, dimension: number) => number): Float32Array {
  const { hop, latentDims } = model.shape;
  const noise = createNoise({ kind: 'seed', seed: 1 });
  const sound = new Float32Array(frames * hop);
  model.reset();
  for (let frame = 0; frame < frames; frame++) {
    for (let d = 0; d < latentDims; d++) model.latents[d] = at(frame, d);
    model.decode(noise);
    sound.set(model.audioOut.subarray(0, hop), frame * hop);
  }
  return sound;
}

/** Mean power in bands that are even on a log axis from 40 Hz up, in dB, floored at −100. */
function bandLevels(sound: Float32Array, rate: number): number[] {
  const fft = new FFT(FFT_SIZE);
  const out = fft.createComplexArray();
  const power = new Float64Array(FFT_SIZE / 2);
  for (let start = 0; start + FFT_SIZE <= sound.length; start += FFT_SIZE / 2) {
    const frame = Array.from(sound.subarray(start, start + FFT_SIZE), (x, i) => x * Math.sin((Math.PI * i) / FFT_SIZE) ** 2);
    fft.realTransform(out, frame);
    for (let k = 1; k < power.length; k++) power[k] = (power[k] ?? 0) + (out[2 * k] ?? 0) ** 2 + (out[2 * k + 1] ?? 0) ** 2;
  }
  const edge = (band: number) => (FFT_SIZE / rate) * 40 * (rate / 2 / 40) ** (band / BANDS);
  return Array.from({ length: BANDS }, (_, band) => {
    const low = Math.floor(edge(band));
    const bins = power.subarray(low, Math.max(low + 1, Math.floor(edge(band + 1))));
    const mean = bins.reduce((sum, x) => sum + x, 0) / bins.length / FFT_SIZE ** 2;
    return 10 * Math.log10(mean + 1e-10);
  });
}

const apart = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + Math.abs(x - (b[i] ?? 0)), 0) / a.length;

it('there are at least three bundled models', () => {
  expect(shipped.length).toBeGreaterThanOrEqual(3);
});

describe.each(shipped)('the bundled model %s', (name) => {
  it('is small, with a short latency', async () => {
    const { entry, model } = await open(name);
    model.close();
    const bytes = readdirSync(entry.dir).reduce((sum, file) => sum + statSync(join(entry.dir, file)).size, 0);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    expect(entry.manifest.delaySamples / entry.manifest.sampleRate).toBeLessThanOrEqual(MOST_DELAY_SECONDS);
  });

  it('agrees with its card', async () => {
    const { entry, model } = await open(name);
    model.close();
    const card = JSON.parse(readFileSync(join('models', name, 'card.json'), 'utf8')) as Record<string, unknown>;
    const { sampleRate, hop, latentDims } = entry.manifest;
    expect(card).toMatchObject({ name, sampleRate, hop });
    expect(card['dimensions']).toHaveLength(latentDims);
    expect(readFileSync(join('models', name, 'README.md'), 'utf8')).toContain('licence');
  });

  it('gives finite audio for any latents within ±3, with any jumps', async () => {
    const { model } = await open(name);
    let state = 1;
    const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
    const anywhere = decode(model, 200, () => 6 * random() - 3);
    const corners = decode(model, 200, () => (random() < 0.5 ? -3 : 3));
    model.close();
    for (const sound of [anywhere, corners]) {
      expect(sound.every(Number.isFinite)).toBe(true);
      expect(Math.max(...bandLevels(sound, model.shape.sampleRate))).toBeGreaterThan(-90);
    }
  });

  it('changes its sound along every dimension, smoothly', async () => {
    const { model } = await open(name);
    const { hop, latentDims, sampleRate } = model.shape;
    for (let moved = 0; moved < latentDims; moved++) {
      const levels = Array.from({ length: 13 }, (_, step) => {
        const held = -3 + step / 2;
        const sound = decode(model, SETTLE_FRAMES + HEARD_FRAMES, (_frame, d) => (d === moved ? held : 0));
        return bandLevels(sound.subarray(SETTLE_FRAMES * hop), sampleRate);
      });
      const change = apart(levels[0] ?? [], levels[12] ?? []);
      const steps = levels.slice(1).map((level, i) => apart(level, levels[i] ?? []));
      expect([moved, change > LEAST_CHANGE_DB]).toEqual([moved, true]);
      expect([moved, Math.max(...steps) < MOST_STEP_DB]).toEqual([moved, true]);
    }
    model.close();
  });
});
