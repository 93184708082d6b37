import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { fromFileError } from '../../system/file-error.js';
import type { RegressorKind } from '../../../document/learning.js';
import { defaultRegressor } from '../../../document/default-learning.js';
import { Trainer } from '../../mapping/trainer.js';
import { formatPreset } from '../../../document/parse-preset.js';
import { readPresetFile } from '../../presets/preset-file.js';
import { contextOf } from '../context.js';
import { checkInput, checkOutput } from '../files.js';

const KINDS: readonly RegressorKind[] = ['mlp', 'gp', 'linear', 'polynomial', 'knn'];

function parseKind(text: string): RegressorKind {
  const kind = KINDS.find((known) => known === text);
  if (kind === undefined) throw new InvalidArgumentError(`It takes one of ${KINDS.join(', ')}.`);
  return kind;
}

interface Options {
  output: string;
  force?: true;
  kind?: RegressorKind;
}

/** `tiller train PRESET -o PRESET`. */
export function addTrain(program: Command): void {
  program
    .command('train')
    .description('learn a preset’s mapping from its examples')
    .argument('<preset>', 'preset file with examples')
    .requiredOption('-o, --output <preset>', 'preset file to write (may be the same)')
    .option('-f, --force', 'replace another file of that name')
    .option(
      '--kind <kind>',
      'use this regressor for every dimension: mlp, gp, linear, polynomial, knn',
      parseKind,
    )
    .action(async (path: string, options: Options, command: Command) => {
      const { report } = contextOf(command);
      checkInput(path);
      checkOutput(options.output, options.force === true || resolve(options.output) === resolve(path));
      const preset = await readPresetFile(path);
      if (preset.examples.length === 0) report.warn('this preset has no examples, so nothing is learned');
      const learning =
        options.kind === undefined
          ? preset.learning
          : { ...preset.learning, shared: defaultRegressor(options.kind), perDimension: {} };
      const progress = report.progress('Learning');
      // In its own thread: this one hears a signal meanwhile.
      const trainer = new Trainer();
      const result = await trainer
        .train(
          {
            examples: preset.examples,
            learning,
            inputCount: preset.inputs.length,
            latentCount: preset.steering.dimensions.length,
          },
          { onProgress: (done, total) => progress.at(done / total) },
        )
        .finally(() => progress.done());
      await trainer.close();
      try {
        await writeFileAtomic(options.output, formatPreset({ ...preset, learning, trained: result.trained }));
      } catch (error) {
        throw fromFileError(error, options.output);
      }
      report.result({ output: options.output, report: result.report }, [
        'dimension  kind        error    ms',
        ...result.report.dimensions.map(
          ({ kind, errorRelative, trainMs }, i) =>
            `${String(i + 1).padStart(9)}  ${kind.padEnd(10)}  ${errorRelative.toFixed(4)}  ${trainMs.toFixed(1)}`,
        ),
      ]);
    });
}
