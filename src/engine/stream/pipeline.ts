import { resamplerLookahead } from '../audio/resampler.js';
import type { Output } from '../../document/output.js';
import { MAX_BLOCK, MAX_RATE, MIN_RATE } from '../../document/limits.js';
import type { RunningModel } from '../model/run/running-model.js';
import { PARAMETER_INDEX } from '../../document/parameters.js';
import { FrameControls } from './controls.js';
import { noteLevel } from './note-level.js';
import type { StreamNoise } from './stream-noise.js';
import { MixStage } from './mix.js';
import { GuardedModel } from './model-runner.js';
import { type FrameSettings, applyToFrames } from './latent-frame-settings.js';
import type { MusicalTime } from '../time/musical-time.js';
import { Timeline } from '../time/timeline.js';
import { WetPath } from './wet-path.js';

/** Most samples that are processed at once: bounds the scratch memory. */
const SEGMENT = 512;
const REDECODE_CPU_SHARE = 0.3;

export interface StreamSetup {
  /** Rate of the track in Hz, a whole number, 22 050 to 192 000. */
  readonly rate: number;
  /** Largest block that `process` will be given, 1 to 8192 samples. */
  readonly maxBlock: number;
  readonly channels: 1 | 2;
  /** Opened in the variant that `requiredVariant` names; null passes the dry track. The caller closes it. */
  readonly model: RunningModel | null;
  readonly noise: StreamNoise;
  /**
   * Share of real time, 0..1, that the model may take where moved controls require a call to be decoded again; at 0 they wait
   * for the next call. Default: 0.3, for which the plugin's usual margin has room.
   */
  readonly redecodeCpuShare?: number;
}

/**
 * The signal path from the track to the output with one model, or none. `settings` are shared with its owner; levels are its
 * own. One thread; allocates nothing after construction.
 */
export class Pipeline {
  readonly guarded: GuardedModel | null;
  readonly wetPath: WetPath | null;
  readonly mix: MixStage;
  /** Most samples per `process`. */
  readonly segment: number;
  private readonly wet: Float32Array[];
  private readonly timeline: Timeline;
  /** Track samples since the start. */
  private position = 0;
  /** As they were set, or arrived with the audio, last. */
  private readonly levels: Output;

  /** @throws RangeError when the rate or block is out of bounds */
  constructor(
    readonly setup: StreamSetup,
    private readonly settings: FrameSettings,
    output: Output,
  ) {
    const { rate, maxBlock, channels, model, noise, redecodeCpuShare = REDECODE_CPU_SHARE } = setup;
    if (!Number.isInteger(rate) || rate < MIN_RATE || rate > MAX_RATE) throw new RangeError(`rate ${rate}`);
    if (!Number.isInteger(maxBlock) || maxBlock < 1 || maxBlock > MAX_BLOCK) {
      throw new RangeError(`block of ${maxBlock}`);
    }
    this.segment = Math.min(SEGMENT, maxBlock);
    this.levels = { ...output };
    this.timeline = new Timeline(rate);
    this.guarded =
      model && new GuardedModel(model, makeControls(model, settings, rate, noise, this.timeline));
    this.wetPath =
      this.guarded &&
      new WetPath(
        this.guarded,
        rate,
        channels,
        this.segment,
        output,
        redecodeCpuShare,
        (position, failed) => {
          this.mix.scheduleFault(position, failed);
        },
      );
    this.mix = new MixStage(
      rate,
      channels,
      this.wetPath?.delaySamples ?? 0,
      this.segment,
      this.wetPath?.channels ?? 0,
      output,
    );
    this.wet = Array.from({ length: this.wetPath?.channels ?? 1 }, () => new Float32Array(this.segment));
    this.guarded?.setLevels(this.levels);
    this.restart();
  }

  /** By how many track samples the output is late. */
  get latencySamples(): number {
    return this.mix.latencySamples;
  }

  /** True for the model that it plays. */
  plays(model: RunningModel): boolean {
    return this.setup.model === model;
  }

  /** True once something was processed since the start. */
  get hasPlayed(): boolean {
    return this.position > 0;
  }

  /** Silence, the model's state empty, latent frames counted from here. Settings stay. */
  restart(): void {
    this.position = 0;
    this.timeline.restart();
    this.wetPath?.restart();
    this.mix.restart();
  }

  /** Processes the first `count` samples of `track`, to `output` from `offset` on. */
  process(
    track: readonly Float32Array[],
    output: readonly Float32Array[],
    offset: number,
    count: number,
  ): void {
    this.wetPath?.process(track, this.wet, count);
    this.mix.process(track, this.wet, output, offset, count);
    this.position += count;
  }

  /** A change that arrived with the next track sample. */
  receive(parameter: number, value: number): void {
    const { wetPath, guarded, mix, position } = this;
    if (parameter === PARAMETER_INDEX.inputGain) wetPath?.setInputGain(value);
    else if (isMixLevel(parameter)) {
      mix.schedule(position, parameter, value);
      this.noteLevel(parameter, value);
    } else if (wetPath === null) applyToFrames(this.settings, parameter, value);
    else guarded?.controls.schedule(wetPath.frameAt(position), parameter, value);
  }

  /** Drops the changes of a parameter that still wait for their sample. */
  dropChanges(parameter: number): void {
    this.mix.dropChanges(parameter);
    // Of a bypass that was not reached the model is heard.
    if (parameter === PARAMETER_INDEX.bypass) this.noteLevel(parameter, 0);
    this.guarded?.controls.dropChanges(parameter);
  }

  /** See `MixStage.fadeToDry`. */
  fadeToDry(): void {
    this.mix.fadeToDry();
    this.noteLevel(PARAMETER_INDEX.bypass, 1);
  }

  /** Ramps to these levels, and listens to these sides, from the next sample on. */
  setOutput(output: Output): void {
    this.wetPath?.setInputGain(output.inputGainDb);
    this.wetPath?.setListen(output.listen);
    this.mix.setOutput(output);
    Object.assign(this.levels, output);
    this.guarded?.setLevels(this.levels);
  }

  /** Where the next sample lies in the music. */
  setTime(time: Readonly<MusicalTime>): void {
    this.timeline.mark(this.position, time);
  }

  /** Whether the sound must not depend on how fast this machine is; see `WetPath.offline`. */
  setOffline(offline: boolean): void {
    if (this.wetPath !== null) this.wetPath.offline = offline;
    this.guarded?.setOffline(offline);
  }

  /** Ramps to one level from the next sample on; leaves other parameters alone. */
  setLevel(parameter: number, value: number): void {
    if (parameter === PARAMETER_INDEX.inputGain) this.wetPath?.setInputGain(value);
    else {
      this.mix.setLevel(parameter, value);
      this.noteLevel(parameter, value);
    }
  }

  private noteLevel(parameter: number, value: number): void {
    noteLevel(this.levels, parameter, value);
    this.guarded?.setLevels(this.levels);
  }
}

function makeControls(
  model: RunningModel,
  settings: FrameSettings,
  rate: number,
  noise: StreamNoise,
  timeline: Timeline,
): FrameControls {
  const { sampleRate, hop } = model.shape;
  // Automation runs ahead of the frames by what the resampler waits for.
  const framesAhead = Math.ceil((resamplerLookahead(rate, sampleRate) * sampleRate) / (rate * hop));
  // Track samples per latent frame: a whole number of them over `denominator` frames.
  const samplesPerFrame = (rate * hop) / sampleRate;
  return new FrameControls(model.shape, settings, noise, framesAhead, {
    locate: (frame, into) => timeline.locate(frame * samplesPerFrame, into),
  });
}

function isMixLevel(parameter: number): boolean {
  return (
    parameter === PARAMETER_INDEX.dryWet ||
    parameter === PARAMETER_INDEX.outputGain ||
    parameter === PARAMETER_INDEX.ceiling ||
    parameter === PARAMETER_INDEX.bypass ||
    parameter === PARAMETER_INDEX.matchLevel
  );
}
