import { defaultOutput, type Output } from '../../../src/document/output.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { defaultDimension } from '../../../src/document/steering.js';
import type { NoiseSource } from '../../../src/engine/model/run/noise.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { LatentModel, streamNoise } from './fakes.js';
import { equalBlocks, play, randomBlocks, type TimedChange } from './play.js';

/** 400 latent frames per second. */
const HOP = 120;
const RATE = 48_000;
const ENCODED = -0.25;

/** Plays latent 0, which its prior draws from its noise and multiplies by its temperature; its encoder gives `ENCODED`. */
class DreamingModel extends LatentModel {
  override readonly priorIn: Float32Array<ArrayBuffer>;
  private readonly drawn: Float32Array;

  constructor(frames: number) {
    super({ sampleRate: RATE, hop: HOP, frames, latentDims: 1 });
    this.priorIn = new Float32Array(frames);
    this.drawn = new Float32Array(frames);
  }

  override encode(): void {
    this.encoded.fill(ENCODED);
  }

  override generate(noise: NoiseSource): void {
    noise.uniform(this.drawn, 1);
    this.drawn.forEach((value, i) => (this.encoded[i] = value * (this.priorIn[i] ?? NaN)));
  }
}

function dream(output: Partial<Output>, frames = 1, seed = 1) {
  const stream = new Stream();
  const model = new DreamingModel(frames);
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0, priorTemperature: 0.5, ...output });
  stream.setSteering({ amount: 0, glideSeconds: 0, dimensions: [{ ...defaultDimension(), range: [-9, 9] }] });
  const noise = streamNoise(seed);
  const { latencySamples } = stream.prepare({ rate: RATE, maxBlock: 4096, channels: 1, model, noise });
  const run = (frameCount: number, changes: readonly TimedChange[] = [], blocks?: readonly number[]) => {
    const length = latencySamples + frameCount * HOP;
    const [sound] = play(stream, [new Float32Array(length)], blocks ?? equalBlocks(length, 4096), changes);
    // One value per latent frame, from its middle.
    return Array.from({ length: frameCount }, (_, i) => sound?.[latencySamples + i * HOP + HOP / 2] ?? NaN);
  };
  return { stream, model, run, latencySamples };
}

const at = (frame: number, parameter: number, value: number): TimedChange => ({
  sample: frame * HOP,
  parameter,
  value,
});

describe('the prior of a model', () => {
  it('gives the latents while it is on, with its temperature, from the latent frame of the change on', () => {
    const { run } = dream({});
    const heard = run(12, [
      at(3, PARAMETER_INDEX.prior, 1),
      at(6, PARAMETER_INDEX.priorTemperature, 0),
      at(9, PARAMETER_INDEX.prior, 0),
    ]);
    expect(heard.map((value) => (value === ENCODED ? 'encoded' : value === 0 ? 'cold' : 'drawn'))).toEqual(
      ['encoded', 'drawn', 'cold', 'encoded'].flatMap((what) => [what, what, what]),
    );
    expect(new Set(heard.slice(3, 6)).size).toBe(3);
  });

  it('takes automation with the next call where that has several frames', () => {
    const { run } = dream({}, 4);
    const heard = run(12, [at(2, PARAMETER_INDEX.prior, 1)]);
    expect(heard.map((value) => value === ENCODED)).toEqual(Array.from({ length: 12 }, (_, i) => i < 4));
  });

  it('is the same each time, however the track is cut into blocks, and after a restart', () => {
    const changes = [
      at(2, PARAMETER_INDEX.prior, 1),
      at(20, PARAMETER_INDEX.prior, 0),
      at(25, PARAMETER_INDEX.prior, 1),
    ];
    const { run, stream, latencySamples } = dream({});
    const first = run(40, changes);
    stream.setParameter(PARAMETER_INDEX.prior, 0);
    stream.restart();
    expect(run(40, changes)).toEqual(first);
    const cut = randomBlocks(latencySamples + 40 * HOP, 300, 5);
    expect(dream({}).run(40, changes, cut)).toEqual(first);
    expect(dream({}, 1, 2).run(40, changes)).not.toEqual(first);
  });

  it('is frozen, looped and steered as encoded latents are', () => {
    const frozen = dream({ prior: true }).run(8, [at(3, PARAMETER_INDEX.freeze, 1)]);
    expect(new Set(frozen.slice(0, 3)).size).toBe(3);
    expect(new Set(frozen.slice(2)).size).toBe(1);
    const looped = dream({ prior: true, loopLength: '0.1 s' }).run(180, [at(60, PARAMETER_INDEX.loop, 1)]);
    // 40 frames, of which the first are cross-faded from what came before.
    expect(looped.slice(110, 140)).toEqual(looped.slice(70, 100));
    expect(looped.slice(150, 180)).toEqual(looped.slice(70, 100));
    expect(new Set(looped.slice(70, 100)).size).toBe(30);
    const { stream, run } = dream({ prior: true, priorTemperature: 0.25 });
    stream.setSteering({
      amount: 0,
      glideSeconds: 0,
      dimensions: [{ ...defaultDimension(), range: [-9, 9], offset: 0.2 }],
    });
    const offset = run(6);
    expect(offset.every((value) => value >= 0.2)).toBe(true);
    expect(new Set(offset).size).toBe(6);
  });

  it('does nothing where the model has none', () => {
    const stream = new Stream();
    const model = new LatentModel({ sampleRate: RATE, hop: HOP });
    stream.setOutput({ ...defaultOutput(), prior: true });
    stream.prepare({ rate: RATE, maxBlock: 4096, channels: 1, model, noise: streamNoise() });
    model.generate = () => {
      throw new Error('there is no prior');
    };
    play(stream, [new Float32Array(4 * HOP)], [4 * HOP]);
    expect(stream.faults).toEqual({ exceptions: 0, latents: 0, audio: 0 });
  });
});
