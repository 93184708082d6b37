import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Random } from '../mapping/random.js';

/** Draws lie within this many standard deviations of the mean along each principal direction. */
const REACH = 2.5;

/** Latents to choose from, by where they come from; each [latentDims]. */
export interface Candidates {
  readonly heard: readonly Float64Array[];
  readonly drawn: readonly Float64Array[];
  readonly anywhere: readonly Float64Array[];
}

/**
 * Latents to choose from: a third drawn evenly from the model's ranges, which reach the extremes; of the others, one half are
 * frames of the given latents, spread evenly over them, the other half draws from the normal distribution fitted to them.
 *
 * @param frames latent frames of audio, each [latentDims]; where there are fewer than two, all are drawn from the ranges
 * @param ranges of each latent dimension, [low, high]
 * @param count how many, 2 or more
 * @returns `count` in all
 */
export function candidates(
  frames: readonly Float64Array[],
  ranges: readonly (readonly [number, number])[],
  count: number,
  random: Random,
): Candidates {
  const anywhere = () => Float64Array.from(ranges, ([low, high]) => low + (high - low) * random.uniform());
  const make = (some: number, one: (_: unknown, i: number) => Float64Array) =>
    Array.from({ length: some }, one);
  if (frames.length < 2) return { heard: [], drawn: make(count, anywhere), anywhere: [] };
  const even = Math.round(count / 3);
  const heard = Math.min((count - even) >> 1, frames.length);
  const frame = (_: unknown, i: number) =>
    new Float64Array(frames[Math.floor(((i + random.uniform()) * frames.length) / heard)] ?? []);
  return {
    heard: make(heard, frame),
    drawn: make(count - even - heard, normalDraws(frames, random)),
    anywhere: make(even, anywhere),
  };
}

/** Draws from the normal distribution fitted to `frames`, at least two. */
export function normalDraws(frames: readonly Float64Array[], random: Random): () => Float64Array {
  const data = new Matrix(frames.map((frame) => Array.from(frame)));
  const mean = data.mean('column');
  const centred = data.subRowVector(mean);
  const covariance = centred
    .transpose()
    .mmul(centred)
    .div(Math.max(1, frames.length - 1));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const spreads = realEigenvalues.map((variance) => Math.sqrt(Math.max(0, variance)));
  return () => {
    const along = spreads.map((spread) => spread * Math.min(REACH, Math.max(-REACH, random.normal())));
    return Float64Array.from(mean, (value, d) =>
      along.reduce((sum, amount, k) => sum + amount * eigenvectorMatrix.get(d, k), value),
    );
  };
}
