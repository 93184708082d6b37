import { AUDIO_DESCRIPTORS, type AudioDescriptor } from '../../../src/document/audio-descriptors.js';
import { defaultInput } from '../../../src/document/default-preset.js';
import type { Input } from '../../../src/document/input.js';
import { defaultOutput } from '../../../src/document/output.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { StreamSnapshot } from '../../../src/engine/stream/telemetry.js';
import { LatentModel } from './fakes.js';
import { equalBlocks, noiseTrack, play, prepareMono, randomBlocks } from './play.js';

const RATE = 48_000;
const HOP = 256;

const following = (descriptor: AudioDescriptor, change: Partial<Input> = {}): Input => ({
  ...defaultInput(descriptor),
  source: { kind: 'audio', descriptor, attackMilliseconds: 0, releaseMilliseconds: 0, heard: null },
  ...change,
});

/** A stream whose latents are the inputs; where it sums, the first is a weighted sum of them all. */
function steered(inputs: readonly Input[], track: { rate?: number; frames?: 1 | 4; sums?: true } = {}) {
  const { rate = RATE, frames = 1, sums } = track;
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0, dryWet: 1 });
  const dimensions = inputs.map(() => ({ ...defaultDimension(), mode: 'override' as const }));
  stream.setSteering({ amount: 1, glideSeconds: 0, dimensions });
  stream.setMapping({
    evaluate: (values, latents) => {
      for (let i = 0; i < inputs.length; i += 1) latents[i] = values[i] as number;
      if (sums) latents[0] = inputs.reduce((sum, _, i) => sum + (values[i] as number) / 10 ** i, 0);
    },
  });
  stream.setMotions(inputs);
  const model = new LatentModel({ hop: HOP, latentDims: inputs.length, frames });
  return { stream, latencySamples: prepareMono(stream, model, rate) };
}

/** Bursts of a tone, each a fifth of a second, with noise of its own level in between. */
const bursts = (samples: number, rate = RATE) => {
  const noise = noiseTrack(samples, 0.02, 4);
  return noise.map((value, n) =>
    Math.floor((5 * n) / rate) % 2 === 0 ? value : 0.4 * Math.sin((2 * Math.PI * 330 * n) / rate) + value,
  );
};

describe('inputs that follow the audio, in the stream', () => {
  it.each([48_000, 44_100])('do not depend on the blocks, bit for bit, at %i Hz', (rate) => {
    const track = bursts(rate, rate);
    const inputs = AUDIO_DESCRIPTORS.map((descriptor) => following(descriptor));
    // All of them in the one latent that is heard.
    const of = (blocks: number[]) => play(steered(inputs, { rate, sums: true }).stream, [track], blocks);
    const reference = of(equalBlocks(track.length, 512));
    expect(new Set(reference[0]).size).toBeGreaterThan(100);
    expect(of(randomBlocks(track.length, 3000, 7))).toEqual(reference);
    expect(of(randomBlocks(track.length, 60, 8))).toEqual(reference);
  });

  it('move with the latent frame that encodes the sound, in calls of one and of four', () => {
    for (const frames of [1, 4] as const) {
      // Loud from the 41st latent frame on.
      const from = 41 * HOP;
      const track = Float32Array.from({ length: 100 * HOP }, (_, n) =>
        n < from ? 0 : n % 2 === 0 ? 0.5 : -0.5,
      );
      const { stream, latencySamples } = steered([following('loudness')], { frames });
      const [output = new Float32Array(0)] = play(stream, [track], equalBlocks(track.length, 500));
      const at = (frame: number) => output[latencySamples + frame * HOP + HOP / 2];
      expect(at(40)).toBeCloseTo(0, 6);
      expect(at(41)).toBeGreaterThan(0.5);
    }
  });

  it('keep to the range of the input, its curve and direction', () => {
    const { stream, latencySamples } = steered([
      following('loudness', { range: [0.2, 0.6], inverted: true }),
    ]);
    const track = bursts(RATE);
    const [output = new Float32Array(0)] = play(stream, [track], equalBlocks(track.length, 512));
    const heard = output.subarray(latencySamples + HOP);
    expect(Math.min(...heard)).toBeGreaterThanOrEqual(0.2 - 1e-6);
    expect(Math.min(...heard)).toBeLessThan(0.25);
    expect(Math.max(...heard)).toBeLessThanOrEqual(0.6 + 1e-6);
    expect(Math.max(...heard)).toBeGreaterThan(0.5);
  });

  it('leave the other inputs to automation', () => {
    const { stream, latencySamples } = steered([defaultInput('hand'), following('loudness')]);
    const track = bursts(RATE / 2);
    const moved = [{ sample: 10_000, parameter: PARAMETER_INDEX.input, value: 0.9 }];
    const [output = new Float32Array(0)] = play(stream, [track], equalBlocks(track.length, 512), moved);
    const frame = Math.floor(10_000 / HOP);
    expect(output[latencySamples + frame * HOP - 10]).toBeCloseTo(0.5, 6);
    expect(output[latencySamples + frame * HOP + 10]).toBeCloseTo(0.9, 6);
  });

  it('start over with the stream', () => {
    const track = bursts(RATE);
    const { stream } = steered([following('brightness')]);
    const first = play(stream, [track], equalBlocks(track.length, 512));
    stream.restart();
    expect(play(stream, [track], equalBlocks(track.length, 333))).toEqual(first);
  });

  it('report the range that they have; the frozen one as it is', () => {
    const source = { ...following('pitch').source, heard: [110, 440] } as Input['source'];
    const { stream } = steered([defaultInput('hand'), following('loudness'), following('pitch', { source })]);
    const track = bursts(3 * RATE);
    play(stream, [track], equalBlocks(track.length, 512));
    const seen = new StreamSnapshot();
    stream.snapshot(seen);
    const [handLow, , low = NaN, high = NaN, pitchLow, pitchHigh] = seen.audioRanges;
    expect(handLow).toBeNaN();
    expect([pitchLow, pitchHigh]).toEqual([110, 440]);
    // A sine of amplitude 0.4 has −11 LUFS, with the shelf's gain at 330 Hz about 0 dB.
    expect(Math.abs(high - -11)).toBeLessThan(1);
    expect(low).toBeLessThan(-30);
  });
});
