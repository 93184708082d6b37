import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { TillerError } from '../../../document/tiller-error.js';
import { lightReportSchema } from '../../../protocol/model-report.js';
import { fromFileError } from '../../system/file-error.js';
import { runForJson } from '../../workers/json-process.js';
import { type LibraryEntry, MANIFEST_FILE } from '../library/model-folder.js';
import { manifestSchema } from '../manifest.js';
import { formatReport, readReport, REPORT_FILE } from '../report/report-file.js';
import { removeStale, removeTrials } from './light-files.js';
import { LIGHT_VERSION } from './make-light.js';

const attemptSchema = z.strictObject({ manifest: manifestSchema, report: lightReportSchema });

export interface AddLightOptions {
  /** Tries again where that was done before. */
  readonly again?: boolean;
  /** Ends the work with its reason. */
  readonly signal?: AbortSignal;
  /** The bundled `light-worker`. */
  readonly script?: URL;
}

/**
 * Tries a model's light form where that was not done yet, or by an older version: in a process of its own, since both forms of a large
 * model are open at once there. What plays goes on undisturbed. The manifest names the light form when all of its files are written.
 * @param entry of the player's own library
 * @returns the entry, with a light form where the model has one now
 * @throws TillerError `model-failed` where the process cannot be started or fails, `disk-full`, `disk-denied`
 */
export async function addLight(
  entry: LibraryEntry,
  { again = false, signal, script = new URL('./light-worker.js', import.meta.url) }: AddLightOptions = {},
): Promise<LibraryEntry> {
  const { dir } = entry;
  const report = await readReport(dir);
  // What was measured of a model goes into its report; there is one unless an old version imported the model.
  if (report === null || (!again && (report.light?.version ?? 0) >= LIGHT_VERSION)) return entry;
  const token = randomBytes(6).toString('hex');
  const attempt = await runForJson(script, [dir, token], attemptSchema, signal);
  signal?.throwIfAborted();
  try {
    if (attempt === null) {
      await removeTrials(dir, token);
      throw new TillerError(
        'model-failed',
        `The light form of “${entry.manifest.name}” could not be made.`,
        'The model plays exactly. Import it again to try again.',
      );
    }
    await writeFileAtomic(join(dir, MANIFEST_FILE), `${JSON.stringify(attempt.manifest, null, 2)}\n`);
    await writeFileAtomic(join(dir, REPORT_FILE), formatReport({ ...report, light: attempt.report }));
    const added = { dir, manifest: attempt.manifest };
    await removeStale(added);
    return added;
  } catch (error) {
    throw error instanceof TillerError ? error : fromFileError(error, dir);
  }
}
