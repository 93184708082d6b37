import type { Activation } from './activation.js';
import { fastTanh } from './activation.js';
import type { RegressorBatch, Placed } from './regressor-batches.js';
import { sharedZeros } from './shared-numbers.js';

/** Units that are computed together; layers are padded to a multiple of this. */
const LANES = 4;

/** One layer of many networks: [networks, width] units, with the mapping's inputs or their own network's previous layer as input. */
interface LayerLayout {
  readonly before: number;
  /** Per block of four units: four biases, then four weights per input, interleaved. */
  readonly weights: Float64Array;
  readonly paddedWidth: number;
}

interface Layer extends LayerLayout {
  /** [networks, padded width] */
  readonly activations: Float64Array;
}

/** All networks of one topology, with weights in the order of access. */
export interface NetworksLayout {
  readonly activation: Activation;
  readonly networks: number;
  /** [networks]: the dimension of each. */
  readonly dimensions: Int32Array;
  readonly hidden: readonly LayerLayout[];
  /** [networks, last width + 1]: output weights, then the bias. */
  readonly output: Float64Array;
}

/**
 * @param placed one parameter vector per network, in the layout of Network
 * @param widths [inputs, hidden…, 1]
 */
export function layOutNetworks(
  placed: readonly Placed[],
  widths: readonly number[],
  activation: Activation,
): NetworksLayout {
  const thetas = placed.map(({ values }) => values);
  const hidden: LayerLayout[] = [];
  let offset = 0;
  for (let l = 1; l < widths.length - 1; l++) {
    hidden.push(interleave(thetas, offset, widths[l - 1]!, widths[l]!));
    offset += widths[l]! * (widths[l - 1]! + 1);
  }
  const last = widths[widths.length - 2]! + 1;
  const output = sharedZeros(thetas.length * last);
  thetas.forEach((theta, n) => output.set(theta.subarray(offset, offset + last), n * last));
  const dimensions = Int32Array.from(placed, ({ index }) => index);
  return { activation, networks: thetas.length, dimensions, hidden, output };
}

/**
 * Evaluates all networks of one topology together, four units at a time as independent sums.
 */
export class NetworkBatch implements RegressorBatch {
  private readonly activation: Activation;
  private readonly hidden: readonly Layer[];
  private readonly output: Float64Array;
  private readonly networks: number;
  private readonly dimensions: Int32Array;

  constructor({ activation, networks, dimensions, hidden, output }: NetworksLayout) {
    this.activation = activation;
    this.networks = networks;
    this.dimensions = dimensions;
    this.output = output;
    this.hidden = hidden.map((layer) => ({
      ...layer,
      activations: new Float64Array(networks * layer.paddedWidth),
    }));
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

function interleave(
  thetas: readonly Float64Array[],
  offset: number,
  before: number,
  width: number,
): LayerLayout {
  const paddedWidth = Math.ceil(width / LANES) * LANES;
  const weights = sharedZeros(thetas.length * paddedWidth * (before + 1));
  thetas.forEach((theta, n) => {
    for (let j = 0; j < width; j++) {
      const block = n * paddedWidth + Math.floor(j / LANES) * LANES;
      const at = block * (before + 1) + (j % LANES);
      weights[at] = theta[offset + width * before + j]!;
      for (let k = 0; k < before; k++) weights[at + (k + 1) * LANES] = theta[offset + j * before + k]!;
    }
  });
  return { before, weights, paddedWidth };
}
