import { createNoise, SeededNoise } from '../../../../src/engine/model/run/noise.js';

const COUNT = 40_000;
const mean = (x: Float32Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
const deviation = (x: Float32Array): number =>
  Math.sqrt(mean(x.map((value) => value * value)) - mean(x) ** 2);
function correlation(x: Float32Array): number {
  const half = x.length / 2;
  const [a, b] = [x.subarray(0, half), x.subarray(half)];
  const product = mean(a.map((value, i) => value * (b[i] ?? 0)));
  return (product - mean(a) * mean(b)) / (deviation(a) * deviation(b));
}

describe('noise', () => {
  test('is 0.5 and 0 when silent, and the given values when constant', () => {
    const out = new Float32Array(4);
    createNoise({ kind: 'silent' }).uniform(out, 1);
    expect([...out]).toEqual([0.5, 0.5, 0.5, 0.5]);
    createNoise({ kind: 'silent' }).normal(out, 2);
    expect([...out]).toEqual([0, 0, 0, 0]);
    const constant = createNoise({ kind: 'constant', uniform: 0.75, normal: -2 });
    constant.normal(out, 1);
    expect(out[3]).toBe(-2);
  });

  test('has the declared distribution', () => {
    const noise = new SeededNoise(1);
    const out = new Float32Array(COUNT);
    noise.uniform(out, 1);
    expect(Math.min(...out.subarray(0, 9999))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...out.subarray(0, 9999))).toBeLessThan(1);
    expect(mean(out)).toBeCloseTo(0.5, 2);
    expect(deviation(out)).toBeCloseTo(Math.sqrt(1 / 12), 2);
    noise.normal(out, 1);
    expect(mean(out)).toBeCloseTo(0, 1);
    expect(deviation(out)).toBeCloseTo(1, 1);
    const beyond = out.filter((value) => Math.abs(value) > 1.96).length / COUNT;
    expect(beyond).toBeGreaterThan(0.045);
    expect(beyond).toBeLessThan(0.055);
  });

  test('repeats after restart, and differs between seeds and streams', () => {
    const draw = (noise: SeededNoise): number[] => {
      const out = new Float32Array(7);
      noise.normal(out, 1);
      noise.uniform(out, 1);
      return [...out];
    };
    const noise = new SeededNoise(3);
    const first = draw(noise);
    expect(draw(noise)).not.toEqual(first);
    noise.restart();
    expect(draw(noise)).toEqual(first);
    expect(draw(new SeededNoise(3))).toEqual(first);
    expect(draw(new SeededNoise(4))).not.toEqual(first);
    expect(draw(new SeededNoise(3, 1))).not.toEqual(first);
  });

  test('gives the first side the same values whatever the batch', () => {
    const mono = new Float32Array(5);
    const stereo = new Float32Array(10);
    new SeededNoise(8).normal(mono, 1);
    const both = new SeededNoise(8);
    both.width = 0.4;
    both.normal(stereo, 2);
    expect([...stereo.subarray(0, 5)]).toEqual([...mono]);
  });

  test.each(['uniform', 'normal'] as const)(
    '%s sides part with the width, keeping their variance',
    (kind) => {
      for (const width of [0, 0.25, 0.5, 1]) {
        const noise = new SeededNoise(2);
        noise.width = width;
        const out = new Float32Array(2 * COUNT);
        noise[kind](out, 2);
        expect(correlation(out)).toBeCloseTo(1 - width, 1);
        expect(deviation(out.subarray(COUNT)) / deviation(out.subarray(0, COUNT))).toBeCloseTo(1, 1);
      }
    },
  );
});
