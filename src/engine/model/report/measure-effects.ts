import type { LatentEffect } from '../../../protocol/model-report.js';
import { type Descriptors, DescriptorMeter, MEL_BANDS } from '../../descriptors/descriptors.js';
import { HeldSound } from '../run/held-sound.js';
import { createNoise } from '../run/noise.js';
import type { RunningModel } from '../run/running-model.js';

/** Least width of a latent's range over which its effect is measured: a range of 0 would show none. */
const LEAST_WIDTH = 1;
/** Frames of which the places are chosen at which effects are measured, spread evenly. */
const LISTENED_FRAMES = 10;
/** The places: of those frames, sorted by loudness, the ones at these shares. */
const PLACES = [0.9, 0.6] as const;
/** So many dimensions are measured at the first place, however long it takes. */
const LEAST_DIMENSIONS = 8;
/** Levels below count as this one, in LUFS: nothing is heard there. */
const FLOOR_LUFS = -60;
/** Of natural logarithms of power. */
const DB = 10 / Math.LN10;

/**
 * What each latent does to a held sound: it is decoded at the low and at the high end of the latent's range, with the others as in
 * `frames`. The mean over two places that are not among the softest: nothing but loudness changes where there is silence.
 *
 * @param model its state is lost
 * @param ranges of each latent dimension, [low, high]
 * @param frames what the encoder gives for sounds, [latentDims] each
 * @param order dimensions in the order in which they are measured
 * @param isLate asked before each measurement but those of the first eight dimensions; those after it first answers true are left out
 * @returns for each latent dimension, null where nothing could be measured: no time, no frames, or no finite sound
 * @throws TillerError `model-failed`
 */
export function measureEffects(
  model: RunningModel,
  ranges: readonly (readonly [number, number])[],
  frames: readonly Float64Array[],
  order: readonly number[],
  isLate: () => boolean,
): (LatentEffect | null)[] {
  const held = new HeldSound(model, createNoise({ kind: 'seed', seed: 1 }));
  const meter = new DescriptorMeter(held.rate);
  const measure = (latents: Float64Array): Descriptors | null => {
    const [samples] = held.decode(latents);
    return samples.every(Number.isFinite) ? meter.measure(samples, held.settlingSamples) : null;
  };
  const differences: Difference[][] = ranges.map(() => []);
  for (const [round, place] of choosePlaces(frames, measure).entries())
    for (const [index, dimension] of order.entries()) {
      const isDue = round === 0 && index < LEAST_DIMENSIONS;
      if (!isDue && isLate()) break;
      const [from, to] = widened(ranges[dimension] ?? [0, 0]).map((value) =>
        measure(place.map((other, d) => (d === dimension ? value : other))),
      );
      if (from && to) differences[dimension]?.push(difference(from, to));
    }
  return differences.map(meanEffect);
}

function choosePlaces(
  frames: readonly Float64Array[],
  measure: (latents: Float64Array) => Descriptors | null,
): Float64Array[] {
  const count = Math.min(LISTENED_FRAMES, frames.length);
  const heard = Array.from({ length: count }, (_, i) => {
    const latents = frames[Math.floor(((i + 0.5) * frames.length) / count)] as Float64Array;
    return { latents, loudness: measure(latents)?.loudnessLufs ?? -Infinity };
  });
  heard.sort((a, b) => a.loudness - b.loudness);
  const places = PLACES.map((share) => heard[Math.floor(share * heard.length)]?.latents);
  return [...new Set(places)].filter((latents) => latents !== undefined);
}

function widened([low, high]: readonly [number, number]): [number, number] {
  const missing = Math.max(0, LEAST_WIDTH - (high - low)) / 2;
  return [low - missing, high + missing];
}

/** What changed between two sounds; the spectrum only where both are heard. */
interface Difference {
  readonly loudnessDb: number;
  readonly spectrum: Omit<LatentEffect, 'loudnessDb'> | null;
}

function difference(from: Descriptors, to: Descriptors): Difference {
  const before = Math.max(FLOOR_LUFS, from.loudnessLufs);
  const after = Math.max(FLOOR_LUFS, to.loudnessLufs);
  const loudnessDb = after - before;
  if (before === FLOOR_LUFS || after === FLOOR_LUFS) return { loudnessDb, spectrum: null };
  const squared = from.timbre.reduce((sum, value, i) => sum + (value - (to.timbre[i] ?? 0)) ** 2, 0);
  const brightnessOctaves = Math.log2(Math.max(1, to.brightnessHz) / Math.max(1, from.brightnessHz));
  // The cepstrum's transform is orthonormal: distances are those of the smoothed logarithmic spectra.
  const timbreDb = DB * Math.sqrt(squared / MEL_BANDS);
  return { loudnessDb, spectrum: { brightnessOctaves, noisiness: to.noisiness - from.noisiness, timbreDb } };
}

function meanEffect(differences: readonly Difference[]): LatentEffect | null {
  if (differences.length === 0) return null;
  const spectra = differences.flatMap(({ spectrum }) => spectrum ?? []);
  return {
    loudnessDb: mean(differences.map(({ loudnessDb }) => loudnessDb)),
    brightnessOctaves: mean(spectra.map(({ brightnessOctaves }) => brightnessOctaves)),
    noisiness: mean(spectra.map(({ noisiness }) => noisiness)),
    timbreDb: mean(spectra.map(({ timbreDb }) => timbreDb)),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
