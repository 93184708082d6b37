import { rateRatio, resamplerFilter, resamplerLookahead } from './resampler-filter.js';
import { type PolyphaseExports, loadPolyphase } from './simd/polyphase.js';

export { rateRatio, resamplerLookahead };

/** Outputs per inner block. */
const PIECE = 256;

export interface ResamplerOptions {
  /** Rates in Hz, whole numbers. */
  readonly from: number;
  readonly to: number;
  readonly channels: number;
  /** Most samples per channel between two reads of all available outputs. */
  readonly capacity: number;
  /**
   * Time of output 0 on the input's time axis, in units of 1/`denominator` input samples; 0 is input sample 0. The input is
   * silent at negative times.
   */
  readonly origin?: number;
}

/** The filter and its buffers in the kernel's memory. */
interface Polyphase {
  readonly kernel: PolyphaseExports;
  readonly rows: Float32Array;
  readonly phases: number;
  readonly output: Float32Array;
}

/**
 * Streaming sample-rate conversion by a polyphase Kaiser-windowed sinc (kaiser.ts). Output m is the band-limited input at time
 * (origin + m · numerator) / denominator input samples, with linear phase; the position is an exact fraction and does not drift.
 * An output is available as soon as input sample floor(time) + `lookahead` has been written. Flat to 20 kHz (or 0.907 of the
 * lower Nyquist frequency); images and aliases from the lower Nyquist frequency on are below −90 dB. Equal rates copy. Does not
 * allocate after construction. One thread.
 */
export class Resampler {
  /** Input samples per output sample, as a fraction in lowest terms. */
  readonly numerator: number;
  readonly denominator: number;
  /** `resamplerLookahead` of these rates. */
  readonly lookahead: number;

  /** Null for equal rates. */
  private readonly polyphase: Polyphase | null;
  private readonly history: readonly Float32Array[];
  private readonly size: number;
  /** Input samples per output: taps of the filter. */
  private readonly width: number;
  private readonly wholeStep: number;
  private readonly phaseStep: number;
  private readonly originIndex: number;
  private readonly originPhase: number;
  /** Input index of history[0]. */
  private base = 0;
  /** Samples written since the start. */
  private written = 0;
  /** Time of the next output: index + phase / denominator. */
  private index = 0;
  private phase = 0;

  constructor(options: ResamplerOptions) {
    const { from, to, channels, capacity, origin = 0 } = options;
    const { numerator, denominator } = rateRatio(from, to);
    this.numerator = numerator;
    this.denominator = denominator;
    this.wholeStep = Math.floor(numerator / denominator);
    this.phaseStep = numerator - this.wholeStep * denominator;
    this.lookahead = resamplerLookahead(from, to);
    const filter = from === to ? null : resamplerFilter(from, to);
    this.width = filter?.width ?? 1;
    this.originIndex = Math.floor(origin / denominator);
    this.originPhase = origin - this.originIndex * denominator;
    // With a negative origin, that much more input is buffered before the first output.
    this.size =
      2 * (capacity + this.width + Math.max(0, -this.originIndex)) + Math.ceil(numerator / denominator);
    const sizes = new Array<number>(channels).fill(this.size);
    if (filter === null) {
      this.polyphase = null;
      this.history = sizes.map((size) => new Float32Array(size));
    } else {
      const { rows, phases } = filter;
      const { exports, arrays } = loadPolyphase([rows.length, PIECE, ...sizes]);
      const [ownRows, output, ...history] = arrays as [Float32Array, Float32Array, ...Float32Array[]];
      ownRows.set(rows);
      this.polyphase = { kernel: exports, rows: ownRows, phases, output };
      this.history = history;
    }
    this.reset();
  }

  /** Clears to silence and returns to the origin. */
  reset(): void {
    for (const channel of this.history) channel.fill(0);
    this.written = 0;
    this.index = this.originIndex;
    this.phase = this.originPhase;
    this.base = Math.min(0, this.oldest());
  }

  /** Writes `count` input samples per channel from `offset`. @throws RangeError beyond the capacity */
  write(input: readonly Float32Array[], offset: number, count: number): void {
    if (this.written - this.base + count > this.size) this.discardRead();
    const at = this.written - this.base;
    if (at + count > this.size) throw new RangeError('resampler overrun: outputs were not read');
    for (let c = 0; c < this.history.length; c += 1) {
      const target = this.history[c] as Float32Array;
      const source = input[c] as Float32Array;
      for (let i = 0; i < count; i += 1) target[at + i] = source[offset + i] as number;
    }
    this.written += count;
  }

  /** Number of outputs that can be read. */
  available(): number {
    const last = this.written - 1 - this.lookahead - this.index;
    if (last < 0) return 0;
    // Output k is ready while floor((phase + k · numerator) / denominator) ≤ last.
    return Math.floor(((last + 1) * this.denominator - 1 - this.phase) / this.numerator) + 1;
  }

  /** Reads the next `count` outputs per channel to `output` from `offset`. @throws RangeError where fewer are available */
  read(output: readonly Float32Array[], offset: number, count: number): void {
    if (count > this.available()) throw new RangeError('resampler underrun');
    for (let done = 0; done < count;) {
      const piece = Math.min(PIECE, count - done);
      const start = this.oldest() - this.base;
      for (let c = 0; c < this.history.length; c += 1) {
        const target = output[c] as Float32Array;
        const history = this.history[c] as Float32Array;
        if (this.polyphase === null) copy(history, start, target, offset + done, piece);
        else {
          this.convolve(this.polyphase, history, start, piece);
          copy(this.polyphase.output, 0, target, offset + done, piece);
        }
      }
      this.advance(piece);
      done += piece;
    }
  }

  /** Index of the first input sample of the next output. */
  private oldest(): number {
    return this.index + this.lookahead - this.width + 1;
  }

  private convolve(
    { kernel, rows, phases, output }: Polyphase,
    history: Float32Array,
    start: number,
    count: number,
  ): void {
    kernel.convolve(
      rows.byteOffset,
      this.width * Float32Array.BYTES_PER_ELEMENT,
      phases,
      history.byteOffset + start * Float32Array.BYTES_PER_ELEMENT,
      this.phase,
      this.denominator,
      this.wholeStep,
      this.phaseStep,
      output.byteOffset,
      count,
    );
  }

  /** Advances the time of the next output by `count` outputs. */
  private advance(count: number): void {
    const phase = this.phase + count * this.phaseStep;
    const carried = Math.floor(phase / this.denominator);
    this.index += count * this.wholeStep + carried;
    this.phase = phase - carried * this.denominator;
  }

  /** Moves the input that later outputs need to the front of the buffers. */
  private discardRead(): void {
    const keep = Math.min(this.oldest(), this.written);
    const shift = keep - this.base;
    if (shift <= 0) return;
    for (const channel of this.history) channel.copyWithin(0, shift, this.written - this.base);
    this.base = keep;
  }
}

function copy(
  source: Float32Array,
  sourceOffset: number,
  target: Float32Array,
  targetOffset: number,
  count: number,
): void {
  for (let i = 0; i < count; i += 1) target[targetOffset + i] = source[sourceOffset + i] as number;
}
