import type { Command } from 'commander';
import type { LibraryEntry } from '../../model/library/model-folder.js';
import { readReport } from '../../model/report/report-file.js';
import { MAX_RATE, MIN_MODEL_RATE } from '../../../document/limits.js';
import { addLight } from '../../model/precision/add-light.js';
import { contextOf } from '../context.js';
import type { Report } from '../report.js';
import { describeModel } from '../describe-model.js';
import { wholeNumber } from '../numbers.js';

/** `tiller import MODEL.ts`. */
export function addImport(program: Command): void {
  program
    .command('import')
    .description('import a RAVE .ts model into the library')
    .argument('<model.ts>', 'TorchScript file exported by RAVE or for nn~')
    .option(
      '--rate <hz>',
      'sample rate of the model, in place of the one that the file states',
      wholeNumber(MIN_MODEL_RATE, MAX_RATE),
    )
    .option('--no-light', 'do not try a light form')
    .action(async (path: string, { rate, light }: { rate?: number; light: boolean }, command: Command) => {
      const { report, models } = contextOf(command);
      const before = await models.list();
      const progress = report.progress('Importing');
      const imported = await models
        .import(path, {
          onProgress: (share, step) => progress.at(share, step),
          ...(rate === undefined ? {} : { sampleRate: rate }),
        })
        .finally(() => progress.done());
      const entry = light && models.owns(imported) ? await withLightForm(imported, report) : imported;
      const { dir, manifest } = entry;
      // A model is identified by its content, and has the name of its first import.
      const known = before.some((entry) => entry.dir === dir);
      const found = await readReport(dir);
      report.result({ dir, manifest, known, report: found }, [
        known ? `Already in the library: ${dir}` : `Imported into ${dir}`,
        ...describeModel(manifest, found),
      ]);
    });
}

/** Without one where it cannot be made: the model plays exactly. */
async function withLightForm(imported: LibraryEntry, report: Report): Promise<LibraryEntry> {
  const progress = report.progress('Trying a light form');
  try {
    return await addLight(imported);
  } catch (error) {
    report.warn(error instanceof Error ? error.message : String(error));
    return imported;
  } finally {
    progress.done();
  }
}
