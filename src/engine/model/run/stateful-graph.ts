import { Tensor } from 'onnxruntime-node';
import { TillerError } from '../../../document/tiller-error.js';
import type { GraphManifest } from '../manifest.js';
import type { NoiseSource } from './noise.js';
import type { RunningGraph } from './running-model.js';
import type { SyncSession, Tensors } from './sync-session.js';

function float32(shape: readonly number[], data?: Float32Array): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return new Tensor('float32', data ?? new Float32Array(size), shape);
}

/** A noise input, filled before each call. */
export interface NoiseTensor {
  readonly distribution: 'uniform' | 'normal';
  readonly data: Float32Array;
}

/** One graph with its state. There are two state tensors: each call reads one, writes the other, and they change places. */
export class StatefulGraph implements RunningGraph {
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly attributes: Float32Array;
  readonly noise: readonly NoiseTensor[];
  private readonly feeds: readonly [Tensors, Tensors];
  private readonly fetches: readonly [Tensors, Tensors];
  private readonly states: readonly [Float32Array, Float32Array];
  /** Which of the two states the next call reads. */
  private current: 0 | 1 = 0;

  constructor(
    private readonly session: SyncSession,
    graph: GraphManifest,
    private readonly initialState: Float32Array,
  ) {
    const input = float32(graph.input.shape);
    const output = float32(graph.output.shape);
    const attributes = float32(graph.attributes?.shape ?? [0]);
    const noise = graph.noise.map(({ name, shape, distribution }) => ({
      name,
      distribution,
      tensor: float32(shape),
    }));
    this.input = input.data as Float32Array;
    this.output = output.data as Float32Array;
    this.attributes = attributes.data as Float32Array;
    this.noise = noise.map(({ distribution, tensor }) => ({
      distribution,
      data: tensor.data as Float32Array,
    }));
    const size = initialState.length;
    this.states = [initialState.slice(), new Float32Array(size)];
    const tensors = this.states.map((data) => float32([size], data));
    const [first, second] = tensors;
    const feedsWith = (state: Tensor | undefined): Tensors => ({
      [graph.input.name]: input,
      ...Object.fromEntries(noise.map(({ name, tensor }) => [name, tensor])),
      ...(graph.attributes === undefined ? {} : { [graph.attributes.name]: attributes }),
      ...(graph.state === null || state === undefined ? {} : { [graph.state.input]: state }),
    });
    const fetchesWith = (state: Tensor | undefined): Tensors => ({
      [graph.output.name]: output,
      ...(graph.state === null || state === undefined ? {} : { [graph.state.output]: state }),
    });
    this.feeds = [feedsWith(first), feedsWith(second)];
    this.fetches = [fetchesWith(second), fetchesWith(first)];
  }

  run(noise: NoiseSource, batch: number): void {
    for (const { distribution, data } of this.noise) {
      if (distribution === 'uniform') noise.uniform(data, batch);
      else noise.normal(data, batch);
    }
    this.infer();
  }

  /** `run` with the noise inputs filled already. */
  runFilled(): void {
    this.infer();
  }

  runAgain(): void {
    this.exchangeStates();
    this.infer();
  }

  private exchangeStates(): void {
    this.current = this.current === 0 ? 1 : 0;
  }

  private infer(): void {
    try {
      this.session.run(this.feeds[this.current], this.fetches[this.current]);
      this.exchangeStates();
    } catch (error) {
      this.reset();
      throw new TillerError(
        'model-failed',
        `The model failed: ${error instanceof Error ? error.message : String(error)}`,
        'Import it again; if it fails again, the file may be damaged.',
        { cause: error },
      );
    }
  }

  reset(): void {
    this.states[0].set(this.initialState);
    this.current = 0;
  }

  close(): void {
    this.session.dispose();
  }
}
