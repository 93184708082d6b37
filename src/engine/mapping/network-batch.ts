import type { Activation } from './activation.js';
import { fastTanh } from './activation.js';
import type { Part, Placed } from './parts.js';

/** Units that are computed together; layers are padded to a multiple of this. */
const LANES = 4;

/** One layer of many networks: [networks, width] units, with the mapping's inputs or their own network's previous layer as input. */
interface Layer {
  readonly before: number;
  /** Per block of four units: four biases, then four weights per input, interleaved. */
  readonly weights: Float64Array;
  /** [networks, padded width] */
  readonly activations: Float64Array;
  readonly paddedWidth: number;
}

/**
 * Evaluates all networks of one topology together. Weights are stored in the order of access; four units are computed at a
 * time as independent sums.
 */
export class NetworkBatch implements Part {
  private readonly hidden: Layer[] = [];
  /** [networks, last width + 1]: output weights, then the bias. */
  private readonly output: Float64Array;
  private readonly networks: number;
  private readonly dimensions: Int32Array;

  /**
   * @param placed one parameter vector per network, in the layout of Network
   * @param widths [inputs, hidden…, 1]
   */
  constructor(
    placed: readonly Placed[],
    widths: readonly number[],
    private readonly activation: Activation,
  ) {
    const thetas = placed.map(({ values }) => values);
    this.networks = thetas.length;
    this.dimensions = Int32Array.from(placed, ({ index }) => index);
    let offset = 0;
    for (let l = 1; l < widths.length - 1; l++) {
      this.hidden.push(interleave(thetas, offset, widths[l - 1]!, widths[l]!));
      offset += widths[l]! * (widths[l - 1]! + 1);
    }
    const last = widths[widths.length - 2]! + 1;
    this.output = new Float64Array(this.networks * last);
    thetas.forEach((theta, n) => this.output.set(theta.subarray(offset, offset + last), n * last));
  }

  /** Writes each network's output for the normalised `inputs` to its dimension of `out`. */
  evaluate(inputs: Float64Array, _squaredDistances: Float64Array, out: Float64Array): void {
    let entering = inputs;
    let stride = 0;
    for (let l = 0; l < this.hidden.length; l++) {
      const layer = this.hidden[l]!;
      this.forward(layer, entering, stride);
      if (this.activation === 'tanh') squash(layer.activations);
      else rectify(layer.activations);
      entering = layer.activations;
      stride = layer.paddedWidth;
    }
    const width = this.output.length / this.networks - 1;
    for (let n = 0; n < this.networks; n++) {
      const weights = n * (width + 1);
      let sum = this.output[weights + width]!;
      for (let j = 0; j < width; j++) sum += this.output[weights + j]! * entering[n * stride + j]!;
      out[this.dimensions[n]!] = sum;
    }
  }

  private forward(layer: Layer, entering: Float64Array, stride: number): void {
    const { weights, activations, before, paddedWidth } = layer;
    let w = 0;
    let to = 0;
    for (let n = 0; n < this.networks; n++) {
      const from = n * stride;
      for (let block = 0; block < paddedWidth; block += LANES) {
        let s0 = weights[w]!;
        let s1 = weights[w + 1]!;
        let s2 = weights[w + 2]!;
        let s3 = weights[w + 3]!;
        w += LANES;
        for (let k = from; k < from + before; k++) {
          const value = entering[k]!;
          s0 += weights[w]! * value;
          s1 += weights[w + 1]! * value;
          s2 += weights[w + 2]! * value;
          s3 += weights[w + 3]! * value;
          w += LANES;
        }
        activations[to] = s0;
        activations[to + 1] = s1;
        activations[to + 2] = s2;
        activations[to + 3] = s3;
        to += LANES;
      }
    }
  }
}

function squash(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = fastTanh(values[i]!);
}

function rectify(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) if (!(values[i]! > 0)) values[i] = 0;
}

function interleave(thetas: readonly Float64Array[], offset: number, before: number, width: number): Layer {
  const paddedWidth = Math.ceil(width / LANES) * LANES;
  const weights = new Float64Array(thetas.length * paddedWidth * (before + 1));
  thetas.forEach((theta, n) => {
    for (let j = 0; j < width; j++) {
      const block = n * paddedWidth + Math.floor(j / LANES) * LANES;
      const at = block * (before + 1) + (j % LANES);
      weights[at] = theta[offset + width * before + j]!;
      for (let k = 0; k < before; k++) weights[at + (k + 1) * LANES] = theta[offset + j * before + k]!;
    }
  });
  return { before, weights, paddedWidth, activations: new Float64Array(thetas.length * paddedWidth) };
}
