import fc from 'fast-check';
import type { KeptLoop } from '../../../src/document/kept-loop.js';
import { BLENDED_LOOPS } from '../../../src/document/loop-slots.js';
import { defaultOutput } from '../../../src/document/output.js';
import { pack } from '../../../src/document/packing.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { PlayedLoops, sentLoops } from '../../../src/engine/stream/loop-blend.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { LatentModel, streamNoise } from './fakes.js';
import { equalBlocks, noiseTrack, play, randomBlocks, type TimedChange } from './play.js';

const HOP = 64;
const RATE = 48_000;
const SAMPLES = 300 * HOP;

const kept = (value: number, inputs: number[] | null, frames = 40): KeptLoop => ({
  name: '',
  frames,
  rows: 1,
  beats: inputs === null ? null : 2,
  inputs,
  latents: pack(
    Array.from({ length: 4 * frames }, (_, i) => (i % 4 === 0 ? value + 0.001 * i : 0)),
    'float32',
  ),
});
const LOOPS = [kept(0.1, null), kept(0.2, [0, 0]), null, kept(0.3, [1, 0.5], 17)];

function bounce(blocks: readonly number[], changes: readonly TimedChange[]): Float32Array {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0 });
  stream.setLoops(sentLoops(LOOPS));
  stream.prepare({
    rate: RATE,
    maxBlock: 8192,
    channels: 1,
    model: new LatentModel({ hop: HOP }),
    noise: streamNoise(),
  });
  const [output] = play(stream, [noiseTrack(SAMPLES, 0.3, 4)], blocks, changes);
  return output as Float32Array;
}

describe('kept loops in the stream', () => {
  const { loop, loopSlot, input } = PARAMETER_INDEX;
  const changes: TimedChange[] = [
    { sample: 20 * HOP + 7, parameter: loop, value: 1 },
    { sample: 60 * HOP + 1, parameter: loopSlot, value: 1 },
    { sample: 110 * HOP + 31, parameter: loopSlot, value: 4 },
    { sample: 160 * HOP, parameter: loopSlot, value: BLENDED_LOOPS },
    { sample: 190 * HOP + 5, parameter: input, value: 0.1 },
    { sample: 220 * HOP + 5, parameter: input + 1, value: 0.9 },
    { sample: 250 * HOP + 5, parameter: loop, value: 0 },
  ];

  it('are recalled by automation, and a bounce is the same bit for bit, whatever the blocks', () => {
    const reference = bounce(equalBlocks(SAMPLES, 512), changes);
    const without = bounce(equalBlocks(SAMPLES, 512), []);
    expect(reference).not.toEqual(without);
    expect(bounce(equalBlocks(SAMPLES, 512), changes)).toEqual(reference);
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(7, 600, 5000), (seed, largest) => {
        expect(bounce(randomBlocks(SAMPLES, largest, seed), changes)).toEqual(reference);
      }),
      { numRuns: 8, seed: 5 },
    );
  });

  it('sound as they were kept', () => {
    const stream = new Stream();
    stream.setOutput({ ...defaultOutput(), ceilingDb: 0, loop: true, loopSlot: 4 });
    stream.setLoops(sentLoops(LOOPS));
    const { latencySamples } = stream.prepare({
      ...{
        rate: RATE,
        maxBlock: 8192,
        channels: 1,
        model: new LatentModel({ hop: HOP }),
        noise: streamNoise(),
      },
    });
    const [output] = play(stream, [new Float32Array(SAMPLES)], equalBlocks(SAMPLES, 512));
    const heard = Array.from(
      { length: 200 },
      (_, i) => output?.[latencySamples + (i + 20) * HOP + HOP / 2] ?? NaN,
    );
    expect(Math.min(...heard)).toBeGreaterThan(0.3 - 1e-3);
    expect(Math.max(...heard)).toBeLessThan(0.3 + 0.07);
  });

  // It followed the inputs of the model before, which stood still from then on.
  it('are blended by the present inputs after another model was opened', () => {
    const stream = new Stream();
    stream.setOutput({ ...defaultOutput(), ceilingDb: 0, loop: true, loopSlot: BLENDED_LOOPS });
    const setup = { rate: RATE, maxBlock: 8192, channels: 1, noise: streamNoise() } as const;
    stream.prepare({ ...setup, model: new LatentModel({ hop: HOP }) });
    const placed = [kept(-0.5, [0]), kept(0.5, [1])];
    const heard = (input: number) => {
      stream.setParameter(PARAMETER_INDEX.input, input);
      const [output] = play(stream, [new Float32Array(200 * HOP)], equalBlocks(200 * HOP, 512));
      return output?.at(-1) ?? NaN;
    };
    stream.setLoops(sentLoops(placed));
    expect(heard(1) - heard(0)).toBeGreaterThan(0.5);
    stream.exchange(new LatentModel({ hop: HOP }), streamNoise());
    expect(heard(1) - heard(0)).toBeGreaterThan(0.5);
    stream.setLoops(sentLoops(placed));
    expect(heard(1) - heard(0)).toBeGreaterThan(0.5);
  });
});

describe('PlayedLoops', () => {
  const inputs = new Float64Array(16).fill(0.5);
  const places = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0.5, 0.5],
  ];
  const bank = new PlayedLoops(
    sentLoops([null, ...places.map((place) => kept(0, place)), kept(0, null)]),
    inputs,
  );
  const sharesAt = (x: number, y: number) => {
    inputs[0] = x;
    inputs[1] = y;
    const { count, slots, shares } = bank.blend();
    return new Map(Array.from({ length: count }, (_, i) => [slots[i] as number, shares[i] as number]));
  };

  it('plays a loop alone at its place', () => {
    places.forEach(([x = 0, y = 0], i) => expect(sharesAt(x, y).get(i + 1)).toBe(1));
  });

  it('changes without a step where the cursor moves', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (x, y) => {
          const before = sharesAt(x, y);
          const after = sharesAt(x, y + 1e-5);
          expect([...before.values()].reduce((sum, share) => sum + share)).toBeCloseTo(1, 9);
          for (let slot = 1; slot <= places.length; slot += 1)
            expect(Math.abs((before.get(slot) ?? 0) - (after.get(slot) ?? 0))).toBeLessThan(0.01);
        },
      ),
    );
  });

  it('blends nothing where no loop has a place', () => {
    expect(new PlayedLoops(sentLoops([kept(0, null)]), inputs).blend().count).toBe(0);
  });
});
