import { type PolyphaseExports, loadPolyphase } from '../audio/simd/polyphase.js';

/** Zeros of the sinc on each side. */
const LOBES = 4;
/** Cut-off relative to the output's Nyquist frequency. */
const CUTOFF = 0.8;
/** The kernel takes rows of a multiple of this many taps. */
const ROW_TAPS = 16;

/**
 * Every n-th sample of a low-pass filtered signal, counted back from its end: a Hann-windowed sinc, a quick one for analysis. One
 * thread; allocates nothing after construction.
 */
export class Decimator {
  /** The signal, to be filled. */
  readonly input: Float32Array;
  /** What `run` writes. */
  readonly output: Float32Array;
  private readonly taps: Float32Array;
  private readonly kernel: PolyphaseExports;

  /**
   * @param factor input samples per output sample, a whole number
   * @param outputs of each `run`
   * @param leastInput length of `input`, at least
   */
  constructor(
    private readonly factor: number,
    outputs: number,
    leastInput = 0,
  ) {
    const taps = lowPass(factor);
    const read = (outputs - 1) * factor + taps.length;
    const arrays = [taps.length, outputs, Math.max(read, leastInput)];
    const loaded = loadPolyphase(arrays);
    [this.taps, this.output, this.input] = loaded.arrays as [Float32Array, Float32Array, Float32Array];
    this.taps.set(taps);
    this.kernel = loaded.exports;
  }

  /**
   * Fills `output` from the end of `input`.
   * @param fresh by how many samples `input` has moved on since the last call: outputs of then are kept where they fit. Infinity
   * computes them all
   */
  run(fresh: number): void {
    const { taps, output, input, factor, kernel } = this;
    const count = fresh % factor === 0 ? Math.min(output.length, fresh / factor) : output.length;
    output.copyWithin(0, count);
    const from = input.length - ((count - 1) * factor + taps.length);
    const address = input.byteOffset + from * Float32Array.BYTES_PER_ELEMENT;
    const target = output.byteOffset + (output.length - count) * Float32Array.BYTES_PER_ELEMENT;
    kernel.convolve(taps.byteOffset, taps.byteLength, 1, address, 0, 1, factor, 0, target, count);
  }
}

/** The filter's taps, with zeros before them up to the length of a row. */
function lowPass(factor: number): Float32Array {
  const length = factor === 1 ? 1 : 2 * LOBES * factor + 1;
  const row = ROW_TAPS * Math.ceil(length / ROW_TAPS);
  const middle = (length - 1) / 2;
  const taps = Float64Array.from({ length }, (_, i) => {
    const x = (CUTOFF * (i - middle)) / factor;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * (i - middle)) / (middle + 1)));
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return Float32Array.from({ length: row }, (_, i) => (taps[i - (row - length)] ?? 0) / sum);
}
