import Papa from 'papaparse';
import { z } from 'zod';
import { MAX_EXAMPLES, MAX_INPUTS, MAX_LATENTS } from '../../document/limits.js';
import { TillerError } from '../../document/tiller-error.js';

/**
 * Examples as training data of other programs: CSV with a line of names; ARFF, as Wekinator saves it; and pairs of data sets in
 * JSON, as FluCoMa's FluidDataSet writes them.
 */

/** One example without what only Tiller stores. */
export interface TrainingRow {
  readonly label: string;
  /** One value per input. In other programs any numbers, in Tiller 0..1. */
  readonly inputs: readonly number[];
  readonly latents: readonly number[];
}

const unreadable = (what: string) =>
  new TillerError(
    'array-unreadable',
    what,
    'Training data is a CSV or ARFF with columns inputs-1, inputs-2 … and outputs-1, outputs-2 …, or two FluCoMa data sets in JSON.',
  );

const INPUT_COLUMN = /^inputs?[-_ ]?(\d{1,3})$/i;
const LATENT_COLUMN = /^(?:outputs?|latents?)[-_ ]?(\d{1,3})$/i;
const LABEL_COLUMN = /^(label|name)$/i;

const columnNames = (row: TrainingRow | undefined) => [
  ...(row?.inputs ?? []).map((_, i) => `inputs-${i + 1}`),
  ...(row?.latents ?? []).map((_, i) => `outputs-${i + 1}`),
];

/** Formats examples as CSV. */
export function formatTrainingCsv(rows: readonly TrainingRow[]): string {
  return `${Papa.unparse(
    {
      fields: ['label', ...columnNames(rows[0])],
      data: rows.map(({ label, inputs, latents }) => [label, ...inputs, ...latents]),
    },
    { newline: '\n' },
  )}\n`;
}

/** Formats examples as Wekinator's ARFF. @param now time of each example in the file */
export function formatTrainingArff(rows: readonly TrainingRow[], now: Date): string {
  const time = now.toISOString().replace('T', ' ').replaceAll('-', '/').replace('.', ':').slice(0, 23);
  return [
    '@relation wekinatordata',
    '',
    '@attribute ID numeric',
    "@attribute Time date 'yyyy/MM/dd HH:mm:ss:SSS'",
    "@attribute 'Training round' numeric",
    ...columnNames(rows[0]).map((name) => `@attribute ${name} numeric`),
    '',
    '@data',
    ...rows.map(({ inputs, latents }, i) => [i + 1, `'${time}'`, 1, ...inputs, ...latents].join(',')),
    '',
  ].join('\n');
}

/** Formats one side of the examples as a FluidDataSet; a label that occurs once is the point's identifier. */
export function formatFluidDataSet(rows: readonly TrainingRow[], side: 'inputs' | 'latents'): string {
  const labels = rows.map(({ label }) => label);
  const identifier = (label: string, i: number) =>
    label !== '' && labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${i + 1} ${label}`.trim();
  return JSON.stringify(
    {
      cols: rows[0]?.[side].length ?? 0,
      data: Object.fromEntries(rows.map((row, i) => [identifier(row.label, i), row[side]])),
    },
    null,
    2,
  );
}

/** Reads CSV or ARFF. @throws TillerError `array-unreadable`, with the number of the line */
export function parseTrainingTable(text: string): TrainingRow[] {
  const isArff = /^\s*(%.*\s+)*@relation/i.test(text.slice(0, 10_000));
  const { names, records, firstLine } = isArff ? arffTable(text) : csvTable(text);
  const columns = (pattern: RegExp) =>
    names
      .map((name, column) => ({ number: Number(pattern.exec(name)?.[1] ?? NaN), column }))
      .filter(({ number }) => !Number.isNaN(number))
      .sort((a, b) => a.number - b.number)
      .map(({ column }) => column);
  const [inputs, latents] = [columns(INPUT_COLUMN), columns(LATENT_COLUMN)];
  const label = names.findIndex((name) => LABEL_COLUMN.test(name));
  if (inputs.length === 0 || latents.length === 0)
    throw unreadable('The training data has no columns of inputs, or none of outputs.');
  const rows = records.flatMap((cells, i): TrainingRow[] => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const value = (column: number) => {
      const cell = (cells[column] ?? '').trim();
      const number = Number(cell);
      if (cell === '' || !Number.isFinite(number))
        throw unreadable(`Line ${firstLine + i}: “${cell.slice(0, 40)}” is not a number.`);
      return number;
    };
    return [
      {
        label: label < 0 ? '' : (cells[label] ?? '').trim(),
        inputs: inputs.map(value),
        latents: latents.map(value),
      },
    ];
  });
  return checked(rows);
}

interface Table {
  readonly names: readonly string[];
  readonly records: readonly (readonly string[])[];
  /** Number of the first record's line. */
  readonly firstLine: number;
}

function csvTable(text: string): Table {
  const [names = [], ...records] = Papa.parse<string[]>(text.replace(/^\uFEFF/, '')).data;
  return { names: names.map((name) => name.trim()), records, firstLine: 2 };
}

function arffTable(text: string): Table {
  const lines = text.split(/\r\n?|\n/);
  const data = lines.findIndex((line) => /^\s*@data\b/i.test(line));
  if (data < 0) throw unreadable('The ARFF has no @data.');
  const names = lines.slice(0, data).flatMap((line) => {
    const [, quoted, plain] = /^\s*@attribute\s+(?:['"]([^'"]+)['"]|(\S+))/i.exec(line) ?? [];
    return quoted ?? plain ?? [];
  });
  const records = lines
    .slice(data + 1)
    .map((line) => (line.trim().startsWith('%') ? '' : line))
    .map((line) => Papa.parse<string[]>(line, { delimiter: ',', quoteChar: "'" }).data[0] ?? []);
  return { names, records, firstLine: data + 2 };
}

const dataSetSchema = z.object({ data: z.record(z.string(), z.array(z.number())) });

/**
 * Reads two FluidDataSets with the same identifiers.
 * @throws TillerError `array-unreadable`
 */
export function parseFluidDataSets(inputsText: string, latentsText: string): TrainingRow[] {
  const [inputs, latents] = [dataSet(inputsText, 'inputs'), dataSet(latentsText, 'latents')];
  return checked(
    Object.entries(inputs).map(([label, values]) => {
      const target = latents[label];
      if (target === undefined)
        throw unreadable(`The data set of latents has no point “${label.slice(0, 40)}”.`);
      return { label, inputs: values, latents: target };
    }),
  );
}

function dataSet(text: string, side: string): Readonly<Record<string, number[]>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const parsed = dataSetSchema.safeParse(value);
  if (!parsed.success) throw unreadable(`The file of ${side} is not a FluidDataSet in JSON.`);
  return parsed.data.data;
}

function checked(rows: TrainingRow[]): TrainingRow[] {
  const [first] = rows;
  if (first === undefined) throw unreadable('The training data is empty.');
  if (rows.length > MAX_EXAMPLES)
    throw unreadable(`The training data has more than ${MAX_EXAMPLES} examples.`);
  const [inputs, latents] = [first.inputs.length, first.latents.length];
  if (inputs < 1 || inputs > MAX_INPUTS || latents < 1 || latents > MAX_LATENTS)
    throw unreadable(
      `The training data has ${inputs} inputs and ${latents} outputs; 1 to ${MAX_INPUTS} and 1 to ${MAX_LATENTS} are possible.`,
    );
  if (rows.some((row) => row.inputs.length !== inputs || row.latents.length !== latents))
    throw unreadable('The examples have different numbers of inputs or outputs.');
  return rows;
}

/** Scales each input linearly so that its values span 0..1; a constant one becomes 0.5. */
export function scaleInputs(rows: readonly TrainingRow[]): TrainingRow[] {
  const ranges = (rows[0]?.inputs ?? []).map((_, i) => {
    const values = rows.map(({ inputs }) => inputs[i] ?? 0);
    return [Math.min(...values), Math.max(...values)] as const;
  });
  return rows.map((row) => ({
    ...row,
    inputs: row.inputs.map((value, i) => {
      const [low, high] = ranges[i] ?? [0, 0];
      return high > low ? (value - low) / (high - low) : 0.5;
    }),
  }));
}
