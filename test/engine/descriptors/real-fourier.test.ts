import { RealFourier } from '../../../src/engine/descriptors/real-fourier.js';
import { random } from '../audio/signals.js';

/** The powers of a signal by the sum that defines them, in double precision. */
function powersOf(signal: readonly number[]): number[] {
  const size = signal.length;
  const cosines = Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  return Array.from({ length: size / 2 + 1 }, (_, bin) => {
    let real = 0;
    let imaginary = 0;
    for (let i = 0; i < size; i += 1) {
      real += (signal[i] ?? 0) * (cosines[(bin * i) % size] ?? 0);
      imaginary += (signal[i] ?? 0) * (cosines[(bin * i + size / 4) % size] ?? 0);
    }
    return real ** 2 + imaginary ** 2;
  });
}

function transformed(fourier: RealFourier, signal: readonly number[]): number[] {
  const half = fourier.size / 2;
  signal.forEach((value, i) => (fourier.signal[(i % 2) * half + Math.floor(i / 2)] = value));
  fourier.run();
  return [...fourier.power];
}

describe('the Fourier transform of real signals', () => {
  // Powers of four and others, down to one vector in the first pass.
  it.each([32, 64, 128, 256, 512, 1024])('is what the sum over %i samples gives', (size) => {
    const draw = random(size);
    const fourier = new RealFourier(size);
    for (let round = 0; round < 2; round += 1) {
      const signal = Array.from({ length: size }, () => draw() - 0.5);
      const expected = powersOf(signal);
      const tolerance = 1e-6 * Math.sqrt(Math.max(...expected));
      transformed(fourier, signal).forEach((power, bin) =>
        expect(Math.abs(Math.sqrt(power) - Math.sqrt(expected[bin] ?? NaN))).toBeLessThan(tolerance),
      );
    }
  });

  it.each([4096, 8192])('has a cosine of %i samples in its bin alone', (size) => {
    const fourier = new RealFourier(size);
    for (const bin of [0, 1, size / 4 - 1, size / 4, size / 4 + 1, size / 2 - 1, size / 2]) {
      const signal = Array.from({ length: size }, (_, i) =>
        Math.cos((2 * Math.PI * ((bin * i) % size)) / size),
      );
      const whole = bin === 0 || bin === size / 2 ? size : size / 2;
      transformed(fourier, signal).forEach((power, other) =>
        expect(Math.sqrt(power) / whole).toBeCloseTo(other === bin ? 1 : 0, 5),
      );
    }
  });

  it('gives nothing for silence, whatever was before', () => {
    const fourier = new RealFourier(64);
    transformed(
      fourier,
      Array.from({ length: 64 }, (_, i) => i),
    );
    expect(transformed(fourier, new Array<number>(64).fill(0))).toEqual(new Array(33).fill(0));
  });
});
