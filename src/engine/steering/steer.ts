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

  /** One latent frame of all dimensions. @param shares filter coefficient of each dimension, 0..1 */
  step(shares: Float64Array): void {
    const { target, now } = this;
    for (let d = 0; d < target.length; d++) {
      const share = shares[d]!;
      const end = target[d]!;
      const from = now[d]!;
      const next = from + share * (end - from);
      now[d] = share === 1 || Math.abs(end - next) <= SNAP_DISTANCE ? end : next;
    }
  }

  /** One latent frame without a glide. */
  finish(): void {
    this.now.set(this.target);
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
  private readonly glides: Glides[] = [];
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
    const glides = (initial: number) => {
      const made = this.glides.length;
      const added = new Glides(
        this.glidingState.subarray(made * dimensions, (made + 1) * dimensions),
        initial,
      );
      this.glides.push(added);
      return added;
    };
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
    for (let d = 0; d < this.dimensions; d++) this.setTargets(d, mapped, holds);
    for (let i = 0; i < this.glides.length; i++) {
      const glides = this.glides[i]!;
      if (this.jump) glides.finish();
      else glides.step(this.glideShare);
    }
    this.jump = false;
    for (let d = 0; d < this.dimensions; d++) this.steer(d, encoder, decoder);
  }

  private setRange(d: number, { range: [low, high] }: DimensionSteering): void {
    this.low.target[d] = low;
    this.high.target[d] = high;
  }

  /** Sets the targets that depend on this frame's mapping and holds. */
  private setTargets(d: number, mappedValues: Values, holds: Values | undefined): void {
    const mapped = mappedValues[d]!;
    const hold = holds === undefined ? NaN : holds[d]!;
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

  /** One dimension of the latent frame, with the present values of its glides. Values go through arrays: a number that is
   * passed or returned may be a new object. */
  private steer(d: number, encoder: Values, decoder: Values): void {
    const encoded = encoder[d]!;
    const e = Number.isFinite(encoded) ? limited(encoded) : 0;
    const m = this.mapped.now[d]!;
    const { override, add, multiply } = this.amounts;
    const a = override.now[d]!;
    // At full amount the result is exactly m, without rounding error from e.
    let value = a === 1 ? m : e + a * (m - e);
    value += add.now[d]! * m;
    value *= 1 + multiply.now[d]! * (m - 1);
    value += this.offset.now[d]!;
    // Each end of the range is moved so that it does not exclude m, in proportion to override's amount: continuous while the
    // mode changes, and exact at full amount.
    const low = this.low.now[d]!;
    const lowest = Math.min(low, m);
    const wideLow = a === 1 || lowest === low ? lowest : low + a * (lowest - low);
    const high = this.high.now[d]!;
    const highest = Math.max(high, m);
    const wideHigh = a === 1 || highest === high ? highest : high + a * (highest - high);
    const clamped = Math.min(wideHigh, Math.max(wideLow, value));
    const bounded = this.bounded.now[d]!;
    if (bounded === 1) value = clamped;
    else if (bounded > 0) value += bounded * (clamped - value);
    value = limited(value);
    const hold = this.hold.now[d]!;
    const holding = this.holding.now[d]!;
    decoder[d] = holding === 1 ? hold : value + holding * (hold - value);
  }
}

function limited(value: number): number {
  return Math.min(MAX_LATENT_VALUE, Math.max(-MAX_LATENT_VALUE, value));
}
