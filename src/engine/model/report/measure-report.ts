import { type ModelReport, modelReportSchema } from '../../../protocol/model-report.js';
import { runForJson } from '../../workers/json-process.js';
import type { LibraryEntry } from '../library/model-folder.js';
import { measureFigures } from './measure-figures.js';

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
  const args = [entry.dir, ...(thorough ? ['thorough'] : [])];
  const measured = await runForJson(script, args, modelReportSchema, signal);
  signal?.throwIfAborted();
  const figures = measured ?? (await measureFigures(entry, { thorough, memoryBytes: null }));
  return { ...figures, notes: [...notes] };
}
