import { rateRatio, resamplerFilter, resamplerLookahead } from './resampler-filter.js';
import { loadKernel } from './simd/kernel.js';
import { WASM_BASE64 } from './simd/polyphase.wasm.js';

export { rateRatio, resamplerLookahead };

/** Outputs that are computed at a time. */
const PIECE = 256;

export interface ResamplerOptions {
  /** Rates in Hz, whole numbers. */
  readonly from: number;
  readonly to: number;
  readonly channels: number;
  /** Most samples that are written before the outputs they complete are read. */
  readonly capacity: number;
  /**
   * Where output 0 lies on the input's time axis, in units of 1/`denominator` input samples: 0 puts it on input 0.
   * Negative times are silence.
   */
  readonly origin?: number;
}

/** What polyphase.wat exports; it explains the parameters. */
interface PolyphaseExports {
  convolve(
    rows: number,
    rowBytes: number,
    phases: number,
    samples: number,
    phase: number,
    denominator: number,
    wholeStep: number,
    phaseStep: number,
    output: number,
    count: number,
  ): void;
}

/** The filter and what it works on, in the kernel's memory. */
interface Polyphase {
  readonly kernel: PolyphaseExports;
  readonly rows: Float32Array;
  readonly phases: number;
  readonly output: Float32Array;
}

/**
 * Streaming rate conversion by a polyphase Kaiser-windowed sinc. Output m is the band-limited input at time
 * (origin + m · numerator) / denominator input samples: linear phase, no rounding, the same after a month as at
 * the start, since the position is kept in whole numbers. It can be read as soon as input
 * floor(time) + `lookahead` was written. Flat to 20 kHz (or 0.907 of the lower Nyquist frequency), images and
 * aliases from the lower Nyquist frequency on are below −90 dB. Equal rates copy. Nothing is allocated after
 * construction. One thread.
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
  /** Input samples under one output. */
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
    // An origin in the past leaves that much more input unread before the first output is taken.
    this.size =
      2 * (capacity + this.width + Math.max(0, -this.originIndex)) + Math.ceil(numerator / denominator);
    const sizes = new Array<number>(channels).fill(this.size);
    if (filter === null) {
      this.polyphase = null;
      this.history = sizes.map((size) => new Float32Array(size));
    } else {
      const { rows, phases } = filter;
      const { exports, arrays } = loadKernel<PolyphaseExports>(WASM_BASE64, [rows.length, PIECE, ...sizes]);
      const [ownRows, output, ...history] = arrays as [Float32Array, Float32Array, ...Float32Array[]];
      ownRows.set(rows);
      this.polyphase = { kernel: exports, rows: ownRows, phases, output };
      this.history = history;
    }
    this.reset();
  }

  /** Back to silence and to the origin. */
  reset(): void {
    for (const channel of this.history) channel.fill(0);
    this.written = 0;
    this.index = this.originIndex;
    this.phase = this.originPhase;
    this.base = Math.min(0, this.oldest());
  }

  /** Takes `count` samples per channel, from `offset` on. */
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

  /** Outputs that can be read now. */
  available(): number {
    const last = this.written - 1 - this.lookahead - this.index;
    if (last < 0) return 0;
    // Output k is ready while floor((phase + k · numerator) / denominator) ≤ last.
    return Math.floor(((last + 1) * this.denominator - 1 - this.phase) / this.numerator) + 1;
  }

  /** Writes the next `count` outputs per channel, from `offset` on. */
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

  /** The first input sample under the next output. */
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

  /** Moves the time of the next output on by `count` outputs. */
  private advance(count: number): void {
    const phase = this.phase + count * this.phaseStep;
    const carried = Math.floor(phase / this.denominator);
    this.index += count * this.wholeStep + carried;
    this.phase = phase - carried * this.denominator;
  }

  /** Moves what later outputs still need to the front. */
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
