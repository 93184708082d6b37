import { dbToGain } from '../audio/db.js';
import { KWeightedEnergy, lufsOfPower, powerOfLufs } from '../audio/k-weighting.js';
import { Ramp } from '../audio/ramp.js';

/** The loudness is measured in steps of this length. */
const STEP_SECONDS = 0.1;
/** Steps of the measure: three seconds, the short-term loudness of EBU Tech 3341. */
const STEPS = 30;
/** So many steps are heard before the gain moves at first; of another model fewer. */
const FEWEST_STEPS = 4;
const FEWEST_STEPS_OF_ANOTHER = 2;
/** Time constant with which the gain follows the measure. */
const FOLLOW_SECONDS = 1;
/** Steps in which either sound is softer than this are not measured: the gain holds. */
const SILENCE_LUFS = -60;
/** Most that the model's sound is raised or lowered. */
export const MAX_MATCH_DB = 12;

/**
 * The gain by which the model's sound is as loud as the dry track: K-weighted loudness (ITU-R BS.1770-5) of both over the last
 * three seconds in which both were heard. The gain moves slowly, within ±`MAX_MATCH_DB`, and holds in silence. Only for another
 * model it moves to the first measure at once. The result depends on the sound since it was switched on and on nothing else. One thread; allocates nothing after construction.
 */
export class LevelMatch {
  private readonly stepSamples: number;
  private readonly wet: readonly KWeightedEnergy[];
  private readonly dry: readonly KWeightedEnergy[];
  /** Of each step: sum of squares. */
  private readonly wetSteps = new Float64Array(STEPS);
  private readonly drySteps = new Float64Array(STEPS);
  /** Steps that were measured since the start. */
  private steps = 0;
  /** Samples of the present step. */
  private filled = 0;
  private gainDb = 0;
  /** Whether the sound is of a model that replaced another. */
  private isAnother = false;
  private readonly gain: Ramp;
  private readonly silence: number;
  private readonly follow: number;

  /**
   * @param rate in Hz
   * @param channels of the track
   * @param wetChannels one or two; a single one is heard on every channel
   */
  constructor(
    rate: number,
    private readonly channels: number,
    private readonly wetChannels: number,
    private on: boolean,
  ) {
    this.stepSamples = Math.round(STEP_SECONDS * rate);
    this.wet = Array.from({ length: wetChannels }, () => new KWeightedEnergy(rate));
    this.dry = Array.from({ length: channels }, () => new KWeightedEnergy(rate));
    this.gain = new Ramp(this.stepSamples, 1);
    this.silence = powerOfLufs(SILENCE_LUFS) * this.stepSamples;
    this.follow = 1 - Math.exp(-STEP_SECONDS / FOLLOW_SECONDS);
  }

  /** Switched on, it begins anew and at no gain; switched off, the gain goes back to none within a step. */
  aim(on: boolean): void {
    if (on === this.on) return;
    this.on = on;
    if (on) this.forget();
    else this.gain.aim(1);
  }

  /** Starts from silence, and at no gain. */
  restart(): void {
    this.forget();
    this.gain.jump(1);
  }

  /** Goes on from the gain of the match before, whose model this one's replaces. To be called before any sound. */
  carryOn(before: LevelMatch): void {
    if (!this.on || !before.on) return;
    this.isAnother = true;
    this.gainDb = before.gainDb;
    this.gain.jump(dbToGain(this.gainDb));
  }

  /**
   * Hears samples `from` up to, not including, `to` of both sounds, which belong to the same time, and writes the gains for
   * the wet ones.
   */
  fill(
    wet: readonly Float32Array[],
    dry: readonly Float32Array[],
    gains: Float64Array,
    from: number,
    to: number,
  ): void {
    if (!this.on) {
      this.gain.fill(gains, from, to);
      return;
    }
    for (let at = from; at < to;) {
      const end = Math.min(to, at + this.stepSamples - this.filled);
      for (let c = 0; c < this.wetChannels; c += 1)
        (this.wet[c] as KWeightedEnergy).add(wet[c] as Float32Array, at, end);
      for (let c = 0; c < this.channels; c += 1)
        (this.dry[c] as KWeightedEnergy).add(dry[c] as Float32Array, at, end);
      this.gain.fill(gains, at, end);
      this.filled += end - at;
      at = end;
      if (this.filled === this.stepSamples) this.endStep();
    }
  }

  private endStep(): void {
    this.filled = 0;
    let wetEnergy = 0;
    for (let c = 0; c < this.wetChannels; c += 1) wetEnergy += (this.wet[c] as KWeightedEnergy).take();
    wetEnergy *= this.channels / this.wetChannels;
    let dryEnergy = 0;
    for (let c = 0; c < this.channels; c += 1) dryEnergy += (this.dry[c] as KWeightedEnergy).take();
    if (!this.isHeard(wetEnergy) || !this.isHeard(dryEnergy)) return;
    this.wetSteps[this.steps % STEPS] = wetEnergy;
    this.drySteps[this.steps % STEPS] = dryEnergy;
    this.steps += 1;
    const fewest = this.isAnother ? FEWEST_STEPS_OF_ANOTHER : FEWEST_STEPS;
    if (this.steps < fewest) return;
    const count = Math.min(this.steps, STEPS);
    let wetSum = 0;
    let drySum = 0;
    for (let i = 0; i < count; i += 1) {
      wetSum += this.wetSteps[i] as number;
      drySum += this.drySteps[i] as number;
    }
    const wanted = lufsOfPower(drySum) - lufsOfPower(wetSum);
    const bounded = Math.min(MAX_MATCH_DB, Math.max(-MAX_MATCH_DB, wanted));
    // Of another model the mean of the measures until the usual pace is faster.
    const follow = this.isAnother ? Math.max(this.follow, 1 / (this.steps - fewest + 1)) : this.follow;
    this.gainDb += follow * (bounded - this.gainDb);
    this.gain.aim(dbToGain(this.gainDb));
  }

  /** Neither silence nor what no sound is, such as NaN in the track. */
  private isHeard(energy: number): boolean {
    return energy >= this.silence && energy < Infinity;
  }

  private forget(): void {
    for (const energy of this.wet) energy.reset();
    for (const energy of this.dry) energy.reset();
    this.steps = 0;
    this.filled = 0;
    this.gainDb = 0;
    this.isAnother = false;
  }
}
