/** Offset of ITU-R BS.1770-5, equation 2: a full-scale sine at 997 Hz measures −3.01 LUFS. */
const OFFSET_DB = -0.691;

/** Loudness in LUFS of K-weighted sound. @param power mean square, summed over the channels; 0 gives −Infinity */
export const lufsOfPower = (power: number): number => OFFSET_DB + 10 * Math.log10(power);

/** The inverse of `lufsOfPower`. */
export const powerOfLufs = (lufs: number): number => 10 ** ((lufs - OFFSET_DB) / 10);

/** A second-order section, a0 = 1. */
interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

function shelf(rate: number): Biquad {
  const k = Math.tan((Math.PI * 1681.974450955533) / rate);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}

function highPass(rate: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / rate);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

/** Filter states below this are silence; smaller ones would become denormal numbers, which take long to compute. */
const SILENT_STATE = 1e-30;
const isSound = (state: number): boolean => Math.abs(state) >= SILENT_STATE && Math.abs(state) < Infinity;

/**
 * The K-weighted energy of one channel at any rate: the shelf and the high-pass of ITU-R BS.1770-5 (annex 1, tables 1 and 2,
 * given there at 48 kHz), as the analogue prototypes of which those tables are the bilinear transforms (Brecht De Man,
 * "Evaluation of implementations of the EBU R128 loudness measurement", 2018). The result does not depend on block sizes. One
 * thread; allocates nothing after construction.
 */
export class KWeightedEnergy {
  /** Sum of squares since the last `take`. */
  private sum = 0;
  private readonly first: Biquad;
  private readonly second: Biquad;
  private readonly state = new Float64Array(4);

  /** @param rate in Hz */
  constructor(rate: number) {
    this.first = shelf(rate);
    this.second = highPass(rate);
  }

  /** Starts from silence. */
  reset(): void {
    this.sum = 0;
    this.state.fill(0);
  }

  /** Adds `samples[from]` up to, not including, `samples[to]`. */
  add(samples: ArrayLike<number>, from: number, to: number): void {
    const { first, second, state } = this;
    const { b0, b1, b2, a1, a2 } = first;
    const { a1: c1, a2: c2 } = second;
    let s0 = state[0] as number;
    let s1 = state[1] as number;
    let s2 = state[2] as number;
    let s3 = state[3] as number;
    let { sum } = this;
    for (let i = from; i < to; i += 1) {
      const x = samples[i] as number;
      const y = b0 * x + s0;
      s0 = b1 * x - a1 * y + s1;
      s1 = b2 * x - a2 * y;
      // The high-pass: b0 = b2 = 1, b1 = −2.
      const z = y + s2;
      s2 = -2 * y - c1 * z + s3;
      s3 = y - c2 * z;
      sum += z * z;
    }
    state[0] = s0;
    state[1] = s1;
    state[2] = s2;
    state[3] = s3;
    this.sum = sum;
  }

  /** The sum of squares since the last call; NaN or Infinity where a sample was, after which the filters start from silence. */
  take(): number {
    const { sum, state } = this;
    this.sum = 0;
    for (let i = 0; i < state.length; i += 1) if (!isSound(state[i] as number)) state[i] = 0;
    return sum;
  }
}
