import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ModelReport, modelReportSchema } from '../../../protocol/model-report.js';
import type { LibraryEntry } from '../library/model-folder.js';
import { measureFigures } from './measure-figures.js';

/** Measuring a large model thoroughly takes a minute; a process that takes longer hangs. */
const MOST_MS = 10 * 60_000;

export interface ReportOptions {
  /** What the translation found, one sentence each. */
  readonly notes: readonly string[];
  /** Measures the effect of every latent, however long it takes. */
  readonly thorough?: boolean;
  /** Ends the measurement with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a model to find out what it takes of the machine and what its latents do: in a process of its own, which keeps the memory
 * of this one small and can be ended; where no process can be started, on the calling thread, without the memory that it takes.
 * @param script the bundled `report-worker`
 * @throws TillerError `model-corrupt`, `model-failed`
 */
export async function measureReport(
  entry: LibraryEntry,
  { notes, thorough = false, signal }: ReportOptions,
  script: URL = new URL('./report-worker.js', import.meta.url),
): Promise<ModelReport> {
  const measured = await measureInProcess(entry.dir, thorough, signal, script);
  signal?.throwIfAborted();
  const figures = measured ?? (await measureFigures(entry, { thorough, memoryBytes: null }));
  return { ...figures, notes: [...notes] };
}

/** @returns null where the process cannot be started, or fails */
async function measureInProcess(
  dir: string,
  thorough: boolean,
  signal: AbortSignal | undefined,
  script: URL,
): Promise<ModelReport | null> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [fileURLToPath(script), dir, ...(thorough ? ['thorough'] : [])],
      { timeout: MOST_MS, windowsHide: true, ...(signal === undefined ? {} : { signal }) },
    );
    return modelReportSchema.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
