import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hashModelFile } from '../../torchscript/archive.js';
import { type LibraryEntry, MANIFEST_FILE, ModelFolder } from '../library/model-folder.js';
import type { ImportControl } from '../library/model-library.js';
import { IMPORTER_VERSION, type ModelManifest, manifestSchema } from '../manifest.js';
import { probeModel } from './probe.js';
import { type Variant, openHalf } from '../run/open-model.js';
import { collectGarbage, inSmallHeap } from './small-heap.js';
import { Staging } from '../library/staging.js';
import { type Translation, translateModel } from './translate.js';

export interface ImportOptions extends ImportControl {
  /** Folder of the library; made when it is missing. */
  readonly libraryDir: string;
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

/**
 * Turns a TorchScript RAVE model into graphs in the library. Nothing of the file is executed. A file that is
 * there already is not imported again, unless an older Tiller translated it or its graphs cannot be opened.
 * Whatever goes wrong, the library is left as it was.
 * @throws TillerError with the codes of model files, `file-missing`, `disk-full` and `disk-denied`
 */
export function importModel(path: string, options: ImportOptions): Promise<ImportedModel> {
  return inSmallHeap(() => importFile(path, options));
}

async function importFile(path: string, options: ImportOptions): Promise<ImportedModel> {
  const { libraryDir, signal } = options;
  const step = async (share: number, what: string): Promise<void> => {
    options.onProgress?.(share, what);
    await nextTurn();
    signal?.throwIfAborted();
  };
  const variants = sortVariants(options.variants ?? DEFAULT_VARIANTS);
  await step(0, 'Reading the file');
  const present = await new ModelFolder(libraryDir).get(await hashModelFile(path));
  if (
    present !== null &&
    isCurrent(present.manifest) &&
    covers(present.manifest, variants) &&
    (await opens(present))
  ) {
    options.onProgress?.(1, 'Done');
    return present;
  }
  const staging = Staging.plan(libraryDir);
  try {
    const name = options.name ?? modelName(path);
    const request = { path, name, libraryDir, staging, variants };
    const translation = await translateModel(request, step);
    await step(0.8, 'Listening');
    // The file and all that was made of it, of which onnxruntime is about to need as much.
    await collectGarbage();
    const manifest = await describe(translation, staging.dir);
    await staging.write(MANIFEST_FILE, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    await step(0.95, 'Filing');
    const dir = await staging.commit(manifest.sha256);
    options.onProgress?.(1, 'Done');
    return { dir, manifest };
  } catch (error) {
    await staging.discard();
    throw error;
  }
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

/** Whether every graph of a model can be opened; one at a time is in memory. */
async function opens({ dir, manifest }: LibraryEntry): Promise<boolean> {
  for (const variant of manifest.variants)
    for (const half of ['encoder', 'decoder'] as const) {
      const opened = await openHalf(dir, manifest, variant, half).catch(() => null);
      if (opened === null) return false;
      opened.close();
    }
  return true;
}

function modelName(path: string): string {
  return basename(path).replace(/\.ts$/i, '').slice(0, 200) || 'model';
}

/** Completes the manifest with what only listening to the model tells. */
async function describe({ manifest, statedDelay }: Translation, dir: string): Promise<ModelManifest> {
  const { latentRanges, delaySamples } = await probeModel(dir, manifest);
  // What the maker of a model states is exact to the sample; it only has to agree with what is heard. A decoder that
  // spreads a sound over its frame is heard up to a hop early.
  const agrees = statedDelay !== null && Math.abs(statedDelay - delaySamples) <= manifest.hop;
  return manifestSchema.parse({
    ...manifest,
    latentRanges,
    delaySamples: agrees ? statedDelay : delaySamples,
  });
}
