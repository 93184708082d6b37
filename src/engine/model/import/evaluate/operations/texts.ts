import type { Context } from '../context.js';
import { isFloat, type Real, scalar } from '../tensors/content.js';
import { Tensor } from '../tensors/tensor.js';
import { Text } from '../text.js';
import type { ScriptValue } from '../values.js';

/**
 * Whether two values are equal, one of them a text that is only known when the graph runs: a bool without dimensions, or false
 * where the other is no text.
 */
export function textEquals(context: Context, a: ScriptValue, b: ScriptValue): Tensor | false {
  const [text, other] = a instanceof Text ? [a, b] : [b, a];
  if (!(text instanceof Text)) return false;
  if (typeof other === 'string') return Tensor.of(hasNumber(context, text, text.choices.numberOf(other)));
  if (!(other instanceof Text)) return false;
  if (other.choices === text.choices)
    return Tensor.of(context.algebra.binary('eq', text.number, other.number));
  const both = text.choices.all.map((choice) => {
    const [x, y] = [text.choices.numberOf(choice), other.choices.numberOf(choice)];
    return context.algebra.binary('and', hasNumber(context, text, x), hasNumber(context, other, y));
  });
  return Tensor.of(any(context, both));
}

/** Whether a text or number that is only known when the graph runs is among the values: a bool without dimensions. */
export function isAmong(context: Context, wanted: Text | Tensor, values: readonly ScriptValue[]): Tensor {
  const hits = values.flatMap((value): Real | readonly Real[] => {
    const equal =
      wanted instanceof Text ? textEquals(context, wanted, value) : numberEquals(context, wanted, value);
    return equal === false ? [] : context.readReal(equal);
  });
  return Tensor.of(any(context, hits));
}

function numberEquals(context: Context, wanted: Tensor, value: ScriptValue): Tensor | false {
  if (typeof value !== 'bigint' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  const number = context.algebra.reshape(context.readReal(wanted), []);
  const isExact = isFloat(number.type) || Number.isInteger(Number(value));
  return isExact && Tensor.of(context.algebra.binary('eq', number, scalar(number.type, Number(value))));
}

function hasNumber({ algebra }: Context, { number }: Text, wanted: number): Real {
  return algebra.binary('eq', number, scalar('int64', wanted));
}

function any({ algebra }: Context, conditions: readonly Real[]): Real {
  const nothing: Real = scalar('bool', 0);
  return conditions.reduce((found, condition) => algebra.binary('or', found, condition), nothing);
}
