import { type Arguments, type Context, op, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { Text } from '../text.js';
import { describe, Dict, List, Tuple, type ScriptValue } from '../values.js';
import { isAmong } from './texts.js';

/** What `if` and `bool()` make of a value. */
export function truth(context: Context, value: ScriptValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'number') return value !== 0;
  if (value instanceof Tensor) return context.item(value) !== 0;
  throw new OperationError(`${describe(value)} is neither true nor false`);
}

export function iterate(value: ScriptValue): readonly ScriptValue[] {
  if (value instanceof List || value instanceof Tuple) return value.items;
  if (value instanceof Dict) return [...value.entries.keys()];
  throw new OperationError(`${describe(value)} cannot be iterated over`);
}

/** `object[index]` of lists, tuples, strings and dicts. */
export function getItem(object: ScriptValue, index: ScriptValue): ScriptValue {
  if (object instanceof Dict) {
    const value = object.entries.get(index);
    if (value === undefined) throw new OperationError('a dict lacks the key');
    return value;
  }
  if (typeof index !== 'bigint') throw new OperationError(`the index is ${describe(index)}`);
  const items = typeof object === 'string' ? [...object] : iterate(object);
  const value = items[Number(index < 0n ? index + BigInt(items.length) : index)];
  if (value === undefined) throw new OperationError(`index ${index.toString()} is out of range`);
  return value;
}

/** Longest list that a program may make by itself. */
const MAX_ITEMS = 100_000;

/** @throws OperationError when there would be too many items */
export function checkItems(count: number): number {
  if (!(count <= MAX_ITEMS)) throw new OperationError(`a list of ${count} items is too long`);
  return count;
}

/** The list or dict that an operation is about to change. */
function changing<T extends List | Dict>(args: Arguments, object: T): T {
  args.context.changes.note(object);
  return object;
}

function listToChange(args: Arguments): List {
  const value = args.at(0);
  if (value instanceof List) return changing(args, value);
  throw new OperationError(`${describe(value)} is no list`);
}

/** Start, end and step of a slice, as Python clamps them: first element, number of elements. */
export function sliceBounds(
  size: number,
  start: number | null,
  end: number | null,
  step: number,
): { first: number; count: number } {
  if (step < 1) throw new OperationError(`a slice steps by ${step}`);
  const clamp = (value: number): number => Math.min(size, Math.max(0, value < 0 ? value + size : value));
  const first = clamp(start ?? 0);
  const last = clamp(end ?? size);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

/** The same of a list, whose slices may run backwards. */
export function listSlice(
  size: number,
  start: number | null,
  end: number | null,
  step: number,
): { first: number; count: number } {
  if (step >= 0) return sliceBounds(size, start, end, step);
  const clamp = (value: number): number => Math.min(size - 1, Math.max(-1, value < 0 ? value + size : value));
  const first = clamp(start ?? size - 1);
  const last = end === null ? -1 : clamp(end);
  return { first, count: Math.max(0, Math.ceil((first - last) / -step)) };
}

/** Equality as `==` finds it, without tensors. */
export function equals(a: ScriptValue | undefined, b: ScriptValue | undefined): boolean {
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    return a.items.length === b.items.length && a.items.every((item, i) => equals(item, b.items[i]));
  }
  const number = (value: ScriptValue | undefined): ScriptValue | undefined =>
    typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : value;
  return number(a) === number(b);
}

export const SEQUENCES: OperationTable = {
  len: op('a', (args) => {
    const value = args.at(0);
    if (value instanceof Tensor) return BigInt(value.shape[0] ?? 0);
    if (typeof value === 'string') return BigInt(value.length);
    return BigInt(iterate(value ?? null).length);
  }),
  // Loops over a range whose variable is used after it are written with these.
  __range_length: op('lo hi step', (args) => {
    const step = args.int(2);
    if (step === 0) throw new OperationError('a range has step 0');
    return BigInt(checkItems(Math.max(0, Math.ceil((args.int(1) - args.int(0)) / step))));
  }),
  __derive_index: op('index start step', (args) => BigInt(args.int(1) + args.int(0) * args.int(2))),
  append: op('self el', (args) => {
    const list = listToChange(args);
    checkItems(list.items.push(args.at(1) ?? null));
    return list;
  }),
  extend: op('self other', (args) => {
    const { items } = listToChange(args);
    const added = iterate(args.at(1) ?? null);
    checkItems(items.length + added.length);
    items.push(...added);
    return null;
  }),
  insert: op('self idx el', (args) => {
    listToChange(args).items.splice(args.int(1), 0, args.at(2) ?? null);
    return null;
  }),
  pop: op('self idx', (args) => {
    const { items } = listToChange(args);
    const [removed] = items.splice(args.int(1, -1), 1);
    if (removed === undefined) throw new OperationError('the list is empty');
    return removed;
  }),
  reverse: op('self', (args) => {
    listToChange(args).items.reverse();
    return null;
  }),
  list: op('self', (args) => new List([...iterate(args.at(0) ?? null)])),
  keys: op('self', (args) => new List([...iterate(args.at(0) ?? null)])),
  values: op('self', (args) => {
    const dict = args.at(0);
    if (!(dict instanceof Dict)) throw new OperationError(`${describe(dict)} is no dict`);
    return new List([...dict.entries.values()]);
  }),
  items: op('self', (args) => {
    const dict = args.at(0);
    if (!(dict instanceof Dict)) throw new OperationError(`${describe(dict)} is no dict`);
    return new List([...dict.entries].map((entry) => new Tuple(entry)));
  }),
  __getitem__: op('self idx', (args) => getItem(args.at(0) ?? null, args.at(1) ?? null)),
  __contains__: op('self item', (args) => {
    const [items, wanted] = [iterate(args.at(0) ?? null), args.at(1)];
    if (wanted instanceof Text || wanted instanceof Tensor) return isAmong(args.context, wanted, items);
    return items.some((item) => equals(item, wanted));
  }),
  _set_item: op('self idx el', (args) => {
    const target = args.at(0);
    if (target instanceof Dict) {
      changing(args, target).entries.set(args.at(1) ?? null, args.at(2) ?? null);
      return null;
    }
    const { items } = listToChange(args);
    const index = args.int(1);
    const position = index < 0 ? index + items.length : index;
    if (position < 0 || position >= items.length) throw new OperationError(`index ${index} is out of range`);
    items[position] = args.at(2) ?? null;
    return target ?? null;
  }),
};
