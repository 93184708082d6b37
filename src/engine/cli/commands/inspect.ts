import type { Command } from 'commander';
import { measureCosts } from '../../model/run/measure-cost.js';
import { contextOf } from '../context.js';
import { describeModel } from '../describe-model.js';

/** `tiller inspect MODEL`. */
export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('describe a model and measure its cost')
    .argument('<model>', 'name, start of the SHA-256, or .ts file (imported first)')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { report, models } = contextOf(command);
      const entry = await models.resolve(name);
      const costs = await measureCosts(entry);
      report.result({ ...entry, costs }, [
        ...describeModel(entry.manifest),
        ...costs.map(
          ({ frames, batch, encodeMs, decodeMs, shareOfRealTime }) =>
            `cost        ${(100 * shareOfRealTime).toFixed(1)} % of real time with ${frames} frame${frames === 1 ? '' : 's'} per call, ${batch === 1 ? 'mono' : 'stereo'}: ${encodeMs.toFixed(2)} ms to encode, ${decodeMs.toFixed(2)} ms to decode`,
        ),
      ]);
    });
}
