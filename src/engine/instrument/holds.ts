import { TillerError } from '../../document/tiller-error.js';
import { movesByItself } from '../../document/input.js';
import { MAX_LATENT_VALUE } from '../../document/limits.js';
import type { Steering } from '../../document/steering.js';
import type { StreamLink } from '../stream/messages.js';
import type { InstrumentState } from './instrument-state.js';
import type { StateStore } from './state-store.js';

type HoldList = readonly (number | null)[];

/** Most random draws that can be gone back to. */
const MAX_DRAWS = 100;

/** One latent frame as it was heard. */
interface HeardFrame {
  /** As the decoder got them, one per dimension. */
  readonly latents: Float32Array;
  /** Every input (0..1) as the mapping got it. */
  readonly inputs: Float32Array;
  /** How many inputs the document had. */
  readonly inputCount: number;
}

/** Latents held at fixed values, against the mapping, to explore the latent space. Main thread. */
export class Holds {
  /** What was heard last; null before a model's first latent frame. */
  private heard: HeardFrame | null = null;

  /** What was held before each random draw, the last one last, and what going back led away from. */
  private earlier: readonly HoldList[] = [];
  private later: readonly HoldList[] = [];

  constructor(
    private readonly store: StateStore,
    private readonly link: StreamLink,
  ) {}

  /**
   * Holds a latent at a value, against the mapping, until it is released.
   * @param dimension index of the latent, from 0
   * @param value in latent units, within ±`MAX_LATENT_VALUE`; null releases it
   * @throws TillerError `argument-invalid` where the model has no such latent
   */
  hold(dimension: number, value: number | null): void {
    const { preset, holds } = this.store.state;
    if (preset.steering.dimensions[dimension] === undefined)
      throw new TillerError('argument-invalid', `There is no latent ${dimension + 1}.`);
    this.set(holds.map((held, i) => (i === dimension ? value : held)));
  }

  /** Releases every held latent. */
  releaseAll(): void {
    this.set(this.store.state.holds.map(() => null));
  }

  /**
   * Holds every unlocked latent at a random value near the one that sounds now.
   * @param radius greatest distance, as a share (0..1) of half the latent's range
   * @throws TillerError `engine-busy` before the first sound
   */
  randomise(radius: number): void {
    const { preset, holds } = this.store.state;
    const drawn = randomHolds(preset.steering, holds, this.heardLatents(), radius);
    this.earlier = [...this.earlier, holds].slice(-MAX_DRAWS);
    this.later = [];
    this.set(drawn);
  }

  /**
   * Holds what was held before the last random draw (−1), or what going back led away from (1); nothing where there is none.
   * At most `MAX_DRAWS` draws of the present model are kept.
   */
  stepDraw(by: -1 | 1): void {
    const { holds } = this.store.state;
    const next = (by < 0 ? this.earlier : this.later).at(-1);
    if (next === undefined) return;
    if (by < 0) {
      this.earlier = this.earlier.slice(0, -1);
      this.later = [...this.later, holds];
    } else {
      this.later = this.later.slice(0, -1);
      this.earlier = [...this.earlier, holds];
    }
    this.set(next);
  }

  /** Another model is about to be played: releases every latent, and drops the draws. */
  leaveModel(): void {
    this.dropDraws();
    this.releaseAll();
  }

  /**
   * Holds an example's latents, so that it is heard in place of the mapping; null releases them.
   * @throws TillerError `argument-invalid` where there is no such example
   */
  audition(exampleId: string | null): void {
    const { preset, holds } = this.store.state;
    const example = preset.examples.find(({ id }) => id === exampleId);
    if (exampleId !== null && example === undefined)
      throw new TillerError(
        'argument-invalid',
        'This example does not exist any more.',
        'Undo restores deleted examples.',
      );
    this.store.change({ auditioning: example?.id ?? null }, 'page');
    this.set(holds.map((_, i) => example?.latents[i] ?? null));
  }

  /** The latents that sound now, one per dimension. @throws TillerError `engine-busy` before a model's first latent frame, `argument-invalid` beyond ±`MAX_LATENT_VALUE` */
  latents(): number[] {
    const { holds } = this.store.state;
    // The decoder receives single precision.
    const latents = Array.from(this.heardLatents(), (value, i) => Math.fround(holds[i] ?? value));
    // Steering clamps to this bound: such a value may not be the one that the model gave.
    const beyond = latents.findIndex((value) => !(Math.abs(value) < MAX_LATENT_VALUE));
    if (beyond >= 0)
      throw new TillerError(
        'argument-invalid',
        `Latent ${beyond + 1} is beyond ±${MAX_LATENT_VALUE}, the largest value that an example can hold.`,
        'Choose another moment, or another model.',
      );
    return latents;
  }

  /** The holds for a document of `latents` dimensions; those of further dimensions are released. */
  fitted(latents: number): HoldList {
    const { holds } = this.store.state;
    if (holds.length === latents) return holds;
    this.dropDraws();
    for (let dimension = latents; dimension < holds.length; dimension++)
      if (holds[dimension] !== null) this.link.send({ type: 'hold', dimension, value: null });
    return Array.from({ length: latents }, (_, i) => holds[i] ?? null);
  }

  /**
   * The values of the inputs that belong to `latents`, 0..1 each: as they were heard last where a source moves them by itself,
   * else as the document has them.
   */
  inputValues(): number[] {
    const { inputs } = this.store.state.preset;
    const heard = this.heard?.inputCount === inputs.length ? this.heard.inputs : null;
    return inputs.map((input, i) => (movesByItself(input) ? (heard?.[i] ?? input.value) : input.value));
  }

  /** Takes what was heard last. @param decoded one per dimension @param inputs as the mapping got them, 0..1 */
  setHeard(decoded: Float32Array, inputs: Float32Array): void {
    this.heard = { latents: decoded, inputs, inputCount: this.store.state.preset.inputs.length };
  }

  /** Another model is loaded, which has not been heard yet. */
  clearHeard(): void {
    this.heard = null;
  }

  /** Sends the holds to a restarted streaming worker. */
  resend(): void {
    this.store.state.holds.forEach((value, dimension) => this.link.send({ type: 'hold', dimension, value }));
  }

  private heardLatents(): Float32Array {
    if (this.heard?.latents.length !== this.store.state.preset.steering.dimensions.length)
      throw new TillerError(
        'engine-busy',
        'Nothing has sounded yet.',
        'Play some audio through the model first.',
      );
    return this.heard.latents;
  }

  private dropDraws(): void {
    this.earlier = [];
    this.later = [];
    this.store.change({ draws: this.draws() }, 'page');
  }

  private draws(): InstrumentState['draws'] {
    return { earlier: this.earlier.length, later: this.later.length };
  }

  private set(holds: HoldList): void {
    const before = this.store.state.holds;
    holds.forEach((value, dimension) => {
      if (value !== before[dimension]) this.link.send({ type: 'hold', dimension, value });
    });
    const released = holds.every((held) => held === null);
    this.store.change({ holds, draws: this.draws(), ...(released ? { auditioning: null } : {}) }, 'page');
  }
}

/**
 * Random holds for every unlocked latent: uniform within `radius` (0..1) times half its range of `heard`, clamped to its
 * range. Locked latents keep their hold.
 * @param random uniform in 0..1
 */
function randomHolds(
  steering: Steering,
  holds: readonly (number | null)[],
  heard: Float32Array,
  radius: number,
  random: () => number = Math.random,
): (number | null)[] {
  return holds.map((held, i) => {
    const dimension = steering.dimensions[i];
    if (dimension === undefined || dimension.locked) return held;
    const [low, high] = dimension.range;
    const reach = (radius * (high - low)) / 2;
    const value = (heard[i] ?? 0) + (2 * random() - 1) * reach;
    return Math.min(high, Math.max(low, value));
  });
}
