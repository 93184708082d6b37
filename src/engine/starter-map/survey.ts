import { type Descriptors, DescriptorMeter } from '../descriptors/descriptors.js';
import { loudnessLufs } from '../descriptors/loudness.js';
import { pitchHz } from '../descriptors/pitch.js';
import type { HeldSound } from '../model/run/held-sound.js';

/** A place of the latent space, as it sounds when it is held. */
export interface Sound extends Descriptors {
  /** One value per latent dimension. */
  readonly latents: Float64Array;
}

/** Quieter sounds count as silence, in LUFS; and those that are quieter than the loudest one by more than so much, in dB. */
const SILENT_LUFS = -60;
const QUIETEST_BELOW_LOUDEST_DB = 45;
/** A sound whose level differs by more than this between its two halves is not steady. */
const UNSTEADY_DB = 12;

/** Decodes and measures held latents. One thread. */
export class Survey {
  private readonly meter: DescriptorMeter;

  constructor(private readonly held: HeldSound) {
    this.meter = new DescriptorMeter(held.rate);
  }

  /** @returns null where it gives values that are not finite, or is not steady @throws TillerError `model-failed` */
  measure(latents: ArrayLike<number>): Sound | null {
    const { held, meter } = this;
    const [samples] = held.decode(latents);
    if (!samples.every(Number.isFinite)) return null;
    const half = (held.settlingSamples + samples.length) >> 1;
    const level = (from: number, to: number) => loudnessLufs(samples.subarray(from, to), held.rate);
    if (Math.abs(level(held.settlingSamples, half) - level(half, samples.length)) > UNSTEADY_DB) return null;
    return { latents: Float64Array.from(latents), ...meter.measure(samples, held.settlingSamples) };
  }

  /** @returns Hz, null where it has no pitch @throws TillerError `model-failed` */
  pitch(latents: ArrayLike<number>): number | null {
    const [samples] = this.held.decode(latents);
    return pitchHz(samples.subarray(this.held.settlingSamples), this.held.rate);
  }
}

/** The sounds that are neither silent nor above the ceiling. @param ceilingDb greatest peak, in dB re full scale */
export function audible(sounds: readonly Sound[], ceilingDb: number): Sound[] {
  const ceiling = 10 ** (ceilingDb / 20);
  const within = sounds.filter(({ peak }) => peak <= ceiling);
  const loudest = within.reduce((most, sound) => Math.max(most, sound.loudnessLufs), -Infinity);
  const least = Math.max(SILENT_LUFS, loudest - QUIETEST_BELOW_LOUDEST_DB);
  return within.filter((sound) => sound.loudnessLufs >= least);
}

/** Euclidean distance of two sounds' timbre vectors. */
export function timbreDistance(a: Sound, b: Sound): number {
  let sum = 0;
  for (let i = 0; i < a.timbre.length; i += 1) sum += ((a.timbre[i] ?? 0) - (b.timbre[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}
