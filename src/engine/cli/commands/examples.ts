import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Example } from '../../../document/example.js';
import { MAX_EXAMPLES, MAX_LATENT_VALUE } from '../../../document/limits.js';
import { formatPreset } from '../../../document/parse-preset.js';
import { TillerError } from '../../../document/tiller-error.js';
import {
  type TrainingRow,
  formatFluidDataSet,
  formatTrainingArff,
  formatTrainingCsv,
  parseFluidDataSets,
  parseTrainingTable,
  scaleInputs,
} from '../../mapping/training-data.js';
import { readPresetFile } from '../../presets/preset-file.js';
import { fromFileError } from '../../system/file-error.js';
import { contextOf } from '../context.js';
import { checkInput, checkOutput } from '../files.js';

/** Most characters of a file of training data. */
const MAX_LENGTH = 2 ** 27;

interface ExportOptions {
  output: string;
  force?: true;
}

interface ImportOptions extends ExportOptions {
  scale?: true;
  replace?: true;
}

/** `tiller examples export PRESET -o DATA` and `tiller examples import PRESET DATA… -o PRESET`. */
export function addExamples(program: Command): void {
  const examples = program
    .command('examples')
    .description('exchange a preset’s examples with Wekinator, FluCoMa and others');
  examples
    .command('export')
    .description('write a preset’s enabled examples as training data')
    .argument('<preset>', 'preset file')
    .requiredOption(
      '-o, --output <data>',
      'file to write: .csv, .arff (Wekinator), or .json (two FluCoMa data sets, NAME.inputs.json and NAME.latents.json)',
    )
    .option('-f, --force', 'replace an existing file')
    .action(exportExamples);
  examples
    .command('import')
    .description('add training data to a preset’s examples')
    .argument('<preset>', 'preset file')
    .argument('<data...>', 'a .csv or .arff, or two .json of FluCoMa: inputs, then latents')
    .requiredOption('-o, --output <preset>', 'preset file to write (may be the same)')
    .option('-f, --force', 'replace another existing file')
    .option('--scale', 'scale each input so that its values span 0..1')
    .option('--replace', 'remove the preset’s own examples')
    .action(importExamples);
}

async function exportExamples(path: string, options: ExportOptions, command: Command): Promise<void> {
  const { report } = contextOf(command);
  checkInput(path);
  const format = /\.(csv|arff|json)$/i.exec(options.output)?.[1]?.toLowerCase();
  if (format === undefined)
    throw new TillerError(
      'argument-invalid',
      `The format of ${options.output} is unknown.`,
      'Name it .csv, .arff or .json.',
    );
  const stem = options.output.slice(0, -'.json'.length);
  const outputs = format === 'json' ? [`${stem}.inputs.json`, `${stem}.latents.json`] : [options.output];
  for (const output of outputs) checkOutput(output, options.force);
  const rows = (await readPresetFile(path)).examples.filter(({ enabled }) => enabled);
  if (rows.length === 0)
    throw new TillerError(
      'argument-invalid',
      'The preset has no enabled examples.',
      'Choose another preset.',
    );
  const texts =
    format === 'csv'
      ? [formatTrainingCsv(rows)]
      : format === 'arff'
        ? [formatTrainingArff(rows, new Date())]
        : [formatFluidDataSet(rows, 'inputs'), formatFluidDataSet(rows, 'latents')];
  for (const [i, output] of outputs.entries()) await write(output, texts[i] ?? '');
  report.result({ outputs, examples: rows.length }, [`${outputs.join(', ')}: ${rows.length} examples`]);
}

async function importExamples(
  path: string,
  files: string[],
  options: ImportOptions,
  command: Command,
): Promise<void> {
  const { report } = contextOf(command);
  for (const file of [path, ...files]) checkInput(file);
  checkOutput(options.output, options.force === true || resolve(options.output) === resolve(path));
  const preset = await readPresetFile(path);
  const read = await readRows(files);
  const rows = options.scale === true ? scaleInputs(read) : read;
  const kept = options.replace === true ? [] : preset.examples;
  checkRows(rows, preset.inputs.length, preset.steering.dimensions.length, kept.length);
  const added = rows.map((row, i) => exampleOf(row, i, rows.length, kept));
  await write(options.output, formatPreset({ ...preset, examples: [...kept, ...added], trained: null }));
  report.result({ output: options.output, added: added.length, examples: kept.length + added.length }, [
    `${options.output}: ${added.length} examples added, ${kept.length + added.length} in all`,
    'The mapping has to be trained: tiller train, or open the preset.',
  ]);
}

async function readRows(files: readonly string[]): Promise<TrainingRow[]> {
  const texts = await Promise.all(files.map(readText));
  const [first = '', second] = texts;
  const areJson = files.map((file) => /\.json$/i.test(file));
  if (files.length === 2 && areJson.every(Boolean)) return parseFluidDataSets(first, second ?? '');
  if (files.length === 1 && areJson[0] === false) return parseTrainingTable(first);
  throw new TillerError(
    'argument-invalid',
    'These files do not belong together.',
    'Name one .csv or .arff, or the two .json of inputs and latents.',
  );
}

async function readText(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fromFileError(error, path);
  }
  if (text.length > MAX_LENGTH)
    throw new TillerError('array-unreadable', `${path} is too large.`, 'Choose fewer examples.');
  return text;
}

/** @throws TillerError `array-unreadable` where the rows do not fit the preset */
function checkRows(rows: readonly TrainingRow[], inputs: number, latents: number, kept: number): void {
  const fail = (what: string, hint: string) => {
    throw new TillerError('array-unreadable', what, hint);
  };
  const [first] = rows;
  if (first?.inputs.length !== inputs || first.latents.length !== latents)
    fail(
      `The training data has ${first?.inputs.length ?? 0} inputs and ${first?.latents.length ?? 0} outputs; the preset has ${inputs} inputs and ${latents} latents.`,
      'Add or remove inputs of the preset, or choose another model.',
    );
  if (kept + rows.length > MAX_EXAMPLES)
    fail(`A preset has at most ${MAX_EXAMPLES} examples.`, 'Remove some, or use --replace.');
  rows.forEach(({ inputs: values, latents: outputs }, i) => {
    const outside = values.find((value) => !(value >= 0 && value <= 1));
    if (outside !== undefined)
      fail(`Example ${i + 1} has an input of ${outside}, outside 0 to 1.`, 'Scale the inputs with --scale.');
    if (outputs.some((value) => Math.abs(value) > MAX_LATENT_VALUE))
      fail(`Example ${i + 1} has an output beyond ±${MAX_LATENT_VALUE}.`, 'Check the file.');
  });
}

function exampleOf(
  { label, inputs, latents }: TrainingRow,
  index: number,
  count: number,
  kept: readonly Example[],
): Example {
  const used = new Set(kept.map(({ id }) => id));
  let id = `import-${index + 1}`;
  while (used.has(id)) id = `${id}-`;
  return {
    id: id.slice(0, 64),
    label: label.slice(0, 120),
    hue: Math.round((index * 360) / count),
    enabled: true,
    weight: 1,
    inputs: [...inputs],
    latents: [...latents],
  };
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(path, text);
  } catch (error) {
    throw fromFileError(error, path);
  }
}
