import type { StatedAttribute } from '../../../../document/model-attribute.js';
import { elementCount, type Value } from '../../../onnx/graph.js';
import type { Context } from './context.js';
import type { Interpreter } from './interpreter.js';
import { concrete, scalar, symbolic } from './tensors/content.js';
import { Tensor } from './tensors/tensor.js';
import { Text, TextChoices } from './text.js';
import type { Instance, ScriptValue } from './values.js';

/** One argument of a setter: a value that is set while the model plays, or one that stays as it is. */
export type SetterArgument =
  | {
      readonly kind: 'set';
      readonly type: 'bool' | 'int' | 'float' | 'str';
      readonly value: StatedAttribute;
      /** Takes the texts that the code compares it with; left out where those of `value` are all. */
      readonly texts?: TextChoices;
    }
  | { readonly kind: 'kept'; readonly value: ScriptValue };

/** An attribute of nn~ that can be set: the method that does so, and its arguments. */
export interface SettableAttribute {
  readonly name: string;
  readonly setter: string;
  readonly args: readonly SetterArgument[];
}

/** The values of attributes as an input of a graph. */
export interface AttributeInput {
  /** float32, one element for each value in order. */
  readonly vector: Value;
  /** Each value as a number without dimensions. */
  readonly elements: readonly Value[];
}

/** What an attribute lets be set, in the order of the graph's input. */
export function statedValues(attributes: readonly SettableAttribute[]): readonly StatedAttribute[] {
  return attributes.flatMap(({ args }) => args.flatMap((arg) => (arg.kind === 'set' ? [arg.value] : [])));
}

/**
 * Makes the attributes' values an input of the graph, and has each setter called with them. The graph then answers each call as the
 * model would where its attributes were set right before.
 * @returns null where there are none
 */
export function setAttributes(
  context: Context,
  interpreter: Interpreter,
  root: Instance,
  attributes: readonly SettableAttribute[],
): AttributeInput | null {
  const count = statedValues(attributes).length;
  if (count === 0) return null;
  const { graph } = context;
  const vector = graph.input('attributes', 'float32', [count]);
  const elements: Value[] = [];
  for (const { setter, args } of attributes) {
    const values = args.map((arg): ScriptValue => {
      if (arg.kind === 'kept') return arg.value;
      const index = graph.constant('int64', [], BigInt64Array.of(BigInt(elements.length)));
      const element = graph.add('Gather', [vector, index], []);
      elements.push(element);
      return asArgument(context, element, arg);
    });
    interpreter.callMethod(root, setter, values);
  }
  return { vector, elements };
}

/** A number that is only known when the graph runs is a tensor without dimensions, which torch counts like a number. */
function asArgument(
  { algebra }: Context,
  element: Value,
  { type, value: { choices }, texts }: SetterArgument & { readonly kind: 'set' },
): Tensor | Text {
  if (elementCount(element.shape) !== 1) throw new RangeError('an attribute is one number');
  const number = symbolic(element);
  if (type === 'float') return Tensor.of(number);
  if (type === 'bool') return Tensor.of(algebra.binary('gt', number, scalar('float32', 0.5)));
  const integer = algebra.cast(algebra.unary('round', number), 'int64');
  if (type === 'str') return new Text(texts ?? new TextChoices(choices ?? []), integer);
  if (choices === undefined) return Tensor.of(integer);
  const numbers = concrete('int64', [choices.length], Float64Array.from(choices, Number));
  return Tensor.of(algebra.gather(numbers, integer, 0));
}
