import { TillerError } from '../../../document/tiller-error.js';
import { MAX_CHANNELS, MAX_LATENTS } from '../../../document/limits.js';
import { MAX_FULL_LATENTS } from '../manifest.js';
import type { InstanceRecord, PickleValue, TensorRecord } from '../../torchscript/pickle.js';
import type { Program } from '../../torchscript/program.js';
import type { StoredTensor } from '../../torchscript/tensors.js';

/** A model's interface as declared by nn~'s conventions. */
export interface NnInterface {
  readonly sampleRate: number;
  readonly hop: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly latentDims: number;
  readonly fullLatentDims: number;
  readonly parameters: number;
  readonly licence: string | null;
  /** The delay that the file states in an attribute `delay`, if it does, to the nearest sample. */
  readonly statedDelay: number | null;
}

const MAX_HOP = 65_536;
const RATE_NAMES = ['sr', 'sampling_rate', 'sample_rate'] as const;
const CHOOSE_NN_MODEL = 'Choose a RAVE model exported for nn~.';

function refuse(message: string): TillerError {
  return new TillerError('model-interface', message, CHOOSE_NN_MODEL);
}

/**
 * Reads and checks the interface of a program.
 * @throws TillerError `model-interface`, and `model-weights` when a weight is no finite number
 */
export function readInterface(program: Program): NnInterface {
  const { root } = program;
  const methods = listedMethods(program);
  for (const method of ['encode', 'decode']) {
    if (!methods.includes(method)) throw refuse(`The model has no method "${method}".`);
  }
  const [inputChannels, inputRatio, latentDims, hop] = readParameters(program, 'encode_params');
  const [decodedDims, decodedRatio, outputChannels, outputRatio] = readParameters(program, 'decode_params');
  if (inputRatio !== 1 || outputRatio !== 1 || decodedRatio !== hop || decodedDims !== latentDims) {
    throw refuse('The encoder and decoder of this model do not fit each other.');
  }
  if (hop > MAX_HOP) throw refuse(`The model works in steps of ${hop} samples.`);
  if (latentDims > MAX_LATENTS) throw refuse(`The model has ${latentDims} latent dimensions.`);
  if (inputChannels > MAX_CHANNELS || outputChannels > MAX_CHANNELS) {
    throw refuse(`The model has ${Math.max(inputChannels, outputChannels)} channels.`);
  }
  const weights = surveyTensors(program);
  return {
    sampleRate: readRate(program),
    hop,
    inputChannels,
    outputChannels,
    latentDims,
    fullLatentDims: readFullLatents(program, latentDims),
    parameters: weights,
    statedDelay: readDelay(program),
    licence: textOf(root.attributes.get('licence') ?? root.attributes.get('license') ?? null),
  };
}

/** The methods that nn~ would offer: those in `_methods` or, in exports of RAVE 1, those with a `…_params` buffer. */
function listedMethods(program: Program): readonly PickleValue[] {
  const { attributes, className } = program.root;
  const listed = attributes.get('_methods');
  const declared = program.findClass(className)?.methods;
  if (typeof listed === 'object' && listed?.kind === 'list') {
    return listed.items.filter((name) => typeof name === 'string' && declared?.has(name) === true);
  }
  const described = [...(declared?.keys() ?? [])].filter((name) => attributes.has(`${name}_params`));
  if (described.length > 0) return described;
  throw refuse('This TorchScript file is not a model for nn~: it does not list its methods.');
}

function isTensor(value: PickleValue | undefined): value is TensorRecord {
  return typeof value === 'object' && value?.kind === 'tensor';
}

/** `[channels in, ratio in, channels out, ratio out]`, all positive. */
function readParameters(program: Program, name: string): readonly [number, number, number, number] {
  const record = program.root.attributes.get(name);
  const values = isTensor(record) ? Array.from(program.tensor(record, 'data').data, Number) : [];
  const [a, b, c, d] = values;
  if (values.length !== 4 || !values.every((value) => Number.isSafeInteger(value) && value > 0)) {
    throw refuse(`The model does not say what "${name.replace('_params', '')}" takes and gives.`);
  }
  return [a ?? 0, b ?? 0, c ?? 0, d ?? 0];
}

function numberOf(program: Program, value: PickleValue | undefined): number | null {
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
  if (!isTensor(value)) return null;
  const { data } = program.tensor(value, 'data');
  return data.length === 1 ? Number(data[0]) : null;
}

function readFullLatents(program: Program, latentDims: number): number {
  const stated = numberOf(program, program.root.attributes.get('full_latent_size')) ?? latentDims;
  if (Number.isInteger(stated) && stated <= MAX_FULL_LATENTS) return Math.max(latentDims, stated);
  throw refuse(`The model says that it has ${stated} latent dimensions.`);
}

/** The delay rounded to whole samples; null when it is missing, negative or not finite. */
function readDelay(program: Program): number | null {
  const stated = numberOf(program, program.root.attributes.get('delay'));
  return stated !== null && stated >= 0 && Number.isFinite(stated) ? Math.round(stated) : null;
}

function textOf(value: PickleValue): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 1000) : null;
}

function readRate(program: Program): number {
  for (const name of RATE_NAMES) {
    const rate = numberOf(program, program.root.attributes.get(name));
    if (rate !== null && rate > 0) {
      if (Number.isInteger(rate) && rate >= 8000 && rate <= 192_000) return rate;
      throw refuse(`The model's sample rate of ${rate} Hz is out of range.`);
    }
  }
  throw refuse('The model does not say which sample rate it works at.');
}

/**
 * Checks that every tensor of the model is finite, and counts the elements of its parameters. Caches are not checked: they
 * are cleared anyway.
 */
function surveyTensors(program: Program): number {
  let parameters = 0;
  const seen = new Set<PickleValue>();
  const pending: [InstanceRecord, string][] = [[program.root, '']];
  seen.add(program.root);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [instance, path] = next;
    const trained = parameterNames(program, instance);
    for (const [name, value] of instance.attributes) {
      if (typeof value !== 'object' || value === null || seen.has(value)) continue;
      seen.add(value);
      const place = path === '' ? name : `${path}.${name}`;
      if (value.kind === 'instance') pending.push([value, place]);
      if (value.kind !== 'tensor') continue;
      const tensor = program.tensor(value, 'data');
      if (!/^(pad|cache)$/.test(name)) checkFinite(tensor, place);
      if (trained.has(name)) parameters += tensor.data.length;
    }
  }
  return parameters;
}

function parameterNames(program: Program, instance: InstanceRecord): ReadonlySet<string> {
  const declared = program.findClass(instance.className)?.constants.get('__parameters__');
  const items = declared?.kind === 'list' ? declared.items : [];
  return new Set(items.flatMap((item) => (item.kind === 'string' ? [item.value] : [])));
}

function checkFinite({ data }: StoredTensor, place: string): void {
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) return;
  for (const value of data) {
    if (value - value === 0) continue;
    throw new TillerError(
      'model-weights',
      `The model is broken: ${place} holds ${value}.`,
      'Its training failed. Use another model.',
    );
  }
}
