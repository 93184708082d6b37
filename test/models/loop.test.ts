import { defaultOutput } from '../../src/document/output.js';
import { PARAMETERS, PARAMETER_INDEX } from '../../src/document/parameters.js';
import { ModelFolder } from '../../src/engine/model/library/model-folder.js';
import { openModel } from '../../src/engine/model/run/open-model.js';
import { ChangeQueue } from '../../src/engine/stream/change-queue.js';
import { Stream } from '../../src/engine/stream/stream.js';
import { createNoise } from '../../src/engine/model/run/noise.js';
import { shipped } from './shipped.js';

const BLOCK = 512;
const SECONDS = 6;
/** Switched on after this many seconds. */
const LOOP_FROM = 2.3;
/** Longest window over which a click would stand out, in samples. */
const WINDOW = 256;
const MOST_DB = 0.5;

/** A steady tone with partials, as an organ's. */
const tone = (n: number, rate: number) =>
  [1, 2, 3, 4, 6].reduce((sum, k) => sum + (0.15 / k) * Math.sin((2 * Math.PI * 220 * k * n) / rate + k), 0);

/**
 * The tone through a model: without a loop, with it, or with a kept copy of it whose last latent frame is another sound's, which is
 * a seam that is not faded.
 */
async function play(name: string, loops: 'no' | 'yes' | 'broken'): Promise<{ sound: Float32Array; rate: number; latency: number }> {
  const entry = (await new ModelFolder('dist/models').list()).find(({ manifest }) => manifest.name === name);
  if (entry === undefined) throw new Error(`${name} was not imported`);
  const model = await openModel(entry.dir, entry.manifest, { frames: 1, batch: 1 });
  const rate = entry.manifest.sampleRate;
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), loopLength: '1 beat' });
  const seed = { kind: 'seed', seed: 1 } as const;
  const noise = { model: createNoise(seed, 0), latents: createNoise(seed, 1) };
  const { latencySamples } = stream.prepare({ rate, maxBlock: BLOCK, channels: 1, model, noise });
  const blocks = Math.floor((SECONDS * rate) / BLOCK);
  const sound = new Float32Array(blocks * BLOCK);
  const changes = new ChangeQueue(PARAMETERS.length, PARAMETERS.length);
  const input = new Float32Array(BLOCK);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < BLOCK; i++) input[i] = tone(block * BLOCK + i, rate);
    if (loops !== 'no' && block === Math.floor((LOOP_FROM * rate) / BLOCK)) changes.push(0, PARAMETER_INDEX.loop, 1);
    if (loops === 'broken' && block === Math.floor((LOOP_FROM * rate) / BLOCK) + 1) {
      const kept = stream.loopContent();
      if (kept === null) throw new Error('nothing was recorded');
      const latents = kept.values.map((value, i) => (i < kept.values.length - model.shape.latentDims ? value : -value));
      stream.setLoops([{ ...kept, latents, inputs: null }]);
      changes.push(0, PARAMETER_INDEX.loopSlot, 1);
    }
    stream.process([input], [sound.subarray(block * BLOCK, (block + 1) * BLOCK)], BLOCK, changes);
  }
  model.close();
  return { sound, rate, latency: latencySamples };
}

/** The loudest window of the fourth difference, in which a step of a smooth sound stands out, in dB. */
function roughestDb(sound: Float32Array): number {
  let most = 0;
  for (let start = 4; start + WINDOW <= sound.length; start += WINDOW / 2) {
    let power = 0;
    for (let n = start; n < start + WINDOW; n++) {
      const at = (back: number) => sound[n - back] ?? 0;
      power += (at(0) - 4 * at(1) + 6 * at(2) - 4 * at(3) + at(4)) ** 2;
    }
    most = Math.max(most, power / WINDOW);
  }
  return 10 * Math.log10(most);
}

describe.each(shipped)('a loop of the bundled model %s', (name) => {
  it('has no click: a steady tone is no rougher at the seams than without it', async () => {
    const [plain, looped] = [await play(name, 'no'), await play(name, 'yes')];
    const heard = ({ sound, rate, latency }: typeof plain) => sound.subarray(Math.round(LOOP_FROM * rate) + latency);
    expect(looped.sound).not.toEqual(plain.sound);
    expect(roughestDb(heard(looped)) - roughestDb(heard(plain))).toBeLessThanOrEqual(MOST_DB);
    const broken = await play(name, 'broken');
    expect(roughestDb(heard(broken)) - roughestDb(heard(plain))).toBeGreaterThan(2 * MOST_DB);
  });
});
