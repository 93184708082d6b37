import { squaredDistances } from './gp.js';
import { layOutMapping, type MappingLayout } from './layout.js';
import { NetworkBatch } from './network-batch.js';
import type { RegressorBatch } from './regressor-batches.js';
import { NeighboursBatch, PolynomialBatch, ProcessBatch } from './regressor-batches.js';
import type { TrainedMapping } from '../../document/trained.js';

/** How far beyond the examples' latents a regressor may go, as a share of their range. */
export const OVERSHOOT = 0.25;

type Values = Float32Array | Float64Array;

/** A trained mapping, compiled for evaluation. Calls do not allocate, except the first of `deviation`. One thread only. */
export interface Mapping {
  readonly inputs: number;
  readonly latents: number;
  /**
   * Evaluates every dimension's regressor.
   * @param inputs [inputs], 0..1; values outside are clamped, NaN is replaced by 0.5
   * @param out [latents], finite, except NaN for a dimension without a regressor. A value beyond the range of the examples'
   * latents is compressed smoothly: it exceeds the range by at most a quarter of its width ({@link OVERSHOOT}), whatever the
   * regressor, so that the sound cannot become loud far from the examples.
   */
  evaluate(inputs: Values, out: Values): void;
  /**
   * Computes the posterior standard deviation of each dimension. The first call takes points³ operations: not for the
   * streaming loop.
   * @param out [latents], in latent units; NaN for kinds other than Gaussian processes
   */
  deviation(inputs: Values, out: Values): void;
}

/** Lays out and opens a mapping that `trainedMappingSchema` has validated: takes milliseconds. */
export function compileMapping(trained: TrainedMapping): Mapping {
  return openMapping(layOutMapping(trained));
}

/** Opens a mapping for one thread: allocates what its evaluation needs and copies nothing, within tens of microseconds. */
export function openMapping(layout: MappingLayout): Mapping {
  return new OpenMapping(layout);
}

class OpenMapping implements Mapping {
  readonly inputs: number;
  readonly latents: number;
  private readonly normalised: Float64Array;
  private readonly squared: Float64Array;
  private readonly values: Float64Array;
  private readonly batches: readonly RegressorBatch[];
  private readonly processes: readonly ProcessBatch[];

  constructor(private readonly layout: MappingLayout) {
    this.inputs = layout.inputs;
    this.latents = layout.latents;
    this.normalised = new Float64Array(this.inputs);
    this.squared = new Float64Array(layout.points.length / layout.inputs);
    this.values = layout.constants.slice();
    this.processes = layout.processes.map((batch) => new ProcessBatch(batch));
    this.batches = [
      ...layout.networks.map((batch) => new NetworkBatch(batch)),
      ...layout.polynomials.map((batch) => new PolynomialBatch(batch)),
      ...layout.neighbours.map((batch) => new NeighboursBatch(batch)),
      ...this.processes,
    ];
  }

  evaluate(inputs: Values, out: Values): void {
    this.normalise(inputs);
    const { batches, values } = this;
    const { low, high } = this.layout;
    for (let p = 0; p < batches.length; p++) batches[p]!.evaluate(this.normalised, this.squared, values);
    for (let d = 0; d < values.length; d++) {
      const value = values[d]!;
      const floor = low[d]!;
      const ceiling = high[d]!;
      if (value > ceiling) out[d] = ceiling + compress(value - ceiling, ceiling - floor);
      else if (value < floor) out[d] = floor - compress(floor - value, ceiling - floor);
      else out[d] = value;
    }
  }

  deviation(inputs: Values, out: Values): void {
    this.normalise(inputs);
    out.fill(NaN, 0, this.latents);
    for (const process of this.processes) process.deviation(this.squared, out);
  }

  private normalise(inputs: Values): void {
    const { normalised } = this;
    const { centre, scale, points } = this.layout;
    for (let k = 0; k < normalised.length; k++) {
      const raw = inputs[k]!;
      const input = raw >= 0 ? Math.min(1, raw) : raw < 0 ? 0 : 0.5;
      normalised[k] = Math.fround((Math.fround(input) - centre[k]!) * scale[k]!);
    }
    if (this.squared.length === 0) return;
    squaredDistances(normalised, 0, points, this.squared.length, this.inputs, this.squared);
  }
}

/** Soft limit of an overshoot: slope 1 at 0, asymptote {@link OVERSHOOT} · `range`, also for an infinite `excess`. */
function compress(excess: number, range: number): number {
  const most = OVERSHOOT * range;
  return excess === 0 || most === 0 ? 0 : most / (1 + most / excess);
}
