import { defaultInput } from '../../../src/document/default-preset.js';
import { defaultOutput } from '../../../src/document/output.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { StreamSnapshot } from '../../../src/engine/stream/telemetry.js';
import { LatentModel } from './fakes.js';
import { equalBlocks, randomBlocks, prepareMono } from './play.js';

const RATE = 48_000;
const HOP = 64;
const TEMPO = 150;
const SAMPLES = 48_000;

/** A stream whose latent 0 is the first input. */
function steeredStream(): Stream {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0 });
  stream.setSteering({
    amount: 1,
    glideSeconds: 0,
    dimensions: [{ ...defaultDimension(), mode: 'override' }],
  });
  stream.setMapping({ evaluate: (inputs, latents) => void (latents[0] = inputs[0] as number) });
  return stream;
}

/** Plays silence from song sample `from` on; latent 0 is the first input, which a triangle of one beat moves between 0.2 and 0.8. */
function play(blocks: readonly number[], from: number): Float32Array {
  const stream = steeredStream();
  const source = { kind: 'lfo', shape: 'triangle', period: 1, unit: 'beats', phase: 0, seed: 0 } as const;
  stream.setMotions([{ ...defaultInput('motion'), source, range: [0.2, 0.8] }, defaultInput('hand')]);
  const model = new LatentModel({ hop: HOP, latentDims: 1 });
  const latencySamples = prepareMono(stream, model, RATE);
  const output = new Float32Array(SAMPLES);
  let at = 0;
  for (const size of blocks) {
    const song = { tempo: TEMPO, playing: true, beatsPerBar: 4, songSample: from + at };
    stream.setTime({ ...song, beat: ((from + at) * TEMPO) / 60 / RATE });
    stream.process([new Float32Array(size)], [output.subarray(at, at + size)], size, null);
    at += size;
  }
  return output.subarray(latencySamples);
}

describe('an input with a motion', () => {
  it('steers each latent frame by its place in the song', () => {
    const output = play(equalBlocks(SAMPLES, 512), 0);
    for (let frame = 0; frame < 700; frame += 1) {
      const beat = (frame * HOP * TEMPO) / 60 / RATE;
      const at = beat - Math.floor(beat);
      const position = at < 0.5 ? 2 * at : 2 - 2 * at;
      expect(output[frame * HOP + HOP / 2]).toBeCloseTo(0.2 + 0.6 * position, 5);
    }
  });

  it('does not depend on the blocks', () => {
    const reference = play(equalBlocks(SAMPLES, 512), 4800);
    for (const [largest, seed] of [
      [7, 1],
      [900, 2],
      [8000, 3],
    ] as const)
      expect(play(randomBlocks(SAMPLES, largest, seed), 4800)).toEqual(reference);
  });

  it('is the same in a bounce from the middle as in the middle of a bounce', () => {
    // A whole number of latent frames and of beats' rounding apart.
    const whole = play(equalBlocks(SAMPLES, 512), 0);
    const later = play(equalBlocks(SAMPLES, 512), 300 * HOP);
    for (let frame = 0; frame < 400; frame += 1)
      expect(later[frame * HOP + 32]).toBeCloseTo(whole[(frame + 300) * HOP + 32] ?? NaN, 5);
  });

  it('is reported with its value, together with the latents of that frame', () => {
    const stream = new Stream();
    stream.setSteering({
      amount: 1,
      glideSeconds: 0,
      dimensions: [{ ...defaultDimension(), mode: 'override' }],
    });
    stream.setMapping({ evaluate: (inputs, latents) => void (latents[0] = inputs[0] as number) });
    const source = { kind: 'lfo', shape: 'triangle', period: 1, unit: 'seconds', phase: 0, seed: 0 } as const;
    stream.setMotions([{ ...defaultInput('motion'), source }]);
    const model = new LatentModel({ hop: HOP, latentDims: 1 });
    prepareMono(stream, model, RATE, 4800);
    const seen = new StreamSnapshot();
    const values = Array.from({ length: 10 }, () => {
      stream.process([new Float32Array(1777)], [new Float32Array(1777)], 1777, null);
      stream.snapshot(seen);
      expect(seen.inputs[0]).toBe(seen.decoded[0]);
      return seen.inputs[0];
    });
    expect(new Set(values).size).toBe(values.length);
  });

  // It kept the last value of its motion, while the document and the page had another.
  it('takes its value in the document once it moves by itself no longer', () => {
    const stream = steeredStream();
    const model = new LatentModel({ hop: HOP, latentDims: 1 });
    prepareMono(stream, model, RATE, 4800);
    const source = { kind: 'lfo', shape: 'ramp', period: 1, unit: 'beats', phase: 0, seed: 0 } as const;
    const input = { ...defaultInput('motion'), value: 0.25 };
    const last = () => {
      const output = new Float32Array(4800);
      stream.process([new Float32Array(4800)], [output], 4800, null);
      return output.at(-1) ?? NaN;
    };
    stream.setMotions([{ ...input, source }]);
    expect(Math.abs(last() - input.value)).toBeGreaterThan(0.05);
    stream.setMotions([input]);
    expect(last()).toBeCloseTo(input.value, 6);
  });
});
