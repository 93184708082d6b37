import { TillerError } from '../../../../document/tiller-error.js';
import { describePosition, type Expression, type Position } from '../../../torchscript/syntax.js';
import { elementCount, type ElementType } from '../../../onnx/graph.js';
import { type Context, OperationError } from './context.js';
import { Tensor } from './tensors/tensor.js';
import { Text } from './text.js';
import { describe, type ScriptValue } from './values.js';

/** Named arguments that say where results are stored and do not change their values. */
export const IGNORED_NAMES: ReadonlySet<string> = new Set([
  'layout',
  'device',
  'pin_memory',
  'memory_format',
  'non_blocking',
]);

/** An error for what the importer cannot translate. */
export function unsupported(what: string, at: Position | null): TillerError {
  const place = at === null ? '' : ` at ${describePosition(at)}`;
  return new TillerError(
    'operation-unsupported',
    `The model's code cannot be imported: ${what}${place} is not supported.`,
    'Tiller does not support this construct and cannot play the model.',
  );
}

/** `a.b.c` as its parts, or null when the expression is something else. */
export function dottedPath(expression: Expression): readonly string[] | null {
  if (expression.kind === 'name') return [expression.id];
  if (expression.kind !== 'attribute') return null;
  const path = dottedPath(expression.object);
  return path === null ? null : [...path, expression.name];
}

/** The integers of Python's `range(from, to, step)`. */
export function* integerRange(from: bigint, to: bigint, step: bigint): Generator<ScriptValue> {
  for (let value = from; step > 0n ? value < to : value > to; value += step) yield value;
}

/** `int(value)` or `float(value)`; a tensor without dimensions where the value is only known when the graph runs. */
export function convertNumber(context: Context, value: ScriptValue, type: 'int' | 'float'): ScriptValue {
  if (value instanceof Tensor && value.type !== 'complex64' && elementCount(value.shape) === 1) {
    const content = context.readReal(value);
    if (content.kind === 'symbolic') {
      const { algebra } = context;
      return Tensor.of(
        algebra.cast(algebra.reshape(content, []), type === 'int' ? 'int64' : floatTypeOf(content.type)),
      );
    }
  }
  const number = toNumber(context, value);
  return type === 'float' ? number : BigInt(Math.trunc(number));
}

const floatTypeOf = (type: ElementType): ElementType => (type === 'float64' ? type : 'float32');

function toNumber(context: Context, value: ScriptValue): number {
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return Number(value);
  if (value instanceof Tensor) return context.item(value);
  throw new OperationError(`${describe(value)} is not a number`);
}

const TYPE_TESTS = new Map<string, (value: ScriptValue) => boolean>([
  ['str', (value) => typeof value === 'string' || value instanceof Text],
  ['int', (value) => typeof value === 'bigint'],
  ['float', (value) => typeof value === 'number'],
  ['bool', (value) => typeof value === 'boolean'],
  ['Tensor', (value) => value instanceof Tensor],
  ['NoneType', (value) => value === null],
]);

/** `isinstance(value, type)`. @throws TillerError for types of lists, tuples and objects */
export function isOfType(value: ScriptValue, type: Expression | undefined, at: Position): boolean {
  const test = type?.kind === 'name' ? TYPE_TESTS.get(type.id) : undefined;
  if (test === undefined) throw unsupported('isinstance with such a type', at);
  return test(value);
}
