/**
 * Source of a model's random operations. Implementations are deterministic: the same seed and the same sequence of calls
 * give the same bits. `width` in 0..1 sets how far the second side of a batch of two departs from the first: 0 copies it,
 * 1 is independent; the variance is the same for any width.
 */
export interface NoiseSource {
  /** Fills `out` with `batch` equal parts of values in 0..1. */
  uniform(out: Float32Array, batch: number): void;
  /** Fills `out` with `batch` equal parts of standard normal values. */
  normal(out: Float32Array, batch: number): void;
  /** Back to the first value. */
  restart(): void;
}

/** A noise source whose `width` can be changed while it plays. */
export interface SidedNoise extends NoiseSource {
  width: number;
}

/** How a model's random operations are fed: silence, constants, or the seeded generator. */
export type NoiseSetting =
  | { readonly kind: 'silent' }
  | { readonly kind: 'constant'; readonly uniform: number; readonly normal: number }
  | { readonly kind: 'seed'; readonly seed: number };

/**
 * @param stream sources of one setting with different streams are independent
 */
export function createNoise(setting: NoiseSetting, stream = 0): SidedNoise {
  switch (setting.kind) {
    case 'silent':
      return new ConstantNoise(0.5, 0);
    case 'constant':
      return new ConstantNoise(setting.uniform, setting.normal);
    case 'seed':
      return new SeededNoise(setting.seed, stream);
  }
}

/** Always the same value; uniform 0.5 and normal 0 silence a model's noise. */
export class ConstantNoise implements SidedNoise {
  width = 0;

  constructor(
    private readonly uniformValue: number,
    private readonly normalValue: number,
  ) {}

  uniform(out: Float32Array): void {
    out.fill(this.uniformValue);
  }

  normal(out: Float32Array): void {
    out.fill(this.normalValue);
  }

  restart(): void {
    // A constant has no position.
  }
}

/** Distances between the counters of sides and streams: odd, so that every value of a counter is used. */
const SIDE_STRIDE = 0x632be5ab;
const CHOICE_STRIDE = 0x5851f42d;
const STREAM_STRIDE = 0x1b873593;
const TO_UNIT = 2 ** -24;

/** The finaliser of MurmurHash3: each input bit reaches each output bit. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * A counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): value k is a
 * hash of the seed and k. The first side of a batch is the same whatever the batch is. With `width` between 0
 * and 1 the second side takes each value from a generator of its own with that probability, and else copies
 * the first: distribution and variance stay exact, the correlation is 1 − width.
 */
export class SeededNoise implements SidedNoise {
  width = 0;
  private counter = 0;
  private readonly key: number;

  constructor(seed: number, stream = 0) {
    this.key = mix(mix(seed | 0) + Math.imul(stream + 1, STREAM_STRIDE));
  }

  restart(): void {
    this.counter = 0;
  }

  private bits(counter: number, key: number): number {
    return mix(mix(counter ^ key) + key) >>> 8;
  }

  uniform(out: Float32Array, batch: number): void {
    const count = out.length / batch;
    for (let side = 0; side < batch; side += 1) {
      const key = (this.key + Math.imul(side, SIDE_STRIDE)) | 0;
      const start = side * count;
      for (let i = 0; i < count; i += 1) {
        if (side > 0 && this.copies(i)) out[start + i] = out[i] ?? 0;
        else out[start + i] = this.bits(this.counter + i, key) * TO_UNIT;
      }
    }
    this.counter = (this.counter + count) | 0;
  }

  /** Box and Muller, "A note on the generation of random normal deviates", 1958. */
  normal(out: Float32Array, batch: number): void {
    const count = out.length / batch;
    for (let side = 0; side < batch; side += 1) {
      const key = (this.key + Math.imul(side, SIDE_STRIDE)) | 0;
      const start = side * count;
      for (let i = 0; i < count; i += 2) {
        // One is added so that the logarithm never meets zero.
        const u = (this.bits(this.counter + i, key) + 1) * TO_UNIT;
        const v = this.bits(this.counter + i + 1, key) * TO_UNIT;
        const radius = Math.sqrt(-2 * Math.log(u));
        const angle = 2 * Math.PI * v;
        out[start + i] = side > 0 && this.copies(i) ? (out[i] ?? 0) : radius * Math.cos(angle);
        if (i + 1 < count) {
          out[start + i + 1] = side > 0 && this.copies(i + 1) ? (out[i + 1] ?? 0) : radius * Math.sin(angle);
        }
      }
    }
    this.counter = (this.counter + count + (count & 1)) | 0;
  }

  /** Whether the second side copies value `i` of this call. */
  private copies(i: number): boolean {
    if (this.width >= 1) return false;
    if (this.width <= 0) return true;
    return this.bits(this.counter + i, (this.key + CHOICE_STRIDE) | 0) * TO_UNIT >= this.width;
  }
}
