import type { RunningModel } from '../model/running.js';
import type { FrameControls } from './stream-controls.js';

/** Beyond this a decoder's output is taken for a failure: 120 dB over full scale. */
const RUNAWAY = 1e6;

/** Why a call of the model gave no sound: it threw, or it (or the steering) gave values that are no sound. */
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

/**
 * A model in the loop: encode, controls, decode, with every way of failing caught and counted. One thread;
 * allocates nothing while the model works.
 */
export class GuardedModel {
  readonly faults: Faults = { exceptions: 0, latents: 0, audio: 0 };
  /** The last exception, for the report. */
  lastError: unknown = null;
  private milliseconds = 0;

  constructor(
    readonly model: RunningModel,
    readonly controls: FrameControls,
  ) {}

  /**
   * Plays `model.audioIn` through to `model.audioOut`.
   * @returns false when there is no sound to use: the fault is counted, and the model's state emptied
   */
  run(): boolean {
    const fault = this.fault();
    if (fault === null) return true;
    this.faults[fault] += 1;
    this.reset();
    return false;
  }

  /** Empties the model's state before its next call. */
  reset(): void {
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
    const { model, controls } = this;
    const threw = !this.call('encode');
    const heard = !threw && allWithin(model.encoded, Number.MAX_VALUE);
    if (!heard) model.encoded.fill(0);
    // Even then, so that automation keeps its time.
    controls.run(model.encoded, model.latents);
    if (threw) return 'exceptions';
    if (!heard || !allWithin(model.latents, Number.MAX_VALUE)) return 'latents';
    if (!this.call('decode')) return 'exceptions';
    return allWithin(model.audioOut, RUNAWAY) ? null : 'audio';
  }

  private call(half: 'encode' | 'decode'): boolean {
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
