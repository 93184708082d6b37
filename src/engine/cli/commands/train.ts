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

/** Names of the kinds of regressors, as the page shows them. */
const KIND_NAMES: Readonly<Record<RegressorKind, string>> = {
  mlp: 'neural net',
  gp: 'Gaussian process',
  linear: 'linear',
  polynomial: 'polynomial',
  knn: 'nearest neighbours',
};
const KINDS = Object.keys(KIND_NAMES) as RegressorKind[];

/** The name as an argument without spaces: "neural-net". */
const argumentOf = (kind: RegressorKind): string => KIND_NAMES[kind].toLowerCase().replace(' ', '-');
const KIND_ARGUMENTS = KINDS.map(argumentOf).join(', ');

/** A kind by its name, with spaces or hyphens in any case, or by its identifier in files ("mlp"). */
function parseKind(text: string): RegressorKind {
  const wanted = text.trim().toLowerCase().replaceAll(' ', '-');
  const kind = KINDS.find((known) => known === wanted || argumentOf(known) === wanted);
  if (kind === undefined) throw new InvalidArgumentError(`It must be one of ${KIND_ARGUMENTS}.`);
  return kind;
}

/** Name of a trained dimension's kind; `none` and `constant` have no regressor. */
const nameOf = (kind: string): string => (KIND_NAMES as Readonly<Record<string, string>>)[kind] ?? kind;

interface Options {
  output: string;
  force?: true;
  kind?: RegressorKind;
}

/** `tiller train PRESET -o PRESET`. */
export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train a preset’s mapping with its examples')
    .argument('<preset>', 'preset file with examples')
    .requiredOption('-o, --output <preset>', 'preset file to write (may be the same)')
    .option('-f, --force', 'replace another existing file')
    .option('--kind <kind>', `use this regressor for every latent: ${KIND_ARGUMENTS}`, parseKind)
    .action(async (path: string, options: Options, command: Command) => {
      const { report } = contextOf(command);
      checkInput(path);
      checkOutput(options.output, options.force === true || resolve(options.output) === resolve(path));
      const preset = await readPresetFile(path);
      if (preset.examples.length === 0) report.warn('this preset has no examples, so no mapping is trained');
      const learning =
        options.kind === undefined
          ? preset.learning
          : { ...preset.learning, shared: defaultRegressor(options.kind), perDimension: {} };
      const progress = report.progress('Learning');
      // In a worker, so that this thread can handle signals.
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
        'latent  kind                error    ms',
        ...result.report.dimensions.map(
          ({ kind, errorRelative, trainMs }, i) =>
            `${String(i + 1).padStart(6)}  ${nameOf(kind).padEnd(18)}  ${errorRelative.toFixed(4)}  ${trainMs.toFixed(1)}`,
        ),
      ]);
    });
}
