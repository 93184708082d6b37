import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { TillerError } from '../../../document/tiller-error.js';
import type { GraphManifest, ModelManifest, ModelVariant } from '../manifest.js';
import type { NoiseSource } from './noise.js';
import type { ModelShape, RunningModel } from './running-model.js';
import { SyncSession, type Tensors } from './sync-session.js';

/**
 * Opens a model of the library for streaming, on the calling thread.
 * @param dir the model's folder
 * @throws TillerError `model-missing` when there is no such variant, `model-corrupt` when its files are damaged
 */
export async function openModel(
  dir: string,
  manifest: ModelManifest,
  variant: ModelVariant,
): Promise<RunningModel> {
  const encoder = await openGraph(dir, manifest, variant, 'encoder');
  try {
    const decoder = await openGraph(dir, manifest, variant, 'decoder');
    return new OpenModel(shapeOf(manifest, variant), encoder, decoder);
  } catch (error) {
    encoder.close();
    throw error;
  }
}

/**
 * The encoder or the decoder of a model, with preallocated tensors: write `input`, call `run`, read `output` before the next
 * call. For the thread that opened it.
 */
export interface RunningGraph {
  /** Row-major, of the shape in the graph's manifest. */
  readonly input: Float32Array;
  /** Row-major, of the shape in the graph's manifest. */
  readonly output: Float32Array;
  /** One call, with new noise. @throws TillerError `model-failed`; the state is then as after `reset` */
  run(noise: NoiseSource, batch: number): void;
  /** Repeats the last call with its state and noise, in its place. @throws TillerError `model-failed`, as `run` */
  runAgain(): void;
  /** Back to the state before the first call. */
  reset(): void;
  close(): void;
}

/**
 * Opens the encoder or the decoder alone.
 * @throws TillerError as `openModel` does
 */
export async function openGraph(
  dir: string,
  manifest: ModelManifest,
  variant: ModelVariant,
  role: 'encoder' | 'decoder',
): Promise<RunningGraph> {
  return loadGraph(dir, variantOf(manifest, variant)[role]);
}

/** What the manifest knows of a variant. @throws TillerError `model-missing` when the model was not imported in it */
export function variantOf(
  manifest: ModelManifest,
  { frames, batch }: ModelVariant,
): ModelManifest['variants'][number] {
  const found = manifest.variants.find((variant) => variant.frames === frames && variant.batch === batch);
  if (found !== undefined) return found;
  throw new TillerError(
    'model-missing',
    `${manifest.name} was not imported for ${frames} frames and ${batch} sides per call.`,
    'Import it again.',
  );
}

export function shapeOf(manifest: ModelManifest, { frames, batch }: ModelVariant): ModelShape {
  const { sampleRate, hop, inputChannels, outputChannels, latentDims, delaySamples } = manifest;
  return { sampleRate, hop, frames, batch, inputChannels, outputChannels, latentDims, delaySamples };
}

class OpenModel implements RunningModel {
  constructor(
    readonly shape: ModelShape,
    private readonly encoder: RunningGraph,
    private readonly decoder: RunningGraph,
  ) {}

  get audioIn(): Float32Array {
    return this.encoder.input;
  }

  get encoded(): Float32Array {
    return this.encoder.output;
  }

  get latents(): Float32Array {
    return this.decoder.input;
  }

  get audioOut(): Float32Array {
    return this.decoder.output;
  }

  encode(noise: NoiseSource): void {
    this.encoder.run(noise, this.shape.batch);
  }

  decode(noise: NoiseSource): void {
    this.decoder.run(noise, this.shape.batch);
  }

  decodeAgain(): void {
    this.decoder.runAgain();
  }

  reset(): void {
    this.encoder.reset();
    this.decoder.reset();
  }

  close(): void {
    this.encoder.close();
    this.decoder.close();
  }
}

/** @throws TillerError `model-corrupt` */
async function loadGraph(dir: string, graph: GraphManifest): Promise<StatefulGraph> {
  try {
    const initial = graph.initialState === null ? null : await readFile(join(dir, graph.initialState));
    const state = new Float32Array(graph.state?.size ?? 0);
    if (initial !== null) {
      if (initial.length !== state.byteLength)
        throw new RangeError(`${graph.initialState} has the wrong size`);
      new Uint8Array(state.buffer).set(initial);
    }
    return new StatefulGraph(new SyncSession(join(dir, graph.file)), graph, state);
  } catch (error) {
    throw new TillerError(
      'model-corrupt',
      `The model in ${dir} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      'Import its .ts file again to replace it.',
      { cause: error },
    );
  }
}

function float32(shape: readonly number[], data?: Float32Array): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return new Tensor('float32', data ?? new Float32Array(size), shape);
}

/** A noise input, filled before each call. */
interface NoiseTensor {
  readonly distribution: 'uniform' | 'normal';
  readonly data: Float32Array;
}

/** One graph with its state. There are two state tensors: each call reads one, writes the other, and they change places. */
class StatefulGraph implements RunningGraph {
  readonly input: Float32Array;
  readonly output: Float32Array;
  private readonly noise: readonly NoiseTensor[];
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
    const noise = graph.noise.map(({ name, shape, distribution }) => ({
      name,
      distribution,
      tensor: float32(shape),
    }));
    this.input = input.data as Float32Array;
    this.output = output.data as Float32Array;
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
