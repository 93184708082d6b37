import { TillerError } from '../../../document/tiller-error.js';
import { WeightPool } from '../../onnx/write.js';
import { Archive } from '../../torchscript/archive.js';
import type { ModelFile } from '../../torchscript/model-file.js';
import { Program } from '../../torchscript/program.js';
import { type ChosenAttributes, chooseAttributes } from './choose-attributes.js';
import { type SettableAttribute, statedValues } from './evaluate/attribute-inputs.js';
import { attributeNotes } from './attribute-notes.js';
import { collectAfterModel } from './collect-garbage.js';
import { type BuiltGraph, type BuiltVariant, buildVariant, traceVariant } from './graph/build-variant.js';
import { MAX_NOTE } from './import-notes.js';
import { ModelFolder } from '../library/model-folder.js';
import { IMPORTER_VERSION, type ModelManifest, type ModelVariant } from '../manifest.js';
import { type KnownRates, type NnInterface, readInterface } from './nn-interface.js';
import type { Staging } from '../library/staging.js';

/** A file to translate, and the folder that takes the result. */
export interface TranslationRequest {
  /** The content of the `.ts` file. */
  readonly file: ModelFile;
  readonly rates: KnownRates;
  /** Name of the model in the library. */
  readonly name: string;
  readonly libraryDir: string;
  /** Where the graphs go; its folder is made when the file turns out to be a model. */
  readonly staging: Staging;
  /** Sorted, without repetition. */
  readonly variants: readonly ModelVariant[];
}

/** Everything that is known of a model before it is run. */
export interface Translation {
  /** Complete but for `delaySamples` and `latentRanges`. */
  readonly manifest: ModelManifest;
  /** The delay in samples that the file states, if it does. */
  readonly statedDelay: number | null;
  /** What of the file is converted or not used, one sentence each. */
  readonly notes: readonly string[];
}

/** Called with the share of the work that is done (0..1) and what is being done; may throw, which ends the translation. */
export type TranslationStep = (share: number, what: string) => Promise<void> | void;

/** The variant that is always built. */
const SINGLE: ModelVariant = { frames: 1, batch: 1 };
const WEIGHTS_FILE = 'weights.bin';

/**
 * Writes a model's graphs and their weights into the staging folder. Nothing in the file is executed.
 * @throws TillerError with the codes of model files, `disk-full` and `disk-denied`; the caller discards the staging folder
 */
export async function translateModel(
  { file, rates, name, libraryDir, staging, variants }: TranslationRequest,
  step: TranslationStep,
): Promise<Translation> {
  await step(0.1, 'Reading the program');
  const program = Program.load(await Archive.fromBytes(file.bytes));
  const { nn, note: priorNote } = withPlayablePrior(
    program,
    findBlock(program, readInterface(program, rates)),
  );
  await new ModelFolder(libraryDir).create();
  await staging.create();
  const chosen = chooseAttributes(program, nn);
  const sourceBytes = file.bytes.length;
  const built = await writeVariants(program, nn, chosen, { variants, staging, sourceBytes }, step);
  const { statedDelay, notes, attributes: listed } = nn;
  const { sampleRate, hop, inputChannels, outputChannels, latentDims, fullLatentDims } = nn;
  const { isEffect, hasEncoder, parameters, licence } = nn;
  const attributes = statedValues(chosen.settable);
  return {
    statedDelay,
    notes: [...notes, ...priorNote, ...attributeNotes(listed, chosen)],
    manifest: {
      format: 'tiller-model',
      version: 1,
      importer: IMPORTER_VERSION,
      name,
      sha256: file.sha256,
      sourceBytes,
      sampleRate,
      hop,
      inputChannels,
      outputChannels,
      latentDims,
      fullLatentDims,
      parameters,
      licence,
      ...(hasEncoder || isEffect ? {} : { hasNoEncoder: true }),
      streaming: built.every(({ streaming }) => streaming),
      delaySamples: 0,
      latentRanges: Array.from({ length: nn.latentDims }, () => [-3, 3] as [number, number]),
      ...(attributes.length === 0 ? {} : { attributes: [...attributes] }),
      variants: built.map(({ manifest }) => manifest),
    },
  };
}

/** Samples of a call that are tried with an effect, whose file states none: the first that its code takes. */
const EFFECT_BLOCKS = [512, 1024, 2048, 4096, 8192, 16_384] as const;

/**
 * The interface with the block in which an effect is called.
 * @throws TillerError as `traceVariant`, for the first block, where its code takes none
 */
function findBlock(program: Program, nn: NnInterface): NnInterface {
  if (!nn.isEffect) return nn;
  let first: TillerError | null = null;
  for (const hop of EFFECT_BLOCKS) {
    try {
      traceVariant(program, { ...nn, hop }, SINGLE, []);
      return { ...nn, hop };
    } catch (error) {
      if (!(error instanceof TillerError)) throw error;
      first ??= error;
    }
  }
  throw first ?? new RangeError('no block was tried');
}

/** The interface with its prior where that can be played: a model is not refused for what it can be played without. */
function withPlayablePrior(
  program: Program,
  nn: NnInterface,
): { readonly nn: NnInterface; readonly note: readonly string[] } {
  if (nn.prior === null) return { nn, note: [] };
  const without = { ...nn, prior: null };
  // What the model itself is refused for is not the prior's fault.
  traceVariant(program, without, SINGLE, []);
  try {
    traceVariant(program, nn, SINGLE, []);
    return { nn, note: ['Plays without input, too: it has a prior, which gives the latents.'] };
  } catch (error) {
    if (!(error instanceof TillerError)) throw error;
    return { nn: without, note: [`The file’s prior cannot be played. ${error.message}`.slice(0, MAX_NOTE)] };
  }
}

interface VariantSummary {
  readonly streaming: boolean;
  readonly manifest: ModelManifest['variants'][number];
}

/** Builds all graphs and writes them with their weights. */
async function writeVariants(
  program: Program,
  nn: NnInterface,
  { settable }: ChosenAttributes,
  {
    variants,
    staging,
    sourceBytes,
  }: Pick<TranslationRequest, 'variants' | 'staging'> & { readonly sourceBytes: number },
  step: TranslationStep,
): Promise<VariantSummary[]> {
  const weights = await staging.openFile(WEIGHTS_FILE);
  try {
    const pool = new WeightPool(WEIGHTS_FILE, (bytes) => weights.write(bytes));
    const built: VariantSummary[] = [];
    for (const [index, variant] of variants.entries()) {
      await step(0.2 + (0.5 * index) / variants.length, 'Translating');
      // What translating leaves behind, rearranged weights above all, would add up: V8 has no reason to hurry.
      await collectAfterModel(sourceBytes);
      const result = tryVariant(program, nn, variant, settable, pool);
      if (result === null) continue;
      const { frames, batch, streaming, encoder, decoder, prior } = result;
      for (const graph of [encoder, decoder]) if (graph !== undefined) await writeGraph(staging, graph);
      if (prior !== undefined && batch === 1) await writeGraph(staging, prior);
      built.push({
        streaming,
        manifest: {
          frames,
          batch,
          ...(encoder === undefined ? {} : { encoder: encoder.manifest }),
          decoder: decoder.manifest,
          ...(prior === undefined ? {} : { prior: prior.manifest }),
        },
      });
    }
    await step(0.7, 'Writing');
    return built;
  } finally {
    await weights.finish();
  }
}

/** Models whose code or state is made for one side are imported for one: two sides then play as two runs of it. */
function tryVariant(
  program: Program,
  nn: NnInterface,
  variant: ModelVariant,
  attributes: readonly SettableAttribute[],
  pool: WeightPool,
): BuiltVariant | null {
  try {
    return buildVariant(program, nn, variant, attributes, pool);
  } catch (error) {
    const isRefused =
      error instanceof TillerError &&
      (error.code === 'model-shape' || error.code === 'operation-unsupported');
    if (variant.batch > 1 && isRefused) return null;
    throw error;
  }
}

async function writeGraph(staging: Staging, { manifest, model, initialState }: BuiltGraph): Promise<void> {
  await staging.write(manifest.file, model);
  if (manifest.initialState === null || initialState === null) return;
  await staging.write(manifest.initialState, new Uint8Array(initialState.buffer));
}
