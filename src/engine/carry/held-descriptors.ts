import { DescriptorMeter } from '../descriptors/descriptors.js';
import { pitchHz } from '../descriptors/pitch.js';
import { HeldSound } from '../model/run/held-sound.js';
import { createNoise } from '../model/run/noise.js';
import type { RunningModel } from '../model/run/running-model.js';

/** How latents sound while they are held, by what a listener compares sounds of different models. */
export interface HeldDescriptors {
  /** K-weighted, in LUFS; −120 for silence. */
  readonly loudnessLufs: number;
  /** In octaves above 1 Hz; 0 for silence. */
  readonly brightnessOctaves: number;
  /** 0 for sinusoids, 1 for noise. */
  readonly noisiness: number;
  /** In octaves above 1 Hz; null where there is no pitch. */
  readonly pitchOctaves: number | null;
}

/** Decodes held latents of one model and measures them. The model must be this object's own: its state is lost. One thread. */
export class HeldMeter {
  private readonly held: HeldSound;
  private readonly meter: DescriptorMeter;

  constructor(model: RunningModel) {
    this.held = new HeldSound(model, createNoise({ kind: 'seed', seed: 1 }, 0));
    this.meter = new DescriptorMeter(this.held.rate);
  }

  /**
   * @param latents one value per latent dimension
   * @returns null where the decoder gives values that are not finite
   * @throws TillerError `model-failed`
   */
  measure(latents: ArrayLike<number>): HeldDescriptors | null {
    const { rate, settlingSamples } = this.held;
    const [samples] = this.held.decode(latents);
    if (!samples.every(Number.isFinite)) return null;
    const { loudnessLufs, brightnessHz, noisiness } = this.meter.measure(samples, settlingSamples);
    const pitch = pitchHz(samples.subarray(settlingSamples), rate);
    return {
      loudnessLufs,
      brightnessOctaves: brightnessHz > 0 ? Math.log2(brightnessHz) : 0,
      noisiness,
      pitchOctaves: pitch === null ? null : Math.log2(pitch),
    };
  }
}

/** What counts as one step in each descriptor, so that they can be added up. */
const LOUDNESS_STEP_DB = 6;
const BRIGHTNESS_STEP_OCTAVES = 0.5;
const NOISINESS_STEP = 0.2;
const PITCH_STEP_OCTAVES = 0.25;
/** Distance, in steps, of a sound with a pitch from one without; also the most that two pitches are apart. */
const NO_PITCH_STEPS = 3;

/** How differently two sounds are perceived: Euclidean, in steps of each descriptor. */
export function descriptorDistance(a: HeldDescriptors, b: HeldDescriptors): number {
  return Math.hypot(
    (a.loudnessLufs - b.loudnessLufs) / LOUDNESS_STEP_DB,
    (a.brightnessOctaves - b.brightnessOctaves) / BRIGHTNESS_STEP_OCTAVES,
    (a.noisiness - b.noisiness) / NOISINESS_STEP,
    pitchSteps(a.pitchOctaves, b.pitchOctaves),
  );
}

function pitchSteps(a: number | null, b: number | null): number {
  if (a === null && b === null) return 0;
  if (a === null || b === null) return NO_PITCH_STEPS;
  return Math.min(NO_PITCH_STEPS, Math.abs(a - b) / PITCH_STEP_OCTAVES);
}
