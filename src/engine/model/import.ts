import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TillerError } from '../errors.js';
import { WeightPool } from '../onnx/write.js';
import { Archive, readModelFile } from '../torchscript/archive.js';
import { freeBuffer } from '../torchscript/free-buffer.js';
import { Program } from '../torchscript/program.js';
import { type BuiltGraph, type BuiltVariant, buildVariant } from './build.js';
import { type LibraryEntry, MANIFEST_FILE, ModelLibrary } from './library.js';
import { IMPORTER_VERSION, type ModelManifest, manifestSchema } from './manifest.js';
import { type NnInterface, readInterface } from './nn-interface.js';
import { probeModel } from './probe.js';
import type { Variant } from './run.js';
import { Staging } from './staging.js';

export interface ImportOptions {
  /** Folder of the library; made when it is missing. */
  readonly libraryDir: string;
  /** Called with the share that is done (0..1) and what is being done. */
  readonly onProgress?: (share: number, step: string) => void;
  /** Ends the import with the signal's reason; the library stays as it was. */
  readonly signal?: AbortSignal;
  /** Graphs to build; one frame and one side is always among them. */
  readonly variants?: readonly Variant[];
  /** Name in the library; the file's own by default. */
  readonly name?: string;
}

export type ImportedModel = LibraryEntry;

const SINGLE: Variant = { frames: 1, batch: 1 };
/** One frame for the lowest latency, four for the lowest load; one side, and two for stereo. */
export const DEFAULT_VARIANTS: readonly Variant[] = [
  SINGLE,
  { frames: 1, batch: 2 },
  { frames: 4, batch: 1 },
  { frames: 4, batch: 2 },
];

const WEIGHTS_FILE = 'weights.bin';

/**
 * Turns a TorchScript RAVE model into graphs in the library. Nothing of the file is executed. A file that is
 * there already is not imported again, unless an older Tiller translated it. Whatever goes wrong, the library is
 * left as it was.
 * @throws TillerError with the codes of model files, `file-missing`, `disk-full` and `disk-denied`
 */
export async function importModel(path: string, options: ImportOptions): Promise<ImportedModel> {
  const step = async (share: number, what: string): Promise<void> => {
    options.onProgress?.(share, what);
    await nextTurn();
    options.signal?.throwIfAborted();
  };
  const variants = sortVariants(options.variants ?? DEFAULT_VARIANTS);
  const library = new ModelLibrary(options.libraryDir);
  await step(0, 'Reading the file');
  const source = await readSource(path);
  const present = await library.get(source.sha256);
  if (present !== null && isCurrent(present.manifest) && covers(present.manifest, variants)) {
    options.onProgress?.(1, 'Done');
    return present;
  }
  await step(0.1, 'Reading the program');
  const program = Program.load(await Archive.fromBytes(source.bytes));
  const nn = readInterface(program);
  await library.create();
  const staging = await Staging.create(options.libraryDir);
  try {
    const built = await translate(program, nn, variants, staging, step);
    // Nothing of the file is needed from here on, and onnxruntime is about to load the weights.
    await freeBuffer(source.bytes);
    await step(0.8, 'Listening');
    const manifest = await describe(options.name ?? modelName(path), source, nn, built, staging.dir);
    await staging.write(MANIFEST_FILE, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    await step(0.95, 'Filing');
    const dir = await staging.commit(source.sha256);
    options.onProgress?.(1, 'Done');
    return { dir, manifest };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

interface Source {
  readonly sha256: string;
  readonly byteLength: number;
  readonly bytes: Buffer<ArrayBuffer>;
}

async function readSource(path: string): Promise<Source> {
  const bytes = await readModelFile(path);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), byteLength: bytes.length, bytes };
}

/** Builds all graphs and writes them with their weights. */
async function translate(
  program: Program,
  nn: NnInterface,
  variants: readonly Variant[],
  staging: Staging,
  step: (share: number, what: string) => Promise<void>,
): Promise<VariantSummary[]> {
  const weights = await staging.openFile(WEIGHTS_FILE);
  try {
    const pool = new WeightPool(WEIGHTS_FILE, (bytes) => weights.write(bytes));
    const built: VariantSummary[] = [];
    for (const [index, variant] of variants.entries()) {
      await step(0.2 + (0.5 * index) / variants.length, 'Translating');
      const result = tryVariant(program, nn, variant, pool);
      if (result === null) continue;
      const { frames, batch, streaming, encoder, decoder } = result;
      await writeGraph(staging, encoder);
      await writeGraph(staging, decoder);
      built.push({
        streaming,
        manifest: { frames, batch, encoder: encoder.manifest, decoder: decoder.manifest },
      });
    }
    await step(0.7, 'Writing');
    return built;
  } finally {
    await weights.finish();
  }
}

interface VariantSummary {
  readonly streaming: boolean;
  readonly manifest: ModelManifest['variants'][number];
}

function sortVariants(wanted: readonly Variant[]): readonly Variant[] {
  const all = [SINGLE, ...wanted].sort((a, b) => a.frames - b.frames || a.batch - b.batch);
  return all.filter(
    (variant, index) =>
      all.findIndex(({ frames, batch }) => frames === variant.frames && batch === variant.batch) === index,
  );
}

function isCurrent({ importer = 1 }: ModelManifest): boolean {
  return importer >= IMPORTER_VERSION;
}

function covers(manifest: ModelManifest, wanted: readonly Variant[]): boolean {
  return wanted.every(({ frames, batch }) =>
    manifest.variants.some((variant) => variant.frames === frames && variant.batch === batch),
  );
}

/** Some exports cannot work on two sides at once; they are imported for one. */
function tryVariant(
  program: Program,
  nn: NnInterface,
  variant: Variant,
  pool: WeightPool,
): BuiltVariant | null {
  try {
    return buildVariant(program, nn, variant, pool);
  } catch (error) {
    const isShape = error instanceof TillerError && error.code === 'model-shape';
    if (variant.batch > 1 && isShape) return null;
    throw error;
  }
}

async function writeGraph(staging: Staging, { manifest, model, initialState }: BuiltGraph): Promise<void> {
  await staging.write(manifest.file, model);
  if (manifest.initialState === null || initialState === null) return;
  await staging.write(manifest.initialState, new Uint8Array(initialState.buffer));
}

function modelName(path: string): string {
  return basename(path).replace(/\.ts$/i, '').slice(0, 200) || 'model';
}

/** Completes the manifest with what only listening to the model tells. */
async function describe(
  name: string,
  source: Source,
  nn: NnInterface,
  built: readonly VariantSummary[],
  dir: string,
): Promise<ModelManifest> {
  const { statedDelay, ...known } = nn;
  const manifest: ModelManifest = {
    format: 'tiller-model',
    version: 1,
    importer: IMPORTER_VERSION,
    name,
    sha256: source.sha256,
    sourceBytes: source.byteLength,
    ...known,
    streaming: built.every(({ streaming }) => streaming),
    delaySamples: 0,
    latentRanges: Array.from({ length: nn.latentDims }, () => [-3, 3] as [number, number]),
    variants: built.map((variant) => variant.manifest),
  };
  const { latentRanges, delaySamples } = await probeModel(dir, manifest);
  // What the maker of a model states is exact to the sample; it only has to agree with what is heard. A decoder that
  // spreads a sound over its frame is heard up to a hop early.
  const agrees = statedDelay !== null && Math.abs(statedDelay - delaySamples) <= nn.hop;
  return manifestSchema.parse({
    ...manifest,
    latentRanges,
    delaySamples: agrees ? statedDelay : delaySamples,
  });
}
