import type { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { join } from 'node:path';
import type { ModelReport } from '../../../protocol/model-report.js';
import type { LibraryEntry } from '../../model/library/model-folder.js';
import { addLight } from '../../model/precision/add-light.js';
import { measureLoads } from '../../model/report/measure-loads.js';
import { processorName } from '../../model/report/measure-figures.js';
import { measureReport } from '../../model/report/measure-report.js';
import { formatReport, readReport, REPORT_FILE } from '../../model/report/report-file.js';
import { fromFileError } from '../../system/file-error.js';
import { contextOf } from '../context.js';
import { describeModel } from '../describe-model.js';

/** `tiller inspect MODEL`. */
export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('say what a model is, what it takes of this machine and what its latents do')
    .argument('<model>', 'name, start of the SHA-256, or .ts file (imported first)')
    .option('--again', 'measure again, however long it takes, and keep the result')
    .action(async (name: string, { again }: { again?: true }, command: Command) => {
      const { report, models } = contextOf(command);
      const entry = await models.resolve(name);
      const isOwn = models.owns(entry);
      const found = await reportOf(entry, isOwn, again === true);
      const shown = again === true && isOwn ? await tryLight(entry) : { entry, found };
      const { manifest } = shown.entry;
      report.result({ ...shown.entry, report: shown.found }, describeModel(manifest, shown.found));
    });
}

/** Makes the light form anew, for this machine. @throws TillerError as `addLight` */
async function tryLight(entry: LibraryEntry) {
  const added = await addLight(entry, { again: true });
  return { entry: added, found: await readReport(added.dir) };
}

/** The report beside the model, its loads those of this machine. Where there is none, it is measured and kept. */
async function reportOf(entry: LibraryEntry, isOwn: boolean, again: boolean): Promise<ModelReport> {
  const kept = await readReport(entry.dir);
  if (kept !== null && !again) {
    if (kept.processor === processorName()) return kept;
    return { ...kept, loads: await measureLoads(entry), processor: processorName() };
  }
  const figures = await measureReport(entry, { notes: kept?.notes ?? [], thorough: true });
  const measured = kept?.light === undefined ? figures : { ...figures, light: kept.light };
  // A bundled model may lie where nothing can be written.
  if (!isOwn) return measured;
  const path = join(entry.dir, REPORT_FILE);
  try {
    await writeFileAtomic(path, formatReport(measured));
  } catch (error) {
    throw fromFileError(error, path);
  }
  return measured;
}
