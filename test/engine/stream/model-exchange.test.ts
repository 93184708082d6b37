import { defaultOutput } from '../../../src/document/output.js';
import type { ModelShape } from '../../../src/engine/model/run/running-model.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { FakeModel, LatentModel, streamNoise } from './fakes.js';
import { equalBlocks, noiseTrack, play, randomBlocks } from './play.js';

const RATE = 48_000;
/** As the code has it: 30 ms. */
const FADE = 1440;

/** Passes its input on, quieter. */
class QuietModel extends FakeModel {
  constructor(
    private readonly gain: number,
    shape: Partial<ModelShape> = {},
  ) {
    super(shape);
  }

  protected override sound(): void {
    super.sound();
    for (let i = 0; i < this.audioOut.length; i += 1) this.audioOut[i] = (this.audioOut[i] ?? 0) * this.gain;
  }
}

function prepared(model: FakeModel | null, output = {}): { stream: Stream; latencySamples: number } {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ...output });
  const setup = { rate: RATE, maxBlock: 8192, channels: 1, noise: streamNoise() } as const;
  return { stream, ...stream.prepare({ ...setup, model }) };
}

const close = (actual: Float32Array, expected: Float32Array, from: number, to: number) => {
  for (let n = from; n < to; n += 1)
    if (Math.abs((actual[n] ?? NaN) - (expected[n] ?? NaN)) > 1e-5)
      throw new Error(`sample ${n}: ${actual[n]} instead of ${expected[n]}`);
};

describe('exchanging the model', () => {
  const before = 5000;
  const after = 16_000;
  const track = noiseTrack(before + after, 0.4, 3);
  const first = track.subarray(0, before);
  const second = track.subarray(before);

  const run = (blocks = equalBlocks(after, 512), shape: Partial<ModelShape> = {}) => {
    const { stream, latencySamples } = prepared(new QuietModel(0.9));
    play(stream, [first], equalBlocks(before, 480));
    const coming = stream.exchange(new QuietModel(0.3, shape), streamNoise());
    const [output = new Float32Array()] = play(stream, [second], blocks);
    return { stream, output, latencySamples, comingLatency: coming.latencySamples };
  };

  it('goes on with the old one, bit for bit, until the new one has filled up', () => {
    const { output, comingLatency } = run();
    const alone = prepared(new QuietModel(0.9)).stream;
    play(alone, [first], equalBlocks(before, 480));
    const [undisturbed = new Float32Array()] = play(alone, [second], equalBlocks(after, 512));
    expect(output.subarray(0, comingLatency)).toEqual(undisturbed.subarray(0, comingLatency));
  });

  it('fades evenly into the new one, and then plays that alone, at its own latency', () => {
    const { output, latencySamples, comingLatency, stream } = run(equalBlocks(after, 512), {
      hop: 128,
      delaySamples: 70,
    });
    expect(comingLatency).not.toBe(latencySamples);
    expect(stream.latencySamples).toBe(comingLatency);
    const old = Float32Array.from(output, (_, n) => 0.9 * (track[before + n - latencySamples] ?? 0));
    const fresh = Float32Array.from(output, (_, n) => 0.3 * (second[n - comingLatency] ?? 0));
    const start = comingLatency;
    const mixed = Float32Array.from(output, (_, n) => {
      const share = Math.min(1, Math.max(0, (n - start + 0.5) / FADE));
      return (1 - share) * (old[n] ?? 0) + share * (fresh[n] ?? 0);
    });
    close(output, mixed, 0, start + FADE);
    close(output, fresh, start + FADE, after);
  });

  it('plays the same whatever the blocks are, and says when the old model is free', () => {
    const { output } = run();
    expect(run(randomBlocks(after, 700, 5)).output).toEqual(output);
    const [old, coming] = [new QuietModel(0.9), new QuietModel(0.3)];
    const { stream } = prepared(old);
    play(stream, [first], [before]);
    const { latencySamples } = stream.exchange(coming, streamNoise());
    const last = latencySamples + FADE - 1;
    play(stream, [second.subarray(0, last)], equalBlocks(last, 512));
    expect([stream.plays(old), stream.plays(coming)]).toEqual([true, true]);
    play(stream, [second.subarray(last, last + 1)], [1]);
    expect([stream.plays(old), stream.plays(coming)]).toEqual([false, true]);
  });

  it('steers each with what was set for it', () => {
    const override = [{ ...defaultDimension(), mode: 'override' as const, amount: 1 }];
    const constant = (value: number) => ({
      evaluate: (_: Float64Array, latents: Float64Array) => void (latents[0] = value),
    });
    const { stream, latencySamples } = prepared(new LatentModel());
    stream.setSteering({ amount: 1, glideSeconds: 0, dimensions: override });
    stream.setMapping(constant(0.5));
    play(stream, [first], [before]);
    stream.exchange(new LatentModel(), streamNoise());
    stream.setMapping(constant(-0.5));
    const [output = new Float32Array()] = play(stream, [second], equalBlocks(after, 512));
    expect(output[latencySamples - 1]).toBeCloseTo(0.5, 5);
    expect(output[latencySamples + FADE]).toBeCloseTo(-0.5, 5);
    // Halfway the two are as loud as each other.
    expect(output[latencySamples + FADE / 2]).toBeCloseTo(0, 2);
  });

  it('never lets the old one over a ceiling that was lowered meanwhile', () => {
    const { stream } = prepared(new QuietModel(3));
    play(stream, [first], [before]);
    stream.exchange(new QuietModel(3), streamNoise());
    stream.setParameter(PARAMETER_INDEX.ceiling, -20);
    const [output = new Float32Array()] = play(stream, [second], equalBlocks(after, 512));
    const settled = output.subarray(2000);
    expect(settled.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)).toBeLessThanOrEqual(0.1001);
  });

  it('goes to the dry track and back in the same way', () => {
    const { stream } = prepared(new QuietModel(0.5));
    play(stream, [first], [before]);
    const { latencySamples } = stream.exchange(null, streamNoise());
    const [output = new Float32Array()] = play(stream, [second], equalBlocks(after, 512));
    const dry = Float32Array.from(output, (_, n) => second[n - latencySamples] ?? 0);
    close(output, dry, latencySamples + FADE, after);
  });

  it('is over when the transport jumps, and starts in silence before the first sound', () => {
    const old = new QuietModel(0.9);
    const { stream } = prepared(old);
    play(stream, [first], [before]);
    stream.exchange(new QuietModel(0.3), streamNoise());
    stream.restart();
    expect(stream.plays(old)).toBe(false);
    const [jumped = new Float32Array()] = play(stream, [second], equalBlocks(after, 512));

    const unheard = new QuietModel(0.9);
    const unplayed = prepared(unheard).stream;
    unplayed.exchange(new QuietModel(0.3), streamNoise());
    expect(unplayed.plays(unheard)).toBe(false);
    expect(play(unplayed, [second], equalBlocks(after, 512))[0]).toEqual(jumped);
    const alone = prepared(new QuietModel(0.3)).stream;
    expect(play(alone, [second], equalBlocks(after, 512))[0]).toEqual(jumped);
  });

  it('skips a model that another one replaces before it is heard', () => {
    const [old, passed, last] = [new QuietModel(0.9), new QuietModel(5), new QuietModel(0.3)];
    const { stream } = prepared(old);
    play(stream, [first], equalBlocks(before, 480));
    const { latencySamples } = stream.exchange(passed, streamNoise());
    const fill = latencySamples - 1;
    const [filling = new Float32Array()] = play(stream, [second.subarray(0, fill)], equalBlocks(fill, 256));
    stream.exchange(last, streamNoise());
    expect([stream.plays(old), stream.plays(passed), stream.plays(last)]).toEqual([true, false, true]);
    const [rest = new Float32Array()] = play(stream, [second.subarray(fill)], equalBlocks(after - fill, 512));

    const alone = prepared(new QuietModel(0.9)).stream;
    play(alone, [first], equalBlocks(before, 480));
    const [undisturbed = new Float32Array()] = play(alone, [second], equalBlocks(after, 512));
    const heard = Float32Array.from([...filling, ...rest]);
    expect(heard.subarray(0, fill + latencySamples)).toEqual(undisturbed.subarray(0, fill + latencySamples));
    expect(stream.plays(old)).toBe(false);
  });

  it('goes on fading where another model follows in the middle of it', () => {
    const [old, middle, last] = [new QuietModel(0.9), new QuietModel(0.6), new QuietModel(0.3)];
    const { stream } = prepared(old);
    play(stream, [first], equalBlocks(before, 480));
    const { latencySamples } = stream.exchange(middle, streamNoise());
    const half = latencySamples + FADE / 2;
    const [fading = new Float32Array()] = play(stream, [second.subarray(0, half)], equalBlocks(half, 256));
    stream.exchange(last, streamNoise());
    expect([stream.plays(old), stream.plays(middle), stream.plays(last)]).toEqual([true, true, true]);
    const [rest = new Float32Array()] = play(stream, [second.subarray(half)], equalBlocks(after - half, 512));

    // What two models alone give, until the third has filled up.
    const { output } = run(equalBlocks(after, 512));
    const two = prepared(new QuietModel(0.9)).stream;
    play(two, [first], equalBlocks(before, 480));
    two.exchange(new QuietModel(0.6), streamNoise());
    const [reference = new Float32Array()] = play(two, [second], equalBlocks(after, 512));
    const heard = Float32Array.from([...fading, ...rest]);
    expect(heard.subarray(0, half + latencySamples)).toEqual(reference.subarray(0, half + latencySamples));
    close(heard, output, half + latencySamples + FADE, after);
    expect([stream.plays(old), stream.plays(middle), stream.plays(last)]).toEqual([false, false, true]);
  });

  it('needs a stream', () => {
    expect(() => new Stream().exchange(null, streamNoise())).toThrow('not prepared');
  });
});
