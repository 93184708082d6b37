import type { Input } from '../../document/input.js';
import { MAX_INPUTS } from '../../document/limits.js';
import { LOOP_LENGTH_IDS } from '../../document/loop-lengths.js';
import { attributeValueAt, type ModelAttribute } from '../../document/model-attribute.js';
import { PARAMETER_INDEX, attributeIndex, offsetDimension } from '../../document/parameters.js';
import type { Steering } from '../../document/steering.js';
import { BLENDED_LOOPS } from '../../document/loop-slots.js';
import type { PlayedLoops } from './loop-blend.js';
import type { Follower } from '../follow/followers.js';
import type { LfoSource } from '../time/lfo.js';

/** A learned mapping as the streaming loop uses it. */
export interface FrameMapping {
  /** Inputs (0..1) → one value in latent units per latent dimension, NaN where the dimension is not mapped. Allocates nothing. */
  evaluate(inputs: Float64Array, latents: Float64Array): void;
}

/** An input that an LFO moves. */
export interface Motion {
  readonly index: number;
  readonly input: Input;
  readonly source: LfoSource;
}

/** The inputs that LFOs move. */
export function motionsOf(inputs: readonly Input[]): Motion[] {
  return inputs.flatMap((input, index) =>
    input.source.kind === 'lfo' ? [{ index, input, source: input.source }] : [],
  );
}

/** An input that follows the audio. */
export interface AudioMotion extends Follower {
  readonly input: Input;
}

/** The inputs that follow the audio. */
export function audioMotionsOf(inputs: readonly Input[]): AudioMotion[] {
  return inputs.flatMap((input, index) =>
    input.source.kind === 'audio' ? [{ index, input, source: input.source }] : [],
  );
}

/** The present settings of what acts on the latents. They outlive the model. */
export interface FrameSettings {
  readonly inputs: Float64Array;
  motions: readonly Motion[];
  audioMotions: readonly AudioMotion[];
  mapping: FrameMapping | null;
  steering: Steering;
  /** Counts the changes of `steering`. */
  steeringVersion: number;
  /** Value in latent units at which the player holds a dimension, NaN where it is not held. */
  readonly holds: Float64Array;
  /** What the model lets be set, in its own order. */
  attributes: ModelAttribute[];
  latentNoise: number;
  width: number;
  freeze: boolean;
  /** Has the model's prior give the latents, where it has one. */
  prior: boolean;
  priorTemperature: number;
  loop: boolean;
  /** Index into `LOOP_LENGTHS`. */
  loopLength: number;
  /** See `LoopChoice`. */
  loopSlot: number;
  loopAtBar: boolean;
  loops: PlayedLoops;
  /** True where a setting changed since the frames that sound were steered; automation waits for its frame. */
  controlsDirty: boolean;
}

/** Sets one of the parameters that act on the latents; the others are left alone. */
export function applyToFrames(settings: FrameSettings, parameter: number, value: number): void {
  if (parameter < MAX_INPUTS) {
    settings.inputs[parameter] = value;
    return;
  }
  const offset = offsetDimension(parameter);
  if (offset >= 0) {
    const dimension = settings.steering.dimensions[offset];
    if (dimension === undefined) return;
    dimension.offset = value;
    settings.steeringVersion += 1;
    return;
  }
  const attribute = settings.attributes[attributeIndex(parameter)];
  if (attribute !== undefined) {
    attribute.value = attributeValueAt(attribute, value);
    return;
  }
  switch (parameter) {
    case PARAMETER_INDEX.amount:
      settings.steering.amount = value;
      settings.steeringVersion += 1;
      return;
    case PARAMETER_INDEX.glide:
      settings.steering.glideSeconds = value;
      settings.steeringVersion += 1;
      return;
    case PARAMETER_INDEX.latentNoise:
      settings.latentNoise = value;
      return;
    case PARAMETER_INDEX.width:
      settings.width = value;
      return;
    case PARAMETER_INDEX.freeze:
      settings.freeze = value >= 0.5;
      return;
    case PARAMETER_INDEX.prior:
      settings.prior = value >= 0.5;
      return;
    case PARAMETER_INDEX.priorTemperature:
      settings.priorTemperature = value;
      return;
    case PARAMETER_INDEX.loop:
      settings.loop = value >= 0.5;
      return;
    case PARAMETER_INDEX.loopLength:
      settings.loopLength = Math.min(LOOP_LENGTH_IDS.length - 1, Math.max(0, Math.round(value)));
      return;
    case PARAMETER_INDEX.loopSlot:
      settings.loopSlot = Math.min(BLENDED_LOOPS, Math.max(0, Math.round(value)));
      return;
    default:
      return;
  }
}
