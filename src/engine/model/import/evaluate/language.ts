import { TillerError } from '../../../../document/tiller-error.js';
import { describePosition, type Expression, type Position } from '../../../torchscript/syntax.js';
import { type Context, OperationError } from './context.js';
import { Tensor } from './tensors/tensor.js';
import { describe, type Val } from './values.js';

/** Named arguments that say where results lie, never what they are. */
export const IGNORED_NAMES: ReadonlySet<string> = new Set([
  'layout',
  'device',
  'pin_memory',
  'memory_format',
  'non_blocking',
]);

export function unsupported(what: string, at: Position | null): TillerError {
  const place = at === null ? '' : ` at ${describePosition(at)}`;
  return new TillerError(
    'operation-unsupported',
    `The model's code cannot be imported: ${what}${place} is not supported.`,
    'Nothing was guessed: Tiller cannot play this model as it is.',
  );
}

/** `a.b.c` as its parts, or null when the expression is something else. */
export function dottedPath(expression: Expression): readonly string[] | null {
  if (expression.kind === 'name') return [expression.id];
  if (expression.kind !== 'attribute') return null;
  const path = dottedPath(expression.object);
  return path === null ? null : [...path, expression.name];
}

export function* countUp(from: bigint, to: bigint, step: bigint): Generator<Val> {
  for (let value = from; step > 0n ? value < to : value > to; value += step) yield value;
}

export function toNumber(context: Context, value: Val): number {
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return Number(value);
  if (value instanceof Tensor) return context.item(value);
  throw new OperationError(`${describe(value)} is no number`);
}
