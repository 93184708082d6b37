import { RidgeSolver } from '../mapping/ridge.js';

/** Penalty of the coefficients of latents with variance 1, for each frame: small against the variance, large against chance. */
const RIDGE_PER_FRAME = 0.01;

/** Latents of two models for the same sounds, frame by frame. */
export interface HeardByBoth {
  /** [frames, inputs], of the model that is listened with. */
  readonly listened: readonly Float64Array[];
  /** [frames, latents], of the model that plays. */
  readonly played: readonly Float64Array[];
}

/**
 * The latents of one model as a linear function of another's, by ridge regression on sounds that both have heard. The same frames give
 * the same bits.
 * @returns [latents, inputs + 1], the constant last, for latents as they come
 */
export function fitAdapter({ listened, played }: HeardByBoth, latents: number): Float32Array {
  const frames = listened.length;
  const inputs = listened[0]?.length ?? 0;
  const scales = Float64Array.from({ length: inputs }, (_, i) => 1 / (deviation(listened, i) || 1));
  const features = new Float64Array(frames * inputs);
  listened.forEach((frame, n) =>
    frame.forEach((value, i) => (features[n * inputs + i] = value * (scales[i] ?? 1))),
  );
  const weights = new Float64Array(frames).fill(1);
  const solver = new RidgeSolver(features, inputs, weights, RIDGE_PER_FRAME * frames);
  const adapter = new Float32Array(latents * (inputs + 1));
  for (let d = 0; d < latents; d += 1) {
    const solution = solver.solve(Float64Array.from(played, (frame) => frame[d] ?? 0));
    const row = adapter.subarray(d * (inputs + 1), (d + 1) * (inputs + 1));
    row.set(solution.map((value, i) => value * (scales[i] ?? 1)));
  }
  return adapter;
}

function deviation(frames: readonly Float64Array[], dimension: number): number {
  const mean = frames.reduce((sum, frame) => sum + (frame[dimension] ?? 0), 0) / frames.length;
  const squares = frames.reduce((sum, frame) => sum + ((frame[dimension] ?? 0) - mean) ** 2, 0);
  return Math.sqrt(squares / frames.length);
}
