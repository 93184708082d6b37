import { TillerError } from '../../../document/tiller-error.js';
import { MAX_CHANNELS, MAX_LATENTS, MAX_RATE, MIN_MODEL_RATE } from '../../../document/limits.js';
import { MAX_FULL_LATENTS } from '../manifest.js';
import { type InterfaceFacts, interfaceNotes } from './import-notes.js';
import { listAttributes, type ListedAttribute } from './list-attributes.js';
import type {
  InstanceRecord,
  PickleValue,
  StorageType,
  TensorRecord,
} from '../../torchscript/pickle-values.js';
import type { Program } from '../../torchscript/program.js';
import type { StoredTensor } from '../../torchscript/tensors.js';

/** A model's interface as declared by nn~'s conventions. */
export interface NnInterface {
  readonly sampleRate: number;
  /** Samples per latent frame; of an effect, those of a call, which `findBlock` chooses. */
  readonly hop: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Set for a model that turns audio into audio, by its method `forward`, and has no latents. */
  readonly isEffect: boolean;
  /** False for a decoder alone, and for an effect. */
  readonly hasEncoder: boolean;
  /** What gives latents without an input; null where the file has no such method, or not one for these latents. */
  readonly prior: PriorInterface | null;
  readonly latentDims: number;
  readonly fullLatentDims: number;
  readonly parameters: number;
  readonly licence: string | null;
  /** What nn~ offers to be set. */
  readonly attributes: readonly ListedAttribute[];
  /** The delay that the file states in an attribute `delay`, if it does, to the nearest sample. */
  readonly statedDelay: number | null;
  /** What of the file is converted or not used, one sentence each. */
  readonly notes: readonly string[];
}

/** A method `prior`: one set of latents for each latent frame of its inputs, the first of which is a temperature. */
export interface PriorInterface {
  readonly inputs: number;
}

const MAX_HOP = 65_536;
/** Most inputs of a prior. */
const MAX_PRIOR_INPUTS = 16;
/** Wrappers around the object that states a number: combined exports have one. */
const MAX_WRAPPERS = 2;
const RATE_NAMES = ['sr', 'sampling_rate', 'sample_rate'] as const;
/** Sample rates, in Hz, that are known besides what the file states. */
export interface KnownRates {
  /** Given by the player: used whatever the file states. */
  readonly given?: number;
  /** Of an earlier import of the same file: used where the file states none. */
  readonly earlier?: number;
}

const CHOOSE_NN_MODEL = 'Choose a RAVE model exported for nn~.';

function refuse(message: string): TillerError {
  return new TillerError('model-interface', message, CHOOSE_NN_MODEL);
}

/**
 * Reads and checks the interface of a program.
 * @param rates the sample rate in Hz that the player gives, in place of the file's, and the one to fall back on where the
 *   file states none
 * @throws TillerError `model-interface`, `model-rate` where the sample rate is not known, and `model-weights` when a weight is no finite number
 */
export function readInterface(program: Program, rates: KnownRates = {}): NnInterface {
  const methods = listedMethods(program);
  if (!methods.includes('decode')) {
    if (methods.includes('forward')) return readEffect(program, methods, rates);
    throw refuse('The model has neither a method "decode" nor "forward".');
  }
  const hasEncoder = methods.includes('encode');
  const [decodedDims, decodedRatio, outputChannels, outputRatio] = readParameters(program, 'decode_params');
  // A decoder alone is an instrument, which is played by its latents.
  const [inputChannels, inputRatio, latentDims, hop] = hasEncoder
    ? readParameters(program, 'encode_params')
    : ([outputChannels, 1, decodedDims, decodedRatio] as const);
  if (inputRatio !== 1 || outputRatio !== 1) {
    throw refuse('The model takes or gives audio at a fraction of its sample rate.');
  }
  if (decodedRatio !== hop || decodedDims !== latentDims) {
    throw refuse(
      `The encoder gives ${latentDims} latents every ${hop} samples, the decoder takes ${decodedDims} every ${decodedRatio}.`,
    );
  }
  if (hop > MAX_HOP) throw refuse(`The model's hop of ${hop} samples is above the limit of ${MAX_HOP}.`);
  if (latentDims > MAX_LATENTS)
    throw refuse(`The model has ${latentDims} latent dimensions; the limit is ${MAX_LATENTS}.`);
  checkChannels(inputChannels, outputChannels);
  const prior = methods.includes('prior') ? readPrior(program, latentDims, hop) : null;
  return {
    ...readRest(program, methods, rates, { isEffect: false, hasEncoder, hasPrior: prior !== null }),
    hop,
    inputChannels,
    outputChannels,
    isEffect: false,
    hasEncoder,
    prior,
    latentDims,
    fullLatentDims: readFullLatents(program, latentDims),
  };
}

/** A model that is played by `forward` alone. */
function readEffect(program: Program, methods: readonly PickleValue[], rates: KnownRates): NnInterface {
  const [inputChannels, inputRatio, outputChannels, outputRatio] = readParameters(program, 'forward_params');
  if (inputRatio !== 1 || outputRatio !== 1)
    throw refuse('The model takes or gives audio at a fraction of its sample rate.');
  checkChannels(inputChannels, outputChannels);
  return {
    ...readRest(program, methods, rates, { isEffect: true, hasEncoder: false, hasPrior: false }),
    hop: 1,
    inputChannels,
    outputChannels,
    isEffect: true,
    hasEncoder: false,
    prior: null,
    latentDims: 0,
    fullLatentDims: 0,
  };
}

function checkChannels(inputChannels: number, outputChannels: number): void {
  if (inputChannels <= MAX_CHANNELS && outputChannels <= MAX_CHANNELS) return;
  throw refuse(
    `The model has ${inputChannels} input and ${outputChannels} output channels; the limit is ${MAX_CHANNELS}.`,
  );
}

/** What does not depend on which methods are played. */
function readRest(
  program: Program,
  methods: readonly PickleValue[],
  rates: KnownRates,
  kind: Pick<InterfaceFacts, 'isEffect' | 'hasEncoder' | 'hasPrior'>,
): Pick<NnInterface, 'sampleRate' | 'parameters' | 'statedDelay' | 'attributes' | 'notes' | 'licence'> {
  const { root } = program;
  const { parameters, weightTypes } = surveyTensors(program);
  const sampleRate = chooseRate(program, rates);
  return {
    sampleRate,
    parameters,
    statedDelay: readDelay(program),
    attributes: listAttributes(program),
    notes: interfaceNotes({
      ...kind,
      weightTypes,
      methods: methods.filter((name) => typeof name === 'string'),
      rate: { used: sampleRate, ...rates, stated: statedNumber(program, RATE_NAMES) },
    }),
    licence: textOf(root.attributes.get('licence') ?? root.attributes.get('license') ?? null),
  };
}

/** @returns null where its latents are not those of the decoder */
function readPrior(program: Program, latentDims: number, hop: number): PriorInterface | null {
  const [inputs, inputRatio, outputs, outputRatio] = readParameters(program, 'prior_params');
  const fits = inputRatio === hop && outputRatio === hop && outputs === latentDims;
  return fits && inputs <= MAX_PRIOR_INPUTS ? { inputs } : null;
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

function isInstance(value: PickleValue | undefined): value is InstanceRecord {
  return typeof value === 'object' && value?.kind === 'instance';
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
  if (isTensor(value)) {
    const { data } = program.tensor(value, 'data');
    return data.length === 1 ? Number(data[0]) : null;
  }
  // nn~ keeps the attributes that can be set as tuples.
  const isSequence = typeof value === 'object' && (value?.kind === 'tuple' || value?.kind === 'list');
  return isSequence && value.items.length === 1 ? numberOf(program, value.items[0]) : null;
}

/**
 * A number that the model's root states or, where it does not, the objects in it: a wrapper that combines several models
 * states what concerns the whole only in its parts. Null where no object states it, or several state different numbers.
 */
function statedNumber(program: Program, names: readonly string[]): number | null {
  let level: readonly InstanceRecord[] = [program.root];
  for (let depth = 0; depth <= MAX_WRAPPERS && level.length > 0; depth += 1) {
    const found = new Set(
      level.flatMap(({ attributes }) => {
        const numbers = names.map((name) => numberOf(program, attributes.get(name)));
        return numbers.find((number) => number !== null && number > 0) ?? [];
      }),
    );
    const [only] = found;
    if (only !== undefined) return found.size === 1 ? only : null;
    level = level.flatMap(({ attributes }) => [...attributes.values()].filter(isInstance));
  }
  return null;
}

function readFullLatents(program: Program, latentDims: number): number {
  const stated = statedNumber(program, ['full_latent_size']) ?? latentDims;
  if (Number.isInteger(stated) && stated <= MAX_FULL_LATENTS) return Math.max(latentDims, stated);
  throw refuse(`The model states ${stated} internal latent dimensions; the limit is ${MAX_FULL_LATENTS}.`);
}

/** The delay rounded to whole samples; null when it is missing, negative or not finite. */
function readDelay(program: Program): number | null {
  const stated = numberOf(program, program.root.attributes.get('delay'));
  return stated !== null && stated >= 0 && Number.isFinite(stated) ? Math.round(stated) : null;
}

function textOf(value: PickleValue): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 1000) : null;
}

function chooseRate(program: Program, { given, earlier }: KnownRates): number {
  const rate = given ?? statedNumber(program, RATE_NAMES) ?? earlier;
  if (rate === undefined) {
    throw new TillerError(
      'model-rate',
      'The model does not state its sample rate.',
      'Give the rate that it was trained at: 44100 or 48000 Hz for most models (tiller import MODEL.ts --rate 44100).',
    );
  }
  if (Number.isInteger(rate) && rate >= MIN_MODEL_RATE && rate <= MAX_RATE) return rate;
  throw new TillerError(
    'model-rate',
    `The model's sample rate of ${rate} Hz is not supported.`,
    `Tiller plays models with whole rates from ${MIN_MODEL_RATE} to ${MAX_RATE} Hz.`,
  );
}

interface TensorSurvey {
  /** Elements of the model's parameters. */
  readonly parameters: number;
  /** Types in which they are stored. */
  readonly weightTypes: ReadonlySet<StorageType>;
}

/**
 * Checks that every tensor of the model is finite, and counts the elements of its parameters. Caches are not checked: they
 * are cleared anyway.
 */
function surveyTensors(program: Program): TensorSurvey {
  let parameters = 0;
  const weightTypes = new Set<StorageType>();
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
      if (!trained.has(name)) continue;
      parameters += tensor.data.length;
      weightTypes.add(tensor.type);
    }
  }
  return { parameters, weightTypes };
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
