import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { rankCorrelation } from './rank-correlation.js';

/** Width of the kernel, relative to the spread of the latents: squared, per dimension. */
const KERNEL_VARIANCE = 1.5;
/** Share of noise in the measured values that the regression assumes. */
const NOISE = 0.05;
/** The pad is looked at in so many columns and rows. */
const SIDE = 6;
/** Distance below which a place counts as an example's own; squared. */
const SAME_PLACE = 1e-6;

/** A value that was measured of some sounds, at other latents: kernel ridge regression with a Gaussian kernel. */
function regression(
  latents: readonly Float64Array[],
  values: readonly number[],
): (at: ArrayLike<number>) => number {
  const size = latents[0]?.length ?? 0;
  const scales = spreads(latents, size);
  const kernel = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let d = 0; d < size; d += 1) sum += (((a[d] ?? 0) - (b[d] ?? 0)) / (scales[d] ?? 1)) ** 2;
    return Math.exp(-sum / (2 * size * KERNEL_VARIANCE));
  };
  const gram = Matrix.zeros(latents.length, latents.length);
  latents.forEach((a, i) => latents.forEach((b, j) => gram.set(i, j, kernel(a, b) + (i === j ? NOISE : 0))));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const weights = new CholeskyDecomposition(gram)
    .solve(Matrix.columnVector(values.map((value) => value - mean)))
    .to1DArray();
  return (at) => latents.reduce((sum, known, i) => sum + (weights[i] ?? 0) * kernel(known, at), mean);
}

function spreads(latents: readonly Float64Array[], size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, d) => {
    const mean = latents.reduce((sum, vector) => sum + (vector[d] ?? 0), 0) / latents.length;
    const variance =
      latents.reduce((sum, vector) => sum + ((vector[d] ?? 0) - mean) ** 2, 0) / latents.length;
    return Math.sqrt(variance) || 1;
  });
}

/**
 * Foretells how well two descriptors follow the pad's axes between the examples, without decoding anything: latents are blended
 * as the learned map does (Shepard 1968, inverse square distances), and the descriptors of the blends are regressed from
 * those of the measured sounds.
 */
export class ExpectedOrder {
  private readonly descriptors: readonly [
    (at: ArrayLike<number>) => number,
    (at: ArrayLike<number>) => number,
  ];
  private readonly grid: readonly (readonly [number, number])[];

  /** @param values of the two descriptors that stand along x and y, for each of `latents` */
  constructor(
    private readonly latents: readonly Float64Array[],
    values: readonly [readonly number[], readonly number[]],
  ) {
    this.descriptors = [regression(latents, values[0]), regression(latents, values[1])];
    this.grid = Array.from({ length: SIDE * SIDE }, (_, i) => [
      ((i % SIDE) + 0.5) / SIDE,
      (Math.floor(i / SIDE) + 0.5) / SIDE,
    ]);
  }

  /**
   * @param chosen indices of sounds @param places of theirs on the pad, [x, y] in 0..1
   * @returns the lesser of the two rank correlations between axis and descriptor, −1..1
   */
  of(chosen: readonly number[], places: readonly (readonly [number, number])[]): number {
    const blends = this.grid.map((at) => this.blend(chosen, places, at));
    return Math.min(
      ...([0, 1] as const).map((axis) =>
        rankCorrelation(
          this.grid.map((at) => at[axis]),
          blends.map((blend) => this.descriptors[axis](blend)),
        ),
      ),
    );
  }

  private blend(
    chosen: readonly number[],
    places: readonly (readonly [number, number])[],
    [x, y]: readonly [number, number],
  ): Float64Array {
    const blend = new Float64Array(this.latents[0]?.length ?? 0);
    let total = 0;
    places.forEach(([px, py], i) => {
      const weight = 1 / ((px - x) ** 2 + (py - y) ** 2 + SAME_PLACE);
      total += weight;
      this.latents[chosen[i] ?? 0]?.forEach((value, d) => (blend[d] = (blend[d] ?? 0) + weight * value));
    });
    return blend.map((value) => value / total);
  }
}
