import { TillerError } from '../../../../document/tiller-error.js';
import { toChannelsLast } from '../../../onnx/passes/channels-last.js';
import { elementCount, Graph } from '../../../onnx/graph.js';
import { type WeightPool, writeModel } from '../../../onnx/write.js';
import type { Program } from '../../../torchscript/program.js';
import { type SettableAttribute } from '../evaluate/attribute-inputs.js';
import { refuseSharedState } from '../evaluate/shared-state.js';
import { transposeKernel } from '../evaluate/tensors/kernels.js';
import { traceMethod, type Traced } from '../evaluate/trace.js';
import type { GraphManifest, ModelVariant } from '../../manifest.js';
import type { NnInterface, PriorInterface } from '../nn-interface.js';
import { type BoundGraph, bindGraph, prune, STATE_IN, STATE_OUT } from './bind-graph.js';

/** One file of a variant, ready to be written. */
export interface BuiltGraph {
  readonly manifest: GraphManifest;
  readonly model: Uint8Array;
  /** Content of `manifest.initialState`, when that is set. */
  readonly initialState: Float32Array | null;
}

export interface BuiltVariant extends ModelVariant {
  /** Left out for an effect. */
  readonly encoder?: BuiltGraph;
  /** For an effect, from audio to audio. */
  readonly decoder: BuiltGraph;
  /** For one side, whatever the batch; left out where there is none. */
  readonly prior?: BuiltGraph;
  readonly streaming: boolean;
}

/**
 * Builds the graphs of a variant; their weights go to the pool.
 * @param attributes that are set while the model plays
 * @throws TillerError `operation-unsupported`, `model-shape`
 */
export function buildVariant(
  program: Program,
  nn: NnInterface,
  variant: ModelVariant,
  attributes: readonly SettableAttribute[],
  pool: WeightPool,
): BuiltVariant {
  const { frames, batch } = variant;
  const { encode, decode, prior } = traceVariant(program, nn, variant, attributes);
  const streaming = ![encode, decode].some((traced) => traced !== null && isBlockwise(traced));
  return {
    frames,
    batch,
    streaming,
    ...(encode === null
      ? {}
      : { encoder: finish(bindGraph(optimise(encode), 'audio', 'latents'), 'encoder', variant, pool) }),
    decoder: finish(
      bindGraph(optimise(decode), encode === null ? 'input' : 'latents', 'audio'),
      'decoder',
      variant,
      pool,
    ),
    ...(prior === null
      ? {}
      : {
          prior: finish(
            bindGraph(optimise(prior), 'controls', 'latents'),
            'prior',
            { frames, batch: 1 },
            pool,
          ),
        }),
  };
}

/**
 * The methods of a variant as they are evaluated; for an effect, `decode` is its method `forward`. A prior is evaluated for one side: it has one course, whatever listens to it.
 * @throws TillerError `operation-unsupported`, `model-shape`
 */
export function traceVariant(
  program: Program,
  nn: NnInterface,
  { frames, batch }: ModelVariant,
  attributes: readonly SettableAttribute[],
): { readonly encode: Traced | null; readonly decode: Traced; readonly prior: Traced | null } {
  const audio = [batch, nn.inputChannels, nn.hop * frames];
  const latents = [batch, nn.latentDims, frames];
  if (nn.isEffect) {
    const forward = traceMethod(program, 'forward', audio, attributes);
    checkShape('forward', forward, [batch, nn.outputChannels, nn.hop * frames]);
    return { encode: null, decode: forward, prior: null };
  }
  const encode = nn.hasEncoder ? traceMethod(program, 'encode', audio, attributes) : zeros(audio, latents);
  const decode = traceMethod(program, 'decode', latents, attributes);
  checkShape('encode', encode, latents);
  checkShape('decode', decode, [batch, nn.outputChannels, nn.hop * frames]);
  refuseSharedState(encode, decode);
  const prior =
    nn.prior === null ? null : tracePrior(program, nn.prior, [1, nn.latentDims, frames], attributes);
  for (const other of [encode, decode]) if (prior !== null) refuseSharedState(other, prior);
  return { encode, decode, prior };
}

function tracePrior(
  program: Program,
  { inputs }: PriorInterface,
  latents: readonly [number, number, number],
  attributes: readonly SettableAttribute[],
): Traced {
  const traced = traceMethod(program, 'prior', [1, inputs, latents[2]], attributes);
  checkShape('prior', traced, latents);
  return traced;
}

/** In place of an encoder that the model does not have. */
function zeros(audio: readonly number[], latents: readonly number[]): Traced {
  const graph = new Graph();
  const input = graph.input('input', 'float32', audio);
  return {
    graph,
    input,
    output: graph.constant('float32', latents, new Float32Array(elementCount(latents))),
    noise: [],
    attributes: null,
    states: [],
    usedStorages: new Set(),
    settledBuffers: new Map(),
    read: new Map(),
    kept: [],
  };
}

function checkShape(method: string, traced: Traced, wanted: readonly number[]): void {
  const { shape, type } = traced.output;
  if (type === 'float32' && shape.length === wanted.length && shape.every((size, i) => size === wanted[i]))
    return;
  throw new TillerError(
    'model-shape',
    `The model's "${method}" gives [${shape.join(', ')}] where it declares [${wanted.join(', ')}].`,
    'Tiller cannot play this model.',
  );
}

/** Convolutions that reach over the border of a block without keeping anything: exported without caches. */
function isBlockwise({ graph, states }: Traced): boolean {
  if (states.length > 0) return false;
  return graph.nodes.some(({ op, attributes }) => {
    if (op !== 'Conv' && op !== 'ConvTranspose') return false;
    const { kernel_shape: kernel, strides } = attributes;
    return (
      kernel?.kind === 'ints' && strides?.kind === 'ints' && (kernel.value[0] ?? 1) > (strides.value[0] ?? 1)
    );
  });
}

/** `encoder` for one frame and one side, `encoder.f4b2` for others. */
function fileStem(role: string, { frames, batch }: ModelVariant): string {
  return frames === 1 && batch === 1 ? role : `${role}.f${frames}b${batch}`;
}

function finish(bound: BoundGraph, role: string, variant: ModelVariant, pool: WeightPool): BuiltGraph {
  const stem = fileStem(role, variant);
  const { initialState, input, output, noise, attributes } = bound;
  const startsSilent = initialState.every((value) => value === 0);
  return {
    manifest: {
      file: `${stem}.onnx`,
      input: { name: input.name, shape: [...input.value.shape] },
      output: { name: output.name, shape: [...output.value.shape] },
      noise: noise.map(({ name, value, distribution }) => ({ name, shape: [...value.shape], distribution })),
      ...(attributes === null
        ? {}
        : { attributes: { name: attributes.name, shape: [...attributes.value.shape] } }),
      state:
        initialState.length === 0 ? null : { input: STATE_IN, output: STATE_OUT, size: initialState.length },
      initialState: startsSilent ? null : `${stem}.state`,
    },
    model: writeModel(bound.graph, stem, pool),
    initialState: startsSilent ? null : initialState,
  };
}

/** Rewrites a traced method for speed, its state with it. */
export function optimise(original: Traced): Traced {
  const traced = prune(original);
  const { graph, output, states } = traced;
  const moved = toChannelsLast(graph, output, states);
  return {
    ...traced,
    output: moved.output,
    states: states.map((state, index) => {
      const place = moved.carried[index];
      if (place?.swapped !== true) return { ...state, after: place?.after ?? state.after };
      return {
        ...state,
        before: place.before,
        after: place.after,
        initial: { ...transposeKernel(state.initial, [0, 2, 1]), shape: place.before.shape },
      };
    }),
  };
}
