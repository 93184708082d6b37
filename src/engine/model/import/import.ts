import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readModelFile } from '../../torchscript/model-file.js';
import { type LibraryEntry, MANIFEST_FILE, ModelFolder } from '../library/model-folder.js';
import type { ImportControl } from '../library/model-library.js';
import { Staging } from '../library/staging.js';
import { IMPORTER_VERSION, type ModelManifest, type ModelVariant, manifestSchema } from '../manifest.js';
import { openGraph } from '../run/open-model.js';
import { formatReport, readReport, REPORT_FILE } from '../report/report-file.js';
import { measureReport } from '../report/measure-report.js';
import { collectAfterModel } from './collect-garbage.js';
import { runningNotes } from './import-notes.js';
import { measureModel } from './measure/measure-model.js';
import { type Translation, translateModel, type TranslationStep } from './translate.js';

export interface ImportOptions extends ImportControl {
  /** Folder of the library; made when it is missing. */
  readonly libraryDir: string;
  /** Graphs to build; one frame per call with batch 1 is always among them. */
  readonly variants?: readonly ModelVariant[];
  /** Name in the library; by default that of the file. */
  readonly name?: string;
  /** Runs the translated model to find out what it takes and does; by default `measureReport`, which takes seconds. */
  readonly measure?: typeof measureReport;
}

export type ImportedModel = LibraryEntry;

const SINGLE: ModelVariant = { frames: 1, batch: 1 };
/** One frame for the lowest latency, four for the lowest load; batch 1, and 2 for stereo. */
export const DEFAULT_VARIANTS: readonly ModelVariant[] = [
  SINGLE,
  { frames: 1, batch: 2 },
  { frames: 4, batch: 1 },
  { frames: 4, batch: 2 },
];

/**
 * Imports a TorchScript RAVE model into the library, as ONNX graphs. Nothing in the file is executed. A file that is in the library
 * already is not imported again, unless an older version of Tiller translated it, or its graphs or its report cannot be opened. Where it
 * fails, the library stays as it was. Blocks the calling thread for seconds: see `importInThread`.
 * @throws TillerError with the codes of model files, `file-missing`, `disk-full` and `disk-denied`
 */
export async function importModel(path: string, options: ImportOptions): Promise<ImportedModel> {
  const { libraryDir, signal, measure = measureReport } = options;
  const step: TranslationStep = async (share, what) => {
    options.onProgress?.(share, what);
    await nextTurn();
    signal?.throwIfAborted();
  };
  const staging = Staging.plan(libraryDir);
  try {
    const found = await findOrTranslate(path, options, staging, step);
    if ('dir' in found) {
      options.onProgress?.(1, 'Done');
      return found;
    }
    await step(0.8, 'Measuring');
    // The file and its translation take as much memory as onnxruntime is about to need.
    await collectAfterModel(found.manifest.sourceBytes);
    const manifest = await completeManifest(found, staging.dir);
    await staging.write(MANIFEST_FILE, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    await step(0.9, 'Listening to its latents');
    await collectAfterModel(manifest.sourceBytes);
    const notes = [...found.notes, ...runningNotes(manifest, found.statedDelay)];
    const report = await measure({ dir: staging.dir, manifest }, { notes, signal });
    await staging.write(REPORT_FILE, formatReport(report));
    await step(0.98, 'Adding to the library');
    const dir = await staging.commit(manifest.sha256);
    options.onProgress?.(1, 'Done');
    return { dir, manifest };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

/** The model of the library that came from this file, or its translation. The file's bytes are held no longer than this. */
async function findOrTranslate(
  path: string,
  options: ImportOptions,
  staging: Staging,
  step: TranslationStep,
): Promise<LibraryEntry | Translation> {
  const { libraryDir, sampleRate } = options;
  const variants = sortVariants(options.variants ?? DEFAULT_VARIANTS);
  await step(0, 'Reading the file');
  const file = await readModelFile(path);
  const present = await new ModelFolder(libraryDir).get(file.sha256);
  if (
    present !== null &&
    isCurrent(present.manifest) &&
    (sampleRate === undefined || present.manifest.sampleRate === sampleRate) &&
    covers(present.manifest, variants) &&
    (await readReport(present.dir)) !== null &&
    (await opens(present))
  )
    return present;
  const name = options.name ?? modelName(path);
  const rates = {
    ...(sampleRate === undefined ? {} : { given: sampleRate }),
    ...(present === null ? {} : { earlier: present.manifest.sampleRate }),
  };
  return translateModel({ file, rates, name, libraryDir, staging, variants }, step);
}

function sortVariants(wanted: readonly ModelVariant[]): readonly ModelVariant[] {
  const all = [SINGLE, ...wanted].sort((a, b) => a.frames - b.frames || a.batch - b.batch);
  return all.filter(
    (variant, index) =>
      all.findIndex(({ frames, batch }) => frames === variant.frames && batch === variant.batch) === index,
  );
}

function isCurrent({ importer = 1 }: ModelManifest): boolean {
  return importer >= IMPORTER_VERSION;
}

function covers(manifest: ModelManifest, wanted: readonly ModelVariant[]): boolean {
  return wanted.every(({ frames, batch }) =>
    manifest.variants.some((variant) => variant.frames === frames && variant.batch === batch),
  );
}

/** Whether every graph of a model can be opened. Graphs are opened one at a time to bound memory. */
async function opens({ dir, manifest }: LibraryEntry): Promise<boolean> {
  for (const variant of manifest.variants)
    for (const role of ['encoder', 'decoder', 'prior'] as const) {
      if (variant[role] === undefined) continue;
      const opened = await openGraph(dir, manifest, variant, role).catch(() => null);
      if (opened === null) return false;
      opened.close();
    }
  return true;
}

function modelName(path: string): string {
  return basename(path).replace(/\.ts$/i, '').slice(0, 200) || 'model';
}

/** Adds what is measured by running the model: delay and latent ranges. */
async function completeManifest({ manifest, statedDelay }: Translation, dir: string): Promise<ModelManifest> {
  const { latentRanges, delaySamples, hasNonFiniteLatents } = await measureModel(dir, manifest);
  // The delay that a file states is exact to the sample, and used where it agrees with the measured one. A decoder that
  // spreads a sound over its frame is measured up to a hop early.
  const agrees = statedDelay !== null && Math.abs(statedDelay - delaySamples) <= manifest.hop;
  return manifestSchema.parse({
    ...manifest,
    latentRanges,
    ...(hasNonFiniteLatents ? { hasNonFiniteLatents } : {}),
    delaySamples: agrees ? statedDelay : delaySamples,
  });
}
