import { dbToGain } from '../audio/db.js';
import { DelayLine } from '../audio/delay-line.js';
import { Limiter } from '../audio/limiter.js';
import { Ramp } from '../audio/ramp.js';
import type { Output } from '../../document/output.js';
import { PARAMETER_INDEX, PARAMETERS } from '../../document/parameters.js';
import { ChangeQueue } from './change-queue.js';
import { LevelMatch } from './level-match.js';

/** Time in which a level reaches a new value. */
export const RAMP_SECONDS = 0.01;
/** Changes of output parameters that can wait for their audio. */
const WAITING_CHANGES = 8192;
/** Key of the changes of `fault`, after those of the parameters. */
const FAULT = PARAMETERS.length;

/**
 * From the model's sound and the dry track to the output: the match of their levels, dry/wet, the substitute on a fault, output gain, limiter, bypass.
 * Sample n of the mix is track sample n − `delaySamples`; changes take the mix sample that shows the track
 * sample they arrived with. One thread; allocates nothing after construction.
 */
export class MixStage {
  readonly latencySamples: number;
  readonly limiter: Limiter;

  private readonly dryWet: Ramp;
  private readonly outputGain: Ramp;
  private readonly ceiling: Ramp;
  /** 0 plays the model's sound, 1 its substitute. */
  private readonly fault: Ramp;
  /** The substitute: 1 is the dry track, 0 silence. */
  private readonly substitute: Ramp;
  private readonly bypass: Ramp;
  private readonly match: LevelMatch;
  private readonly hasModel: boolean;
  /** Positions are mix samples; bypass acts after the limiter, so that its changes wait for that delay, too. */
  private readonly changes = new ChangeQueue(WAITING_CHANGES, PARAMETERS.length + 1);
  private readonly track: DelayLine;
  private readonly dry: Float32Array[];
  private readonly mixed: Float32Array[];
  private readonly wetGains: Float64Array;
  private readonly dryGains: Float64Array;
  private readonly ceilings: Float64Array;
  private readonly bypassShares: Float64Array;
  private readonly scratch: Readonly<
    Record<'dryWet' | 'gain' | 'match' | 'fault' | 'substitute', Float64Array>
  >;
  /** Mix samples since the start. */
  private position = 0;

  /**
   * @param delaySamples by which the wet signal is late
   * @param segment most samples per call
   * @param wetChannels of the model's sound; 0 without a model, where the dry track alone is played
   */
  constructor(
    rate: number,
    channels: number,
    private readonly delaySamples: number,
    segment: number,
    wetChannels: number,
    output: Output,
  ) {
    this.hasModel = wetChannels > 0;
    const length = Math.max(1, Math.round(RAMP_SECONDS * rate));
    this.limiter = new Limiter(rate, channels);
    this.latencySamples = delaySamples + this.limiter.latencySamples;
    this.track = new DelayLine(channels, this.latencySamples + segment);
    this.dry = Array.from({ length: channels }, () => new Float32Array(segment));
    this.mixed = Array.from({ length: channels }, () => new Float32Array(segment));
    this.wetGains = new Float64Array(segment);
    this.dryGains = new Float64Array(segment);
    this.ceilings = new Float64Array(segment);
    this.bypassShares = new Float64Array(segment);
    const scratch = () => new Float64Array(segment);
    this.scratch = {
      dryWet: scratch(),
      gain: scratch(),
      match: scratch(),
      fault: scratch(),
      substitute: scratch(),
    };
    this.dryWet = new Ramp(length, output.dryWet);
    this.outputGain = new Ramp(length, dbToGain(output.outputGainDb));
    this.ceiling = new Ramp(length, dbToGain(output.ceilingDb));
    this.bypass = new Ramp(length, Number(output.bypass));
    this.match = new LevelMatch(rate, channels, wetChannels, output.matchLevel && this.hasModel);
    this.fault = new Ramp(length, this.hasModel ? 0 : 1);
    this.substitute = new Ramp(length, 1);
    this.setFaultSubstitute(output.onFault);
    this.restart();
  }

  /** Silence, no waiting change, every level on its target. */
  restart(): void {
    this.position = 0;
    this.limiter.reset();
    this.track.reset();
    // Levels that waited for their audio hold from now on: only the audio is gone.
    for (const { changes } = this; changes.length > 0; changes.shift()) {
      if (changes.nextKey !== FAULT) this.aim(changes.nextKey, changes.nextValue);
    }
    this.match.restart();
    this.fault.jump(this.hasModel ? 0 : 1);
    for (const ramp of [this.dryWet, this.outputGain, this.ceiling, this.substitute, this.bypass])
      ramp.finish();
  }

  /** Takes over from the mix of the model before: see `LevelMatch.carryOn`. */
  carryOn(before: MixStage): void {
    this.match.carryOn(before.match);
  }

  /** Ramps to these levels from the next sample on. */
  setOutput(output: Output): void {
    this.aim(PARAMETER_INDEX.dryWet, output.dryWet);
    this.aim(PARAMETER_INDEX.outputGain, output.outputGainDb);
    this.aim(PARAMETER_INDEX.ceiling, output.ceilingDb);
    this.aim(PARAMETER_INDEX.bypass, Number(output.bypass));
    this.aim(PARAMETER_INDEX.matchLevel, Number(output.matchLevel));
    this.setFaultSubstitute(output.onFault);
  }

  /** Ramps to one level from the next sample on; leaves other parameters alone. */
  setLevel(parameter: number, value: number): void {
    this.aim(parameter, value);
  }

  /** Has a change take effect when track sample `position` is heard. */
  schedule(position: number, parameter: number, value: number): void {
    const delay = parameter === PARAMETER_INDEX.bypass ? this.latencySamples : this.delaySamples;
    this.changes.push(position + delay, parameter, value);
  }

  /** Bypasses from the next sample on; changes of bypass that still wait are dropped. */
  fadeToDry(): void {
    this.changes.remove(PARAMETER_INDEX.bypass);
    this.bypass.aim(1);
  }

  /** Drops the changes of a parameter that still wait. */
  dropChanges(parameter: number): void {
    this.changes.remove(parameter);
  }

  /** From mix sample `position` on the model fails, or works again. */
  scheduleFault(position: number, failed: boolean): void {
    this.changes.push(position, FAULT, failed ? 1 : 0);
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
    this.fillGains(wet, count);
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
    const share = this.bypassShares;
    for (let i = 0; i < count; i += 1) {
      const k = share[i] as number;
      // Both ends exactly, so that bypass is bit-identical and the limiter's result is not changed.
      output[offset + i] =
        k === 0
          ? (limited[i] as number)
          : k === 1
            ? (dry[i] as number)
            : (limited[i] as number) * (1 - k) + (dry[i] as number) * k;
    }
  }

  private fillGains(wet: readonly Float32Array[], count: number): void {
    const { dryWet, gain, match, fault, substitute } = this.scratch;
    for (let from = 0; from < count;) {
      const to = this.applyDue(from, count);
      this.dryWet.fill(dryWet, from, to);
      this.outputGain.fill(gain, from, to);
      this.match.fill(wet, this.dry, match, from, to);
      this.fault.fill(fault, from, to);
      this.substitute.fill(substitute, from, to);
      this.ceiling.fill(this.ceilings, from, to);
      this.bypass.fill(this.bypassShares, from, to);
      from = to;
    }
    for (let i = 0; i < count; i += 1) {
      const wetShare = dryWet[i] as number;
      const failed = fault[i] as number;
      const level = gain[i] as number;
      this.wetGains[i] = wetShare * (1 - failed) * level * (match[i] as number);
      this.dryGains[i] = (1 - wetShare + wetShare * failed * (substitute[i] as number)) * level;
    }
  }

  /** Applies what is due at segment sample `from`; returns where the next change is due, at most `count`. */
  private applyDue(from: number, count: number): number {
    const now = this.position + from;
    const { changes } = this;
    for (; changes.next <= now; changes.shift()) this.aim(changes.nextKey, changes.nextValue);
    return Math.min(count, changes.next - this.position);
  }

  private setFaultSubstitute(onFault: Output['onFault']): void {
    this.substitute.aim(onFault === 'dry' || !this.hasModel ? 1 : 0);
  }

  private aim(parameter: number, value: number): void {
    switch (parameter) {
      case FAULT:
        this.fault.aim(value);
        return;
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
      case PARAMETER_INDEX.matchLevel:
        this.match.aim(value >= 0.5 && this.hasModel);
        return;
      default:
        return;
    }
  }
}
