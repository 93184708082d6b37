import { type Arguments, op, type OperationTable, OperationError } from '../context.js';
import { describe, Tuple, type ScriptValue } from '../values.js';

/** Longest string that a program may make by itself. */
const MAX_LENGTH = 10_000;

/** A value as Python's `str` writes it; objects and tensors as a description, which only messages use. */
export function asString(value: ScriptValue): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);
  return typeof value === 'object' ? describe(value) : String(value);
}

function bounded(text: string): string {
  if (text.length > MAX_LENGTH) throw new OperationError(`a string of ${text.length} characters is too long`);
  return text;
}

/** The arguments after the template. */
const rest = (args: Arguments): ScriptValue[] =>
  Array.from({ length: 6 }, (_, i) => i + 1)
    .filter((index) => args.has(index))
    .map((index) => args.at(index) ?? null);

/** Strings that are known while the program is evaluated: device names and messages, above all. */
export const STRINGS: OperationTable = {
  find: op('self substr start end', (args) => {
    const text = args.string(0, '');
    // As torch counts from the end: −1 is the whole string.
    const at = (place: number, after: number) =>
      place < 0 ? Math.max(0, text.length + place + after) : place;
    const within = text.slice(0, at(args.int(3, -1), 1));
    return BigInt(within.indexOf(args.string(1, ''), at(args.int(2, 0), 0)));
  }),
  format: op('self a b c d e f', (args) => {
    const values = rest(args);
    return bounded(args.string(0, '').replace(/\{\}/g, () => asString(values.shift() ?? null)));
  }),
  percentFormat: op('self a b c d e f', (args) => {
    // Several values come as one tuple.
    const values = rest(args).flatMap((value) => (value instanceof Tuple ? value.items : [value]));
    return bounded(
      args.string(0, '').replace(/%([dsf%])/g, (_, kind: string) => {
        if (kind === '%') return '%';
        const value = values.shift() ?? null;
        if (kind === 's') return asString(value);
        if (typeof value !== 'number' && typeof value !== 'bigint')
          throw new OperationError(`${describe(value)} is not a number`);
        return kind === 'd' ? String(Math.trunc(Number(value))) : Number(value).toFixed(6);
      }),
    );
  }),
};
