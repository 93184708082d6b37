import { MAX_LATENT_VALUE } from '../../document/limits.js';
import type {
  DimensionSteering,
  Steering as SteeringDocument,
  SteeringMode,
} from '../../document/steering.js';

type Values = Float32Array | Float64Array;

/** A glide ends at its target when it is this close (latent units). */
const SNAP_DISTANCE = 1e-6;

const BLENDING_MODES = ['override', 'add', 'multiply'] as const;
/** Gliding values per dimension: the modes' amounts, and mapped, offset, low, high, bounded, hold and holding. */
const GLIDES = BLENDING_MODES.length + 7;

/** One control value per dimension that approaches its target with the dimension's glide time. */
class Glides {
  readonly target: Float64Array;

  /** @param now storage of the present values, [dimensions] */
  constructor(
    readonly now: Float64Array,
    initial: number,
  ) {
    this.target = now.fill(initial).slice();
  }

  /** One latent frame of dimension `d`. @param share filter coefficient, 0..1 @returns the new value */
  step(d: number, share: number): number {
    const target = this.target[d]!;
    const from = this.now[d]!;
    const next = from + share * (target - from);
    return (this.now[d] = share === 1 || Math.abs(target - next) <= SNAP_DISTANCE ? target : next);
  }
}

/**
 * Combines the encoder's latents with the mapping's, one latent frame at a time. Per dimension, with e the encoder's value, m
 * the mapping's and a the amount (the dimension's times the global one):
 *
 *   off: e    override: e + a·(m − e)    add: e + a·m    multiply: e·(1 + a·(m − 1))
 *
 * then plus the offset, and clamped to the range unless off; override widens the range so far that it reaches m. A held
 * dimension has exactly the held value. A dimension that is not mapped (m is NaN) counts as off.
 *
 * All controls glide (m, each mode's amount, offset, range, hold) through a one-pole filter with the coefficient
 * 1 − exp(−frame period / glide), where the glide time is the dimension's plus the global one. The encoder's value does not
 * glide. A change of mode is a crossfade of the modes' amounts. The first frame after construction or `reset` has no glide.
 *
 * Does not allocate after construction. One instance per stream of latent frames; one thread.
 */
export class Steering {
  private readonly glideShare: Float64Array;
  private readonly mode: SteeringMode[];
  private readonly amounts: Record<(typeof BLENDING_MODES)[number], Glides>;
  /** The dimension's amount times the global one. */
  private readonly targetAmount: Float64Array;
  private readonly mapped: Glides;
  private readonly offset: Glides;
  private readonly low: Glides;
  private readonly high: Glides;
  /** Degree to which the range applies: 0 while off, 1 while steered. */
  private readonly bounded: Glides;
  private readonly hold: Glides;
  /** Degree to which the held value applies, 0..1. */
  private readonly holding: Glides;
  /** Present values of all glides, [GLIDES, dimensions]. */
  private readonly glidingState: Float64Array;
  private jump = true;

  /**
   * @param dimensions number of latents
   * @param framesPerSecond latent frames per second: the model's sample rate divided by its hop
   */
  constructor(
    readonly dimensions: number,
    private readonly framesPerSecond: number,
  ) {
    this.glideShare = new Float64Array(dimensions).fill(1);
    this.mode = new Array<SteeringMode>(dimensions).fill('off');
    this.targetAmount = new Float64Array(dimensions);
    this.glidingState = new Float64Array(GLIDES * dimensions);
    let made = 0;
    const glides = (initial: number) =>
      new Glides(this.glidingState.subarray(made * dimensions, ++made * dimensions), initial);
    this.amounts = { override: glides(0), add: glides(0), multiply: glides(0) };
    this.mapped = glides(0);
    this.offset = glides(0);
    this.low = glides(-MAX_LATENT_VALUE);
    this.high = glides(MAX_LATENT_VALUE);
    this.bounded = glides(0);
    this.hold = glides(0);
    this.holding = glides(0);
  }

  /** Copies the settings; dimensions that are not listed are off. Fast enough to be called for each latent frame. */
  configure(steering: SteeringDocument): void {
    for (let d = 0; d < this.dimensions; d++) {
      const own = steering.dimensions[d];
      this.mode[d] = own?.mode ?? 'off';
      this.targetAmount[d] = steering.amount * (own?.amount ?? 0);
      this.offset.target[d] = own?.offset ?? 0;
      if (own !== undefined) this.setRange(d, own);
      const seconds = steering.glideSeconds + (own?.glideSeconds ?? 0);
      this.glideShare[d] = seconds > 0 ? -Math.expm1(-1 / (this.framesPerSecond * seconds)) : 1;
    }
  }

  /** The next latent frame starts at the controls' targets, without glide. */
  reset(): void {
    this.jump = true;
  }

  /** Number of values that `save` writes. */
  get savedLength(): number {
    return this.glidingState.length + 1;
  }

  /** Writes the state of all glides from `into[at]`, for `restore`. */
  save(into: Float64Array, at: number): void {
    into.set(this.glidingState, at);
    into[at + this.glidingState.length] = this.jump ? 1 : 0;
  }

  /** Restores the state of all glides that `save` wrote; targets do not change. */
  restore(from: Float64Array, at: number): void {
    for (let i = 0; i < this.glidingState.length; i++) this.glidingState[i] = from[at + i]!;
    this.jump = from[at + this.glidingState.length] === 1;
  }

  /**
   * Steers one latent frame.
   *
   * @param encoder one value per dimension, from the encoder
   * @param mapped one value per dimension, from the mapping; NaN where there is none
   * @param decoder receives one value per dimension: always finite, within ±{@link MAX_LATENT_VALUE}
   * @param holds one value per dimension that is held; NaN where none is
   */
  process(encoder: Values, mapped: Values, decoder: Values, holds?: Values): void {
    for (let d = 0; d < this.dimensions; d++) {
      const share = this.jump ? 1 : this.glideShare[d]!;
      this.setTargets(d, mapped[d]!, holds === undefined ? NaN : holds[d]!);
      const encoded = encoder[d]!;
      const e = Number.isFinite(encoded) ? limited(encoded) : 0;
      decoder[d] = this.held(d, share, this.steered(d, share, e));
    }
    this.jump = false;
  }

  private setRange(d: number, { range: [low, high] }: DimensionSteering): void {
    this.low.target[d] = low;
    this.high.target[d] = high;
  }

  /** Sets the targets that depend on this frame's mapping and holds. */
  private setTargets(d: number, mapped: number, hold: number): void {
    const isMapped = Number.isFinite(mapped);
    const mode = isMapped ? this.mode[d]! : 'off';
    let isIdle = true;
    for (let i = 0; i < BLENDING_MODES.length; i++) {
      const name = BLENDING_MODES[i]!;
      const amount = this.amounts[name];
      amount.target[d] = mode === name ? this.targetAmount[d]! : 0;
      isIdle &&= amount.now[d] === 0;
    }
    this.bounded.target[d] = mode === 'off' ? 0 : 1;
    if (isMapped) {
      this.mapped.target[d] = limited(mapped);
      // While no mode is active the mapping's value has no effect: it starts at its target instead of gliding from an old value.
      if (isIdle) this.mapped.now[d] = limited(mapped);
    }
    const isHeld = Number.isFinite(hold);
    this.holding.target[d] = isHeld ? 1 : 0;
    if (!isHeld) return;
    this.hold.target[d] = limited(hold);
    if (this.holding.now[d] === 0) this.hold.now[d] = limited(hold);
  }

  private steered(d: number, share: number, e: number): number {
    const m = this.mapped.step(d, share);
    const { override, add, multiply } = this.amounts;
    const a = override.step(d, share);
    // At full amount the result is exactly m, without rounding error from e.
    let value = a === 1 ? m : e + a * (m - e);
    value += add.step(d, share) * m;
    value *= 1 + multiply.step(d, share) * (m - 1);
    value += this.offset.step(d, share);
    const low = widened(this.low.step(d, share), m, a, Math.min);
    const high = widened(this.high.step(d, share), m, a, Math.max);
    const clamped = Math.min(high, Math.max(low, value));
    const bounded = this.bounded.step(d, share);
    if (bounded === 1) value = clamped;
    else if (bounded > 0) value += bounded * (clamped - value);
    return limited(value);
  }

  private held(d: number, share: number, value: number): number {
    const hold = this.hold.step(d, share);
    const holding = this.holding.step(d, share);
    return holding === 1 ? hold : value + holding * (hold - value);
  }
}

/**
 * An end of the range that does not exclude the mapping's value `m`, in proportion to override's amount: continuous while
 * the mode changes, and exact at full amount.
 */
function widened(
  end: number,
  m: number,
  amount: number,
  outermost: (a: number, b: number) => number,
): number {
  const wide = outermost(end, m);
  return amount === 1 || wide === end ? wide : end + amount * (wide - end);
}

function limited(value: number): number {
  return Math.min(MAX_LATENT_VALUE, Math.max(-MAX_LATENT_VALUE, value));
}
