import type { Activation } from './activation.js';
import { fastTanh } from './activation.js';
import { rowProducts } from './linear-algebra.js';
import { layerWidths, parameterCount } from '../../document/regressor-sizes.js';

/**
 * A multilayer perceptron with one output, evaluated at a fixed set of points, with the products of its Jacobian
 * J = ∂f(xᵢ)/∂θ that the fit needs. Parameters θ are one vector; per layer: weights [width, width before], then biases.
 *
 * J is not stored for wide networks: with aₗ the activations and δₗ = ∂f/∂zₗ the back-propagated signals,
 * J·Jᵀ = Σₗ (aₗ₋₁·aₗ₋₁ᵀ + 1) ∘ (δₗ·δₗᵀ), the empirical neural tangent kernel (Jacot et al. 2018), which costs
 * points² × units instead of points² × parameters.
 */
export class Network {
  readonly widths: readonly number[];
  readonly parameters: number;
  /** f(xᵢ), written by `forward`. */
  readonly output: Float64Array;
  /** Activations entering layer l + 1: [points, widths[l]]; the first are the points themselves. */
  private readonly activations: Float64Array[];
  /** Weighted sums of layer l + 1: [points, widths[l + 1]]. */
  private readonly sums: Float64Array[];
  /** ∂f/∂sum of layer l + 1: [points, widths[l + 1]]. */
  private readonly signals: Float64Array[];
  /** Buffers of `gram`, [points, points] each: inner products of the points, of a layer's activations, of its signals. */
  private products: { inputs: Float64Array; activations: Float64Array; signals: Float64Array } | undefined;

  /** @param inputs normalised points, [points, widths[0]] */
  constructor(
    inputs: Float64Array,
    readonly points: number,
    inputCount: number,
    hidden: readonly number[],
    private readonly activation: Activation,
  ) {
    this.widths = layerWidths(inputCount, hidden);
    this.parameters = parameterCount(this.widths);
    this.activations = [inputs, ...hidden.map((width) => new Float64Array(points * width))];
    this.sums = this.widths.slice(1).map((width) => new Float64Array(points * width));
    this.signals = this.widths.slice(1).map((width) => new Float64Array(points * width).fill(1));
    this.output = this.sums[this.sums.length - 1]!;
  }

  /** Evaluates f at every point and writes `output`. @param theta [parameters] */
  forward(theta: Float64Array): void {
    const { points, widths } = this;
    let offset = 0;
    for (let l = 0; l < this.sums.length; l++) {
      const before = widths[l]!;
      const width = widths[l + 1]!;
      const entering = this.activations[l]!;
      const sums = this.sums[l]!;
      const biases = offset + width * before;
      for (let i = 0; i < points; i++) {
        const from = i * before;
        let j = 0;
        // Four independent sums, for the processor's pipeline.
        for (; j + 3 < width; j += 4) {
          let weights = offset + j * before;
          let s0 = theta[biases + j]!;
          let s1 = theta[biases + j + 1]!;
          let s2 = theta[biases + j + 2]!;
          let s3 = theta[biases + j + 3]!;
          for (let k = 0; k < before; k++, weights++) {
            const value = entering[from + k]!;
            s0 += theta[weights]! * value;
            s1 += theta[weights + before]! * value;
            s2 += theta[weights + 2 * before]! * value;
            s3 += theta[weights + 3 * before]! * value;
          }
          const to = i * width + j;
          sums[to] = s0;
          sums[to + 1] = s1;
          sums[to + 2] = s2;
          sums[to + 3] = s3;
        }
        for (; j < width; j++) {
          const weights = offset + j * before;
          let sum = theta[biases + j]!;
          for (let k = 0; k < before; k++) sum += theta[weights + k]! * entering[from + k]!;
          sums[i * width + j] = sum;
        }
      }
      offset = biases + width;
      const leaving = this.activations[l + 1];
      if (leaving === undefined) continue;
      if (this.activation === 'tanh') for (let i = 0; i < sums.length; i++) leaving[i] = fastTanh(sums[i]!);
      else for (let i = 0; i < sums.length; i++) leaving[i] = Math.max(0, sums[i]!);
    }
  }

  /** Back-propagates ∂f/∂f = 1 to every layer, for the methods below; call after `forward` with the same `theta`. */
  backward(theta: Float64Array): void {
    const { points, widths } = this;
    let end = this.parameters;
    for (let l = this.sums.length - 1; l > 0; l--) {
      const before = widths[l]!;
      const width = widths[l + 1]!;
      const offset = end - width * (before + 1);
      const above = this.signals[l]!;
      const below = this.signals[l - 1]!;
      const leaving = this.activations[l]!;
      for (let i = 0; i < points; i++) {
        const from = i * before;
        below.fill(0, from, from + before);
        for (let j = 0; j < width; j++) {
          const signal = above[i * width + j]!;
          const weights = offset + j * before;
          for (let k = 0; k < before; k++) below[from + k] = below[from + k]! + signal * theta[weights + k]!;
        }
        for (let k = from; k < from + before; k++) {
          const a = leaving[k]!;
          below[k] = this.activation === 'tanh' ? below[k]! * (1 - a * a) : a > 0 ? below[k]! : 0;
        }
      }
      end = offset;
    }
  }

  /** Writes the lower triangle of the [points, points] matrix S·J·Jᵀ·S with S = diag(`scale`). */
  gram(out: Float64Array, scale: Float64Array): void {
    const { points, widths } = this;
    this.products ??= this.makeProducts();
    const { inputs, activations, signals } = this.products;
    const last = this.sums.length - 1;
    for (let l = 0; l <= last; l++) {
      const similarity = l === 0 ? inputs : activations;
      if (l > 0) rowProducts(activations, this.activations[l]!, points, widths[l]!);
      if (l === last) {
        for (let i = 0; i < points; i++) {
          for (let k = i * points; k <= i * points + i; k++) out[k] = out[k]! + similarity[k]! + 1;
        }
      } else {
        rowProducts(signals, this.signals[l]!, points, widths[l + 1]!);
        for (let i = 0; i < points; i++) {
          for (let k = i * points; k <= i * points + i; k++) {
            out[k] = (l === 0 ? 0 : out[k]!) + (similarity[k]! + 1) * signals[k]!;
          }
        }
      }
    }
    for (let i = 0; i < points; i++) {
      const row = i * points;
      for (let j = 0; j <= i; j++) out[row + j] = out[row + j]! * scale[i]! * scale[j]!;
    }
  }

  private makeProducts(): { inputs: Float64Array; activations: Float64Array; signals: Float64Array } {
    const square = () => new Float64Array(this.points * this.points);
    const products = { inputs: square(), activations: square(), signals: square() };
    rowProducts(products.inputs, this.activations[0]!, this.points, this.widths[0]!);
    return products;
  }

  /** Writes Jᵀ·`coefficients`, [parameters]: the gradient of Σ coefficientᵢ·f(xᵢ). */
  transposed(coefficients: Float64Array, out: Float64Array): void {
    const { points, widths } = this;
    out.fill(0);
    let offset = 0;
    for (let l = 0; l < this.sums.length; l++) {
      const before = widths[l]!;
      const width = widths[l + 1]!;
      const entering = this.activations[l]!;
      const signals = this.signals[l]!;
      const biases = offset + width * before;
      for (let i = 0; i < points; i++) {
        const coefficient = coefficients[i]!;
        for (let j = 0; j < width; j++) {
          const signal = coefficient * signals[i * width + j]!;
          const weights = offset + j * before;
          for (let k = 0; k < before; k++) {
            out[weights + k] = out[weights + k]! + signal * entering[i * before + k]!;
          }
          out[biases + j] = out[biases + j]! + signal;
        }
      }
      offset = biases + width;
    }
  }

  /** Writes J·θ, [points], at the θ of the last `forward`: Σₗ δₗ·zₗ, since a layer's sums are linear in its parameters. */
  tangent(out: Float64Array): void {
    const { points, widths } = this;
    out.fill(0);
    for (let l = 0; l < this.sums.length; l++) {
      const width = widths[l + 1]!;
      const sums = this.sums[l]!;
      const signals = this.signals[l]!;
      for (let i = 0; i < points; i++) {
        let sum = out[i]!;
        for (let j = i * width; j < (i + 1) * width; j++) sum += signals[j]! * sums[j]!;
        out[i] = sum;
      }
    }
  }

  /** Writes Jᵀ·diag(`scale`), [parameters, points], for fits with fewer parameters than points. */
  jacobian(out: Float64Array, scale: Float64Array): void {
    const { points, widths } = this;
    let at = 0;
    for (let l = 0; l < this.sums.length; l++) {
      const before = widths[l]!;
      const width = widths[l + 1]!;
      const entering = this.activations[l]!;
      const signals = this.signals[l]!;
      for (let j = 0; j < width; j++) {
        for (let k = 0; k < before; k++) {
          for (let i = 0; i < points; i++) {
            out[at++] = scale[i]! * signals[i * width + j]! * entering[i * before + k]!;
          }
        }
      }
      for (let j = 0; j < width; j++) {
        for (let i = 0; i < points; i++) out[at++] = scale[i]! * signals[i * width + j]!;
      }
    }
  }
}
