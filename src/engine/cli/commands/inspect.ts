import type { Command } from 'commander';
import { inspectModel } from '../../model/inspect.js';
import { contextOf } from '../context.js';
import { describeModel } from '../describe-model.js';

/** `tiller inspect MODEL`. */
export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('say what a model is and what it costs')
    .argument('<model>', 'name, start of the SHA-256, or .ts file (imported first)')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { report, models } = contextOf(command);
      const { dir, manifest } = await models.resolve(name);
      const cost = await inspectModel(dir, manifest);
      report.result({ dir, manifest, cost }, [
        ...describeModel(manifest),
        `cost        ${(100 * cost.realTimeShare).toFixed(1)} % of real time: ${cost.encodeMs.toFixed(2)} ms to encode and ${cost.decodeMs.toFixed(2)} ms to decode a frame`,
      ]);
    });
}
