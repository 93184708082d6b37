import Papa from 'papaparse';
import { TillerError } from '../../document/tiller-error.js';
import { type Gesture, type GestureMove, MAX_GESTURE_SECONDS } from '../stream/gesture.js';

const MAX_ROWS = 2_000_000;
/** Most moves after interpolation: five hours of one moving input, or twenty minutes of sixteen. */
const MAX_MOVES = 4_000_000;
/** Step of the linear interpolation between two rows. */
const STEP_SECONDS = 0.005;
/** Values beyond 0..1 by less than this are rounding errors of the program that wrote them. */
const ROUNDING = 1e-6;
/** A name of the column of times that means milliseconds. */
const MILLISECONDS = /(^|[\s([_])(ms|msecs?|milliseconds?)([\s)\]_]|$)/i;
/** An input that has no move for longer than this has rested: the exported file repeats its value before the next move. */
const RESTED_SECONDS = 0.05;

const unreadable = (what: string) =>
  new TillerError(
    'gesture-unreadable',
    what,
    'A gesture is a CSV of seconds and one column per input (0..1), or a Standard MIDI File.',
  );

/** A line that begins with a number. The separator is taken from such a line: a first line of names may have another one. */
const NUMBERS = /^[ \t]*"?[ \t]*[-+.\d]/;

/**
 * Reads a gesture from CSV: time in seconds, then one column per input, values 0..1, times in ascending order. A first line
 * of names is allowed, which may give times in milliseconds ("ms", "time (ms)"), and so are lines that begin with #. An empty cell leaves the input unchanged; values between rows are
 * interpolated linearly.
 * @param inputs number of inputs of the preset, 1..16
 * @throws TillerError `gesture-unreadable`, with the number of the line
 */
export function parseGestureCsv(text: string, inputs: number): Gesture {
  const rows: { seconds: number; values: number[] }[] = [];
  let named = false;
  let perSecond = 1;
  for (const [i, record] of recordsOf(text).entries()) {
    const cells = cellsOf(record, inputs + 1);
    if (cells.every((cell) => cell === '') && record.length <= 1) continue;
    const seconds = Number(cells[0]) / perSecond;
    if (rows.length === 0 && !named && Number.isNaN(seconds)) {
      named = true;
      if (MILLISECONDS.test(cells[0] ?? '')) perSecond = 1000;
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
  if (rows.every(({ values }) => values.every(Number.isNaN)))
    throw unreadable('The gesture has no values beside its first column, which holds the times.');
  return { inputs, moves: interpolateRows(rows) };
}

/** The beginning of a cell, for a message: a cell whose closing quote is missing contains the rest of the file. */
const excerpt = (cell = ''): string => (cell.split('\n')[0] ?? '').slice(0, 40);

/** The separator of the first line of numbers: its first semicolon or tab outside quotes, else a comma. */
function separatorOf(lines: readonly string[]): string {
  const line = lines.find((one) => NUMBERS.test(one)) ?? '';
  const unquoted = line.replace(/"[^"]*"/g, '');
  return /[;\t]/.exec(unquoted)?.[0] ?? ',';
}

const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);

/** The cells of every line; lines that begin with # are emptied, so that records and lines have the same numbers. */
function recordsOf(text: string): string[][] {
  const lines = linesOf(text).map((line) => (line.trim().startsWith('#') ? '' : line));
  return Papa.parse<string[]>(lines.join('\n'), { delimiter: separatorOf(lines), newline: '\n' }).data;
}

/**
 * The cells of a record, trimmed; cut to `wanted` cells where all further ones are empty. A comma inside a cell is a decimal
 * comma: spreadsheets write it where semicolons or tabs separate the cells, or in quotes.
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
    if (!(value >= -ROUNDING && value <= 1 + ROUNDING))
      throw unreadable(`Line ${line}: “${excerpt(cell)}” is not a value from 0 to 1.`);
    return Math.min(1, Math.max(0, value));
  });
}

function interpolateRows(rows: { seconds: number; values: number[] }[]): GestureMove[] {
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
          throw unreadable(`The gesture has more than ${MAX_MOVES} moves at one move per 5 ms.`);
        for (let step = 1; step < steps; step++) {
          const share = step / steps;
          moves.push({
            seconds: last.seconds + share * (seconds - last.seconds),
            input,
            value: last.value + share * (value - last.value),
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
 * Formats a gesture as CSV, one row per move, times in seconds rounded to a microsecond. Where an input has rested before a
 * move, a row with its old value is added at the time of the move, because readers interpolate between rows.
 * @param lengthSeconds length of the loop; a last row without values marks it where it is later than the last move
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
