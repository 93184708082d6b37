import { dbToGain } from '../audio/db.js';
import { DelayLine } from '../audio/delay-line.js';
import { Limiter } from '../audio/limiter.js';
import { Ramp } from '../audio/ramp.js';
import type { Output } from '../../document/output.js';
import { PARAMETER_INDEX } from '../../document/parameters.js';
import { Timeline } from './timeline.js';

/** Time in which a level reaches a new value. */
export const RAMP_SECONDS = 0.01;
/** Changes of output parameters that can wait for their audio. */
const WAITING_CHANGES = 8192;
/** Key of the fault changes in their timeline. */
const FAULT = 0;

/**
 * From the model's sound and the dry track to the output: dry/wet, fall-back on a fault, output gain, limiter, bypass.
 * Sample n of the mix is track sample n − `delaySamples`; changes take the mix sample that shows the track
 * sample they arrived with. One thread; allocates nothing after construction.
 */
export class MixStage {
  readonly latencySamples: number;
  readonly limiter: Limiter;

  private readonly dryWet: Ramp;
  private readonly outputGain: Ramp;
  private readonly ceiling: Ramp;
  /** 0 plays the model, 1 what stands in for it. */
  private readonly fault: Ramp;
  /** 1 when the dry track stands in, 0 for silence. */
  private readonly standIn: Ramp;
  private readonly bypass: Ramp;
  private readonly levels: Timeline = new Timeline(WAITING_CHANGES);
  private readonly bypasses: Timeline = new Timeline(WAITING_CHANGES);
  private readonly failures: Timeline = new Timeline(WAITING_CHANGES);
  private readonly track: DelayLine;
  private readonly dry: Float32Array[];
  private readonly mixed: Float32Array[];
  private readonly wetGains: Float64Array;
  private readonly dryGains: Float64Array;
  private readonly ceilings: Float64Array;
  private readonly scratch: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  /** Mix samples since the start. */
  private position = 0;

  /**
   * @param delaySamples by which the wet signal is late
   * @param segment most samples per call
   * @param hasModel false plays the dry track only
   */
  constructor(
    rate: number,
    channels: number,
    private readonly delaySamples: number,
    segment: number,
    private readonly hasModel: boolean,
    output: Output,
  ) {
    const length = Math.max(1, Math.round(RAMP_SECONDS * rate));
    this.limiter = new Limiter(rate, channels);
    this.latencySamples = delaySamples + this.limiter.latencySamples;
    this.track = new DelayLine(channels, this.latencySamples + segment);
    this.dry = Array.from({ length: channels }, () => new Float32Array(segment));
    this.mixed = Array.from({ length: channels }, () => new Float32Array(segment));
    this.wetGains = new Float64Array(segment);
    this.dryGains = new Float64Array(segment);
    this.ceilings = new Float64Array(segment);
    const scratch = () => new Float64Array(segment);
    this.scratch = [scratch(), scratch(), scratch(), scratch()];
    this.dryWet = new Ramp(length, output.dryWet);
    this.outputGain = new Ramp(length, dbToGain(output.outputGainDb));
    this.ceiling = new Ramp(length, dbToGain(output.ceilingDb));
    this.bypass = new Ramp(length, Number(output.bypass));
    this.fault = new Ramp(length, hasModel ? 0 : 1);
    this.standIn = new Ramp(length, 1);
    this.setOnFault(output.onFault);
    this.restart();
  }

  /** Silence, no waiting change, every level on its target. */
  restart(): void {
    this.position = 0;
    this.limiter.reset();
    this.track.reset();
    for (const timeline of [this.levels, this.bypasses]) {
      // What waited for its audio is how things stand: only the audio is gone.
      for (; timeline.next < Infinity; timeline.shift()) this.aim(timeline.nextKey, timeline.nextValue);
    }
    this.failures.reset();
    this.fault.jump(this.hasModel ? 0 : 1);
    for (const ramp of [this.dryWet, this.outputGain, this.ceiling, this.standIn, this.bypass]) ramp.finish();
  }

  /** Heads for these levels from the next sample on. */
  setOutput(output: Output): void {
    this.aim(PARAMETER_INDEX.dryWet, output.dryWet);
    this.aim(PARAMETER_INDEX.outputGain, output.outputGainDb);
    this.aim(PARAMETER_INDEX.ceiling, output.ceilingDb);
    this.aim(PARAMETER_INDEX.bypass, Number(output.bypass));
    this.setOnFault(output.onFault);
  }

  /** Heads for one level from the next sample on; leaves other parameters alone. */
  setLevel(parameter: number, value: number): void {
    this.aim(parameter, value);
  }

  /** Puts a change off until track sample `position` is heard. */
  schedule(position: number, parameter: number, value: number): void {
    if (parameter === PARAMETER_INDEX.bypass) {
      this.bypasses.push(position + this.latencySamples, parameter, value);
    } else {
      this.levels.push(position + this.delaySamples, parameter, value);
    }
  }

  /** From mix sample `position` on the model's sound fails, or is good again. */
  scheduleFault(position: number, failed: boolean): void {
    this.failures.push(position, FAULT, failed ? 1 : 0);
  }

  /**
   * @param track the track's newest `count` samples per channel
   * @param wet the model's sound for the mix, one or two channels (one is played on every side)
   * @param output written from `offset` on
   */
  process(
    track: readonly Float32Array[],
    wet: readonly Float32Array[],
    output: readonly Float32Array[],
    offset: number,
    count: number,
  ): void {
    this.track.write(track, count);
    this.track.read(this.dry, count, this.delaySamples);
    this.fillGains(count);
    for (let c = 0; c < this.mixed.length; c += 1) {
      const mixed = this.mixed[c] as Float32Array;
      const dry = this.dry[c] as Float32Array;
      const side = wet[wet.length === 1 ? 0 : c] as Float32Array;
      for (let i = 0; i < count; i += 1) {
        mixed[i] =
          (side[i] as number) * (this.wetGains[i] as number) +
          (dry[i] as number) * (this.dryGains[i] as number);
      }
    }
    this.limiter.process(this.mixed, count, this.ceilings);
    this.track.read(this.dry, count, this.latencySamples);
    this.fillRamp(this.bypasses, this.bypass, this.scratch[0], count);
    for (let c = 0; c < this.mixed.length; c += 1) {
      this.writeOutput(
        this.mixed[c] as Float32Array,
        this.dry[c] as Float32Array,
        output[c] as Float32Array,
        offset,
        count,
      );
    }
    this.position += count;
  }

  private writeOutput(
    limited: Float32Array,
    dry: Float32Array,
    output: Float32Array,
    offset: number,
    count: number,
  ): void {
    const share = this.scratch[0];
    for (let i = 0; i < count; i += 1) {
      const k = share[i] as number;
      // Both ends exactly, so that bypass is bit-identical and the limiter's word is final.
      output[offset + i] =
        k === 0
          ? (limited[i] as number)
          : k === 1
            ? (dry[i] as number)
            : (limited[i] as number) * (1 - k) + (dry[i] as number) * k;
    }
  }

  private fillGains(count: number): void {
    const [dryWet, gain, fault, standIn] = this.scratch;
    for (let from = 0; from < count;) {
      const to = this.applyDue(from, count);
      this.dryWet.fill(dryWet, from, to);
      this.outputGain.fill(gain, from, to);
      this.fault.fill(fault, from, to);
      this.standIn.fill(standIn, from, to);
      this.ceiling.fill(this.ceilings, from, to);
      from = to;
    }
    for (let i = 0; i < count; i += 1) {
      const wetShare = dryWet[i] as number;
      const failed = fault[i] as number;
      const level = gain[i] as number;
      this.wetGains[i] = wetShare * (1 - failed) * level;
      this.dryGains[i] = (1 - wetShare + wetShare * failed * (standIn[i] as number)) * level;
    }
  }

  /** Applies what is due at segment sample `from`; returns where the next change is due, at most `count`. */
  private applyDue(from: number, count: number): number {
    const now = this.position + from;
    for (; this.levels.next <= now; this.levels.shift()) {
      this.aim(this.levels.nextKey, this.levels.nextValue);
    }
    for (; this.failures.next <= now; this.failures.shift()) this.fault.aim(this.failures.nextValue);
    return Math.min(count, this.levels.next - this.position, this.failures.next - this.position);
  }

  private fillRamp(timeline: Timeline, ramp: Ramp, out: Float64Array, count: number): void {
    for (let from = 0; from < count;) {
      for (; timeline.next <= this.position + from; timeline.shift()) {
        this.aim(timeline.nextKey, timeline.nextValue);
      }
      const to = Math.min(count, timeline.next - this.position);
      ramp.fill(out, from, to);
      from = to;
    }
  }

  private setOnFault(onFault: Output['onFault']): void {
    this.standIn.aim(onFault === 'dry' || !this.hasModel ? 1 : 0);
  }

  private aim(parameter: number, value: number): void {
    switch (parameter) {
      case PARAMETER_INDEX.dryWet:
        this.dryWet.aim(value);
        return;
      case PARAMETER_INDEX.outputGain:
        this.outputGain.aim(dbToGain(value));
        return;
      case PARAMETER_INDEX.ceiling:
        this.ceiling.aim(dbToGain(value));
        return;
      case PARAMETER_INDEX.bypass:
        this.bypass.aim(value >= 0.5 ? 1 : 0);
        return;
      default:
        return;
    }
  }
}
