import { z } from 'zod';

/** Most values that a model may have set from outside. */
export const MAX_ATTRIBUTES = 64;
/** Greatest magnitude of such a value. */
export const MAX_ATTRIBUTE_VALUE = 1e6;

export const attributeKindSchema = z.enum(['number', 'integer', 'switch']);
export type AttributeKind = z.infer<typeof attributeKindSchema>;

const attributeValue = z.number().min(-MAX_ATTRIBUTE_VALUE).max(MAX_ATTRIBUTE_VALUE);
const attributeName = z.string().min(1).max(60);

/** A value that a model lets be set while it plays (an attribute of nn~), as its file states it; a switch is 0 or 1. */
export const statedAttributeSchema = z.strictObject({
  name: attributeName,
  kind: attributeKindSchema,
  initial: attributeValue,
});
export type StatedAttribute = z.infer<typeof statedAttributeSchema>;

/** What an instrument sets such a value to. Files state no bounds: the player chooses them. */
export const modelAttributeSchema = z
  .strictObject({
    name: attributeName,
    kind: attributeKindSchema,
    /** As the file states it. */
    initial: attributeValue,
    value: attributeValue,
    /** What the ends of the control and of the host's parameter stand for. */
    range: z.tuple([attributeValue, attributeValue]).refine(([low, high]) => low < high, {
      message: 'the low end is not below the high end',
    }),
  })
  .refine(({ value, range: [low, high] }) => value >= low && value <= high, {
    message: 'the value is outside its range',
  });
export type ModelAttribute = z.infer<typeof modelAttributeSchema>;

/** In the order of the model's own list, which the host's parameters `Model 1`… follow. */
export const modelAttributesSchema = z.array(modelAttributeSchema).max(MAX_ATTRIBUTES);

/** Bounds for a value whose file states none: it lies within, with as much room above as below or up to 1 (10 for integers). */
export function usualRange(kind: AttributeKind, initial: number): [number, number] {
  if (kind === 'switch') return [0, 1];
  const high = Math.min(MAX_ATTRIBUTE_VALUE, Math.max(kind === 'integer' ? 10 : 1, 2 * Math.abs(initial)));
  return [initial < 0 ? -high : 0, high];
}

/**
 * The attributes of a model: those of `known` that it states, too, as they are, the others as the file states them.
 * @returns `known` itself where nothing is different
 */
export function attributesOf(
  stated: readonly StatedAttribute[],
  known: readonly ModelAttribute[],
): readonly ModelAttribute[] {
  const attributes = stated.map(({ name, kind, initial }) => {
    const found = known.find(
      (other) => other.name === name && other.kind === kind && other.initial === initial,
    );
    return found ?? { name, kind, initial, value: initial, range: usualRange(kind, initial) };
  });
  const isSame = attributes.length === known.length && attributes.every((one, i) => one === known[i]);
  return isSame ? known : attributes;
}

/** Whether the player has left an attribute as the file states it. */
export function isAsStated({ kind, initial, value, range: [low, high] }: ModelAttribute): boolean {
  const [usualLow, usualHigh] = usualRange(kind, initial);
  return value === initial && low === usualLow && high === usualHigh;
}

/** The value nearest to `value` that the attribute may have: within its range, whole where it is no number. */
export function attributeValueNear({ kind, range }: ModelAttribute, value: number): number {
  const [low, high] = range;
  const whole = kind === 'number' ? value : Math.round(value);
  return Math.min(high, Math.max(low, whole));
}

/** The value at a position of the control or the host's parameter, 0..1. */
export function attributeValueAt(attribute: ModelAttribute, position: number): number {
  const [low, high] = attribute.range;
  return attributeValueNear(attribute, low + position * (high - low));
}

/** The position, 0..1, of the present value. */
export function attributePosition({ value, range: [low, high] }: ModelAttribute): number {
  return (value - low) / (high - low);
}
