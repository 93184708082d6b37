import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { GRID, gridShares } from './blends.js';
import { rankCorrelation, ranks } from './rank-correlation.js';

/** Width of the kernel, relative to the spread of the latents: squared, per dimension. */
const KERNEL_VARIANCE = 0.6;
/** Relative to the values' size. */
const LEAST_SPREAD = 1e-9;
/** Share of noise in the measured values that the regression assumes. */
const NOISE = 0.01;

/**
 * Foretells how well two descriptors follow the pad's axes between the examples, without decoding anything: latents are blended
 * as the learned map does, and the ranks of the blends' descriptors are regressed from those of the measured sounds, by kernel ridge
 * regression with a Gaussian kernel.
 *
 * A blend is a weighted sum of sounds, so that its distance to every sound follows from the sounds' inner products: what a
 * choice costs does not depend on the number of latent dimensions.
 */
export class ExpectedOrder {
  /** Inner products of the latents, each dimension relative to its spread. */
  private readonly products: readonly Float64Array[];
  private readonly squares: Float64Array;
  /** Of a squared distance, in the exponent. */
  private readonly sharpness: number;
  private readonly weights: readonly [Float64Array, Float64Array];

  /** @param values of the two descriptors that stand along x and y, for each of `latents` */
  constructor(latents: readonly Float64Array[], values: readonly [readonly number[], readonly number[]]) {
    const size = latents[0]?.length ?? 0;
    const scaled = scaledToSpreads(latents, size);
    this.products = scaled.map((a) =>
      Float64Array.from(scaled, (b) => a.reduce((sum, value, d) => sum + value * (b[d] ?? 0), 0)),
    );
    this.squares = Float64Array.from(this.products, (row, i) => row[i] ?? 0);
    this.sharpness = 1 / (2 * size * KERNEL_VARIANCE);
    const gram = Matrix.zeros(latents.length, latents.length);
    this.products.forEach((row, i) =>
      row.forEach((product, j) => {
        const squared = (this.squares[i] ?? 0) + (this.squares[j] ?? 0) - 2 * product;
        gram.set(i, j, Math.exp(-squared * this.sharpness) + (i === j ? NOISE : 0));
      }),
    );
    const solver = new CholeskyDecomposition(gram);
    // Only ranks count in a rank correlation, less their mean: values that lie close together must not drown in a few great ones.
    const solve = (of: readonly number[]) => {
      const targets = ranks(of).map((rank) => rank - (of.length - 1) / 2);
      return Float64Array.from(solver.solve(Matrix.columnVector(targets)).to1DArray());
    };
    this.weights = [solve(values[0]), solve(values[1])];
  }

  /**
   * @param chosen indices of sounds @param places of theirs on the pad, [x, y] in 0..1
   * @returns the lesser of the two rank correlations between axis and descriptor, −1..1
   */
  of(chosen: readonly number[], places: readonly (readonly [number, number])[]): number {
    const rows = chosen.map((index) => this.products[index] as Float64Array);
    const blends = gridShares(places).map((shares) => this.descriptorsOf(chosen, rows, shares));
    return Math.min(
      ...([0, 1] as const).map((axis) =>
        rankCorrelation(
          GRID.map((at) => at[axis]),
          blends.map((blend) => blend[axis]),
        ),
      ),
    );
  }

  /** Ranks of both descriptors, less their means, of the sounds `chosen` blended in these shares. @param rows of `products` */
  private descriptorsOf(
    chosen: readonly number[],
    rows: readonly Float64Array[],
    shares: Float64Array,
  ): [number, number] {
    const { squares, sharpness, weights } = this;
    // Most of the time goes here: sounds without a share are left out.
    const parts: number[] = [];
    const blended: number[] = [];
    const products: Float64Array[] = [];
    for (let a = 0; a < rows.length; a += 1) {
      if (shares[a] === 0) continue;
      parts.push(shares[a] as number);
      blended.push(chosen[a] as number);
      products.push(rows[a] as Float64Array);
    }
    let square = 0;
    for (let a = 0; a < parts.length; a += 1)
      for (let b = 0; b < parts.length; b += 1)
        square += (parts[a] as number) * (parts[b] as number) * (products[a]?.[blended[b] as number] ?? 0);
    let x = 0;
    let y = 0;
    for (let i = 0; i < squares.length; i += 1) {
      let product = 0;
      for (let a = 0; a < parts.length; a += 1) product += (parts[a] as number) * (products[a]?.[i] ?? 0);
      const similarity = Math.exp((2 * product - square - (squares[i] ?? 0)) * sharpness);
      x += similarity * (weights[0][i] ?? 0);
      y += similarity * (weights[1][i] ?? 0);
    }
    return [x, y];
  }
}

/** Each dimension less its mean, relative to its spread. Blends of equal values differ by rounding, which is no spread. */
function scaledToSpreads(latents: readonly Float64Array[], size: number): Float64Array[] {
  const mean = new Float64Array(size);
  const spread = new Float64Array(size);
  for (let d = 0; d < size; d += 1) {
    const values = latents.map((vector) => vector[d] ?? 0);
    const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
    mean[d] = middle;
    spread[d] = Math.sqrt(variance) > LEAST_SPREAD * (1 + Math.abs(middle)) ? Math.sqrt(variance) : 1;
  }
  return latents.map((vector) => vector.map((value, d) => (value - (mean[d] ?? 0)) / (spread[d] ?? 1)));
}
