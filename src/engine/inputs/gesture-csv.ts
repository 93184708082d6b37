import Papa from 'papaparse';
import { TillerError } from '../../document/tiller-error.js';
import { type Gesture, type GestureMove, MAX_GESTURE_SECONDS } from '../stream/gesture.js';

const MAX_ROWS = 2_000_000;
/** Most moves that the lines between the rows are drawn in: one input's for five hours, or sixteen inputs' for twenty minutes. */
const MAX_MOVES = 4_000_000;
/** Between two rows the moves are interpolated linearly, in steps of this length. */
const STEP_SECONDS = 0.005;
/** Moves of one input that are further apart than this belong to no continuous movement: the input rested between them. */
const RESTED_SECONDS = 0.05;

const unreadable = (what: string) =>
  new TillerError(
    'gesture-unreadable',
    what,
    'A gesture is a CSV of seconds and one column per input (0..1), or a Standard MIDI File.',
  );

/** A record of numbers, which tells the separator: a first line of names need not have the same one. */
const NUMBERS = /^[ \t]*"?[ \t]*[-+.\d]/;

/**
 * Reads a gesture from CSV: time in seconds, then one column per input, values 0..1, times rising. A first line of
 * names is allowed, and lines that begin with #; an empty cell keeps the input where it is, and inputs move in
 * straight lines between rows.
 * @throws TillerError `gesture-unreadable`, with the number of the line
 */
export function parseGestureCsv(text: string, inputs: number): Gesture {
  const rows: { seconds: number; values: number[] }[] = [];
  let named = false;
  for (const [i, record] of recordsOf(text).entries()) {
    const cells = cellsOf(record, inputs + 1);
    if (cells.every((cell) => cell === '') && record.length <= 1) continue;
    const seconds = Number(cells[0]);
    if (rows.length === 0 && !named && Number.isNaN(seconds)) {
      named = true;
      continue;
    }
    const previous = rows.at(-1);
    if (!Number.isFinite(seconds) || seconds < 0 || seconds > MAX_GESTURE_SECONDS || cells[0] === '')
      throw unreadable(`Line ${i + 1}: “${excerpt(cells[0])}” is not a time in seconds.`);
    if (previous && seconds < previous.seconds) throw unreadable(`Line ${i + 1}: time runs backwards.`);
    if (cells.length - 1 > inputs)
      throw unreadable(`Line ${i + 1} has ${cells.length - 1} values; the preset has ${inputs} inputs.`);
    if (rows.length >= MAX_ROWS) throw unreadable(`The gesture has more than ${MAX_ROWS} rows.`);
    rows.push({ seconds, values: rowValues(cells.slice(1), previous?.values, i + 1) });
  }
  if (rows.length === 0) throw unreadable('The gesture is empty.');
  return { inputs, moves: drawLines(rows) };
}

/** The beginning of a cell: one whose closing quote is missing goes on to the end of the file. */
const excerpt = (cell = ''): string => (cell.split('\n')[0] ?? '').slice(0, 40);

/** The separator of the first line of numbers: a semicolon or a tab where one stands there, else a comma. */
function separatorOf(lines: readonly string[]): string {
  const line = lines.find((one) => NUMBERS.test(one)) ?? '';
  const bare = line.replace(/"[^"]*"/g, '');
  return /[;\t]/.exec(bare)?.[0] ?? ',';
}

const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);

/** The cells of every line, remarks emptied: record and line have the same number. */
function recordsOf(text: string): string[][] {
  const lines = linesOf(text).map((line) => (line.trim().startsWith('#') ? '' : line));
  return Papa.parse<string[]>(lines.join('\n'), { delimiter: separatorOf(lines), newline: '\n' }).data;
}

/**
 * The cells of a record without the spaces around them, `wanted` of them where those beyond are empty. Where semicolons or
 * tabs separate them, as spreadsheets write them in countries with a decimal comma, a comma is one; so is one in quotes.
 */
function cellsOf(record: readonly string[], wanted: number): string[] {
  const cells = record.map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replace(',', '.'),
  );
  return cells.slice(wanted).every((cell) => cell === '') ? cells.slice(0, wanted) : cells;
}

function rowValues(cells: string[], previous: number[] | undefined, line: number): number[] {
  return cells.map((cell, input) => {
    if (cell === '') return previous?.[input] ?? NaN;
    const value = Number(cell);
    if (!(value >= 0 && value <= 1))
      throw unreadable(`Line ${line}: “${excerpt(cell)}” is not a value from 0 to 1.`);
    return value;
  });
}

function drawLines(rows: { seconds: number; values: number[] }[]): GestureMove[] {
  const moves: GestureMove[] = [];
  const columns = rows.reduce((most, { values }) => Math.max(most, values.length), 0);
  for (let input = 0; input < columns; input++) {
    let last: { seconds: number; value: number } | undefined;
    for (const { seconds, values } of rows) {
      const value = values[input];
      if (value === undefined || Number.isNaN(value)) continue;
      if (last !== undefined && last.value !== value) {
        const steps = Math.floor((seconds - last.seconds) / STEP_SECONDS);
        if (moves.length + steps > MAX_MOVES)
          throw unreadable(`The gesture has more than ${MAX_MOVES} moves, one each 5 ms between its rows.`);
        for (let step = 1; step < steps; step++) {
          const along = step / steps;
          moves.push({
            seconds: last.seconds + along * (seconds - last.seconds),
            input,
            value: last.value + along * (value - last.value),
          });
        }
      }
      if (last?.value !== value) moves.push({ seconds, input, value });
      last = { seconds, value };
    }
  }
  return moves.sort((a, b) => a.seconds - b.seconds || a.input - b.input);
}

/**
 * The gesture as CSV, one row per move, exact to a microsecond. An input that rested before a move gets a row more at
 * its moment, as readers draw lines between rows. The last row is the end.
 */
export function formatGestureCsv(gesture: Gesture, lengthSeconds = 0): string {
  const names = Array.from({ length: gesture.inputs }, (_, i) => `input${i + 1}`);
  const row = (seconds: number, input: number, value: number) =>
    [seconds.toFixed(6), ...names.map((_, i) => (i === input ? String(value) : ''))].join(',');
  const last: (GestureMove | undefined)[] = [];
  const rows = gesture.moves.flatMap((move) => {
    const { seconds, input, value } = move;
    const before = last[input];
    last[input] = move;
    const rested = before !== undefined && seconds - before.seconds > RESTED_SECONDS;
    return [...(rested ? [row(seconds, input, before.value)] : []), row(seconds, input, value)];
  });
  const end = (gesture.moves.at(-1)?.seconds ?? 0) < lengthSeconds ? [row(lengthSeconds, -1, 0)] : [];
  return [['seconds', ...names].join(','), ...rows, ...end, ''].join('\n');
}
