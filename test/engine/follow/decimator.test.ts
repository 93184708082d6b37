import { Decimator } from '../../../src/engine/follow/decimator.js';

const tone = (cyclesPerSample: number) =>
  Float32Array.from({ length: 4000 }, (_, n) => Math.sin(2 * Math.PI * cyclesPerSample * n));

/** Level of what comes out of a tone, relative to it. */
function level(factor: number, cyclesPerSample: number): number {
  const decimator = new Decimator(factor, 400, 4000);
  decimator.input.set(tone(cyclesPerSample));
  decimator.run(Infinity);
  const out = decimator.output;
  return Math.sqrt((2 * out.reduce((sum, value) => sum + value * value, 0)) / out.length);
}

describe('the decimator of the pitch', () => {
  it.each([2, 4, 8])(
    'passes what lies well below the Nyquist frequency of every %i-th sample, and little above it',
    (factor) => {
      const nyquist = 0.5 / factor;
      expect(level(factor, 0.3 * nyquist)).toBeCloseTo(1, 1);
      // As phases of a tone that folds back onto itself differ, at the worst of a few frequencies.
      for (const above of [1.25, 1.37, 1.61]) expect(level(factor, above * nyquist)).toBeLessThan(0.02);
    },
  );

  it('counts from the end of the signal, and copies at the factor 1', () => {
    const outputs = (factor: number) => {
      const decimator = new Decimator(factor, 5, 200);
      decimator.input.set(Float32Array.from({ length: 200 }, (_, n) => n));
      decimator.run(Infinity);
      return [...decimator.output];
    };
    expect(outputs(1)).toEqual([195, 196, 197, 198, 199]);
    // The filter's middle lies half its 33 taps before the end.
    outputs(4).forEach((value, i) => expect(value).toBeCloseTo(199 - 16 - 4 * (4 - i), 3));
  });

  it.each([
    ['a whole number of outputs', 48],
    ['samples in which no output ends', 50],
    ['more than all outputs', 1000],
  ])('computes after %s the same bits as anew', (_, fresh) => {
    const track = tone(0.013);
    const moving = new Decimator(4, 100, 600);
    for (let end = 600; end <= track.length; end += fresh) {
      const anew = new Decimator(4, 100, 600);
      for (const decimator of [moving, anew]) decimator.input.set(track.subarray(end - 600, end));
      moving.run(end === 600 ? Infinity : fresh);
      anew.run(Infinity);
      expect(moving.output).toEqual(anew.output);
    }
  });
});
