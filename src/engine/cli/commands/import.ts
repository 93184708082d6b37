import type { Command } from 'commander';
import { contextOf } from '../context.js';
import { describeModel } from '../describe-model.js';

/** `tiller import MODEL.ts`. */
export function addImport(program: Command): void {
  program
    .command('import')
    .description('bring a RAVE .ts model into the library')
    .argument('<model.ts>', 'TorchScript file exported by RAVE or for nn~')
    .action(async (path: string, _options: unknown, command: Command) => {
      const { report, models } = contextOf(command);
      const progress = report.progress('Importing');
      const { dir, manifest } = await models
        .import(path, { onProgress: (share, step) => progress.at(share, step) })
        .finally(() => progress.done());
      report.result({ dir, manifest }, [`Imported into ${dir}`, ...describeModel(manifest)]);
    });
}
