import { gatherSound, wholeSound } from '../../../src/engine/audio/sound-stream.js';
import { atRate } from '../../../src/engine/audio/at-rate.js';

const tone = (rate: number, seconds: number) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) =>
    Math.sin((2 * Math.PI * 1000 * i) / rate),
  );

describe('atRate', () => {
  it.each([
    [48_000, 44_100],
    [44_100, 48_000],
    [22_050, 96_000],
  ])('brings a tone from %i to %i Hz, in place', (from, to) => {
    const stream = atRate(wholeSound(from, [tone(from, 0.5)]), to);
    const [converted] = gatherSound(stream);
    const wanted = tone(to, 0.5);
    expect(stream.rate).toBe(to);
    expect(converted).toHaveLength(wanted.length);
    // The ends are affected by the silence around the tone.
    const margin = Math.round(0.01 * to);
    for (let i = margin; i < wanted.length - margin; i++)
      expect(Math.abs((converted?.[i] ?? 9) - (wanted[i] ?? 0))).toBeLessThan(1e-3);
  });

  it('does not depend on the sizes of the pieces', () => {
    const whole = tone(44_100, 0.5);
    const cut = [0, 1, 2, 5000, 5001, 20_000, whole.length];
    const pieces = cut.slice(1).map((to, i) => [whole.subarray(cut[i], to)]);
    const stream = atRate({ rate: 44_100, channels: 1, next: () => pieces.shift() ?? null }, 48_000);
    expect(gatherSound(stream)).toEqual(gatherSound(atRate(wholeSound(44_100, [whole]), 48_000)));
    expect(stream.next()).toBeNull();
  });

  it('does not convert at the same rate', () => {
    const sound = wholeSound(44_100, [tone(44_100, 0.01)]);
    expect(atRate(sound, 44_100)).toBe(sound);
    expect(atRate(sound, undefined)).toBe(sound);
  });
});
