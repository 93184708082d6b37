import { zeroNonFinite } from '../model/run/non-finite.js';
import type { RunningModel } from '../model/run/running-model.js';
import type { FrameControls } from './controls.js';
import { ModelRest } from './model-rest.js';
import type { Output } from '../../document/output.js';

/** A decoder output beyond this counts as a failure: 120 dB above full scale. */
const RUNAWAY = 1e6;

/** Failed calls in a row after which the model's state is emptied, since it may hold values that are not finite. */
const CALLS_BEFORE_RESET = 8;

/** Factor per call by which the remembered time of the slowest call decays. */
const SLOWEST_DECAY = 0.9;

/** Counts of failed calls: exceptions, latents that are not finite, audio that is not finite or too large. */
export interface Faults {
  exceptions: number;
  latents: number;
  audio: number;
}

/** False for NaN too. */
function allWithin(values: Float32Array, bound: number): boolean {
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (!(value <= bound && value >= -bound)) return false;
  }
  return true;
}

function isSilent(samples: Float32Array): boolean {
  for (let i = 0; i < samples.length; i += 1) if (samples[i] !== 0) return false;
  return true;
}

/**
 * A model in the streaming loop: encode (or its prior), controls, decode, with every failure caught and counted. An encoded latent that is not
 * finite counts as 0: an encoder that normalises its latents and has no biases answers silence with 0 / 0. That is a fault only
 * where it persists while there is sound; the result of a call from an empty state is no reason to empty the state again. Where nothing
 * would be heard of it, the model rests (`ModelRest`): the controls go on, and a call leaves the model's state and output as they were.
 * One thread; allocates nothing while the model works.
 */
export class GuardedModel {
  readonly faults: Faults = { exceptions: 0, latents: 0, audio: 0 };
  /** The last exception, for the report. */
  lastError: unknown = null;
  private milliseconds = 0;
  private callMilliseconds = 0;
  private decodeMilliseconds = 0;
  /** True while the model's state is that after the last call. */
  private continuing = false;
  /** Calls in a row in which sound was encoded to latents that are not finite. */
  private replacedCalls = 0;
  /** 0 where a call has worked since the model's state was emptied, else one more than those that failed since. */
  private failedCalls = 1;
  private readonly rest: ModelRest;
  private rests = false;

  constructor(
    readonly model: RunningModel,
    readonly controls: FrameControls,
  ) {
    this.rest = new ModelRest(model);
  }

  /**
   * Plays `model.audioIn` through to `model.audioOut`.
   * @returns false when the call failed: the fault is counted
   */
  run(): boolean {
    const before = this.milliseconds;
    this.continuing = this.settle(this.fault());
    if (!this.rests)
      this.callMilliseconds = Math.max(this.milliseconds - before, SLOWEST_DECAY * this.callMilliseconds);
    return this.continuing;
  }

  /** True where the model rested in the last call. */
  get isResting(): boolean {
    return this.rests;
  }

  /** See `ModelRest`; the output levels from the next call on. A model that was bypassed for long begins from an empty state. */
  setLevels(output: Output): void {
    if (this.rest.isUnheard && !output.bypass) this.reset();
    this.rest.setLevels(output);
  }

  /** In an offline render the model does not rest. */
  setOffline(offline: boolean): void {
    if (this.rest.isUnheard && offline) this.reset();
    this.rest.setOffline(offline);
  }

  /** False after a `reset` or a fault: the next call does not continue the last one. */
  get continues(): boolean {
    return this.continuing;
  }

  /**
   * Decodes the last call again, from latent frame `first` on with the settings that have changed since. Does nothing where
   * that would change nothing, or where the last call is not continued.
   * @returns whether `model.audioOut` has changed; false where it failed: the fault is counted
   */
  runAgain(first: number): boolean {
    const { model, controls } = this;
    if (!this.continuing || this.rest.isUnheard || !controls.runAgain(first, model.latents)) return false;
    this.rest.restart();
    this.rests = false;
    this.continuing = this.settle(this.decodeFault('decodeAgain'));
    return this.continuing;
  }

  /**
   * How often a call of `callSeconds` may be decoded, the first time included, such that the model takes no more than
   * `share` of the time (0..1). Computed from the slowest of the last calls.
   */
  affordableDecodes(callSeconds: number, share: number): number {
    const room = 1000 * callSeconds * share - this.callMilliseconds;
    return room > 0 ? 1 + Math.floor(room / this.decodeMilliseconds) : 1;
  }

  /** Empties the model's state before its next call. */
  reset(): void {
    this.continuing = false;
    this.failedCalls = 1;
    this.rest.restart();
    this.rests = false;
    try {
      this.model.reset();
    } catch (error) {
      this.lastError = error;
    }
  }

  /** Milliseconds spent in the model since the last call of this. */
  takeMilliseconds(): number {
    const spent = this.milliseconds;
    this.milliseconds = 0;
    return spent;
  }

  private fault(): keyof Faults | null {
    const { model, controls, rest } = this;
    const isGenerated = controls.begin(model.attributes, model.priorIn);
    rest.begin();
    const isUnheard = rest.isUnheard;
    const encodes = !isUnheard && (isGenerated || !rest.hearsNothingNew(model.audioIn));
    const threw = encodes && !this.call(isGenerated ? 'generate' : 'encode');
    if (threw) model.encoded.fill(0);
    if (encodes) {
      const replaced = zeroNonFinite(model.encoded) && (isGenerated || !isSilent(model.audioIn));
      this.replacedCalls = replaced ? this.replacedCalls + 1 : 0;
    }
    // Even after an exception, so that automation keeps its time.
    controls.run(model.audioIn, model.encoded, model.latents);
    this.rests = isUnheard || (!encodes && rest.decodesNothingNew(model));
    // What was heard last would be repeated, where it is not silence.
    if (isUnheard) model.audioOut.fill(0);
    if (this.rests) return null;
    if (threw) return 'exceptions';
    if (this.replacedCalls > CALLS_BEFORE_RESET) return 'latents';
    const fault = this.decodeFault('decode');
    if (fault === null) rest.hasPlayed(model);
    return fault;
  }

  private decodeFault(kind: 'decode' | 'decodeAgain'): keyof Faults | null {
    const { model } = this;
    if (!allWithin(model.latents, Number.MAX_VALUE)) return 'latents';
    const before = this.milliseconds;
    const worked = this.call(kind);
    this.decodeMilliseconds = Math.max(this.milliseconds - before, SLOWEST_DECAY * this.decodeMilliseconds);
    if (!worked) return 'exceptions';
    return allWithin(model.audioOut, RUNAWAY) ? null : 'audio';
  }

  /** Counts a fault. @returns whether there was none */
  private settle(fault: keyof Faults | null): boolean {
    if (fault === null) {
      this.failedCalls = 0;
      return true;
    }
    this.faults[fault] += 1;
    if (fault === 'exceptions' || this.failedCalls === 0 || this.failedCalls > CALLS_BEFORE_RESET)
      this.reset();
    else this.failedCalls += 1;
    return false;
  }

  private call(half: 'encode' | 'generate' | 'decode' | 'decodeAgain'): boolean {
    const start = performance.now();
    try {
      this.model[half](this.controls.noise.model);
      return true;
    } catch (error) {
      this.lastError = error;
      return false;
    } finally {
      this.milliseconds += performance.now() - start;
    }
  }
}
