import FFT from 'fft.js';

/**
 * Power spectra of overlapping frames: Hann window, half a frame's hop. The frames of signals shorter than one frame are
 * padded with zeros. One thread; its buffers are reused.
 */
export class SpectrumAnalyser {
  /** Number of bins, from 0 Hz to half the rate. */
  readonly bins: number;
  private readonly fft: FFT;
  private readonly window: Float64Array;
  private readonly frame: number[];
  private readonly transformed: number[];
  private readonly power: Float64Array;

  /** @param size samples per frame, a power of two from 4 on */
  constructor(readonly size: number) {
    this.fft = new FFT(size);
    this.bins = size / 2 + 1;
    this.window = Float64Array.from(
      { length: size },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size),
    );
    this.frame = new Array<number>(size).fill(0);
    this.transformed = new Array<number>(2 * size).fill(0);
    this.power = new Float64Array(this.bins);
  }

  /** How many frames `each` visits of so many samples. */
  frames(samples: number): number {
    return Math.max(1, Math.floor((samples - this.size) / (this.size / 2)) + 1);
  }

  /** Calls `visit` with the power of each bin, frame after frame; the array is reused. */
  each(samples: ArrayLike<number>, visit: (power: Float64Array) => void): void {
    for (let f = 0; f < this.frames(samples.length); f += 1)
      visit(this.powerAt(samples, (f * this.size) / 2));
  }

  /** The power of each bin of the frame that begins at sample `from`; the array is reused. Allocates nothing. */
  powerAt(samples: ArrayLike<number>, from: number): Float64Array {
    const { size, window, frame, transformed, power } = this;
    for (let i = 0; i < size; i += 1) frame[i] = (window[i] as number) * (samples[from + i] ?? 0);
    this.fft.realTransform(transformed, frame);
    for (let bin = 0; bin < power.length; bin += 1) {
      const real = transformed[2 * bin] as number;
      const imaginary = transformed[2 * bin + 1] as number;
      power[bin] = real * real + imaginary * imaginary;
    }
    return power;
  }
}
