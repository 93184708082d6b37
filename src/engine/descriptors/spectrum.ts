import { RealFourier } from './real-fourier.js';

/**
 * Power spectra of overlapping frames: Hann window, half a frame's hop. The frames of signals shorter than one frame are
 * padded with zeros. One thread; its buffers are reused.
 */
export class SpectrumAnalyser {
  /** Number of bins, from 0 Hz to half the rate. */
  readonly bins: number;
  private readonly fourier: RealFourier;
  private readonly window: Float64Array;

  /** @param size samples per frame, a power of two from 32 on */
  constructor(readonly size: number) {
    this.fourier = new RealFourier(size);
    this.bins = size / 2 + 1;
    this.window = Float64Array.from(
      { length: size },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size),
    );
  }

  /** How many frames `each` visits of so many samples. */
  frames(samples: number): number {
    return Math.max(1, Math.floor((samples - this.size) / (this.size / 2)) + 1);
  }

  /** Calls `visit` with the power of each bin, frame after frame; the array is reused. */
  each(samples: ArrayLike<number>, visit: (power: Float32Array) => void): void {
    for (let f = 0; f < this.frames(samples.length); f += 1)
      visit(this.powerAt(samples, (f * this.size) / 2));
  }

  /** The power of each bin of the frame that begins at sample `from`; the array is reused. Allocates nothing. */
  powerAt(samples: ArrayLike<number>, from: number): Float32Array {
    const { window, fourier, size } = this;
    const { signal, power } = fourier;
    const half = size / 2;
    for (let i = 0; i < half; i += 1) {
      const even = 2 * i;
      signal[i] = (window[even] as number) * (samples[from + even] ?? 0);
      signal[half + i] = (window[even + 1] as number) * (samples[from + even + 1] ?? 0);
    }
    fourier.run();
    return power;
  }
}
