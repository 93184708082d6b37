import { DescriptorMeter } from '../descriptors/descriptors.js';
import { pitchHz } from '../descriptors/pitch.js';
import { createNoise } from '../model/run/noise.js';
import type { RunningModel } from '../model/run/running-model.js';

/** Least time in which a decoder settles on new latents, and that is then measured. */
const SETTLING_SECONDS = 0.12;
const MEASURED_SECONDS = 0.2;
/** Least latent frames of each: a decoder with a long hop needs several. */
const SETTLING_FRAMES = 4;
const MEASURED_FRAMES = 3;

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
  private readonly noise = createNoise({ kind: 'seed', seed: 1 }, 0);
  private readonly meter: DescriptorMeter;
  private readonly samples: Float32Array;
  private readonly calls: number;
  private readonly settlingSamples: number;

  constructor(private readonly model: RunningModel) {
    const { hop, frames, sampleRate } = model.shape;
    const callsFor = (seconds: number, least: number) =>
      Math.ceil(Math.max(least, (seconds * sampleRate) / hop) / frames);
    const settling = callsFor(SETTLING_SECONDS, SETTLING_FRAMES);
    this.calls = settling + callsFor(MEASURED_SECONDS, MEASURED_FRAMES);
    this.settlingSamples = settling * hop * frames;
    this.samples = new Float32Array(this.calls * hop * frames);
    this.meter = new DescriptorMeter(sampleRate);
  }

  /**
   * @param latents one value per latent dimension
   * @returns null where the decoder gives values that are not finite
   * @throws TillerError `model-failed`
   */
  measure(latents: ArrayLike<number>): HeldDescriptors | null {
    const { model, noise, samples, settlingSamples } = this;
    const { frames, hop, latentDims, sampleRate } = model.shape;
    model.reset();
    noise.restart();
    for (let d = 0; d < latentDims; d++) model.latents.fill(latents[d] ?? 0, d * frames, (d + 1) * frames);
    for (let call = 0; call < this.calls; call++) {
      model.decode(noise);
      samples.set(model.audioOut.subarray(0, hop * frames), call * hop * frames);
    }
    if (!samples.every(Number.isFinite)) return null;
    const { loudnessLufs, brightnessHz, noisiness } = this.meter.measure(samples, settlingSamples);
    const pitch = pitchHz(samples.subarray(settlingSamples), sampleRate);
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
