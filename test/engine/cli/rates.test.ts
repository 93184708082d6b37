import { toRate } from '../../../src/engine/cli/rates.js';

const tone = (rate: number, seconds: number) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) =>
    Math.sin((2 * Math.PI * 1000 * i) / rate),
  );

describe('toRate', () => {
  it.each([
    [48_000, 44_100],
    [44_100, 48_000],
    [22_050, 96_000],
  ])('brings a tone from %i to %i Hz, in place', (from, to) => {
    const { channels, rate } = toRate({ channels: [tone(from, 0.5)], rate: from }, to);
    const [converted] = channels;
    const wanted = tone(to, 0.5);
    expect(rate).toBe(to);
    expect(converted).toHaveLength(wanted.length);
    // The ends see the silence around the tone.
    const margin = Math.round(0.01 * to);
    for (let i = margin; i < wanted.length - margin; i++)
      expect(Math.abs((converted?.[i] ?? 9) - (wanted[i] ?? 0))).toBeLessThan(1e-3);
  });

  it('leaves a sound alone at its own rate', () => {
    const sound = { channels: [tone(44_100, 0.01)], rate: 44_100 };
    expect(toRate(sound, 44_100)).toBe(sound);
    expect(toRate(sound, undefined)).toBe(sound);
  });
});
