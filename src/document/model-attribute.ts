import { z } from 'zod';

/** Most values that a model may have set from outside. */
export const MAX_ATTRIBUTES = 64;
/** Greatest magnitude of such a value. */
export const MAX_ATTRIBUTE_VALUE = 1e6;

/** Longest text of such a value. */
const MAX_CHOICE_LENGTH = 100;
/** Most values of an attribute that is one of a few. */
export const MAX_ATTRIBUTE_CHOICES = 64;

export const attributeKindSchema = z.enum(['number', 'integer', 'switch', 'choice']);
export type AttributeKind = z.infer<typeof attributeKindSchema>;

/** The bounds of an attribute that takes any number. */
const UNBOUNDED = [-MAX_ATTRIBUTE_VALUE, MAX_ATTRIBUTE_VALUE] as const;

const attributeValue = z.number().min(-MAX_ATTRIBUTE_VALUE).max(MAX_ATTRIBUTE_VALUE);
const attributeName = z.string().min(1).max(60);

const attributeRange = z.tuple([attributeValue, attributeValue]).refine(([low, high]) => low < high, {
  message: 'the low end is not below the high end',
});

const statedFields = {
  name: attributeName,
  kind: attributeKindSchema,
  /** As the file states it. */
  initial: attributeValue,
  /** What the model's own code takes, where that is known to be less than any number. */
  bounds: attributeRange.optional(),
  /** Kind `choice` only: the text of each value, which is its position in this list. */
  choices: z.array(z.string().max(MAX_CHOICE_LENGTH)).min(2).max(MAX_ATTRIBUTE_CHOICES).optional(),
};

interface Choosable {
  readonly kind: AttributeKind;
  readonly initial: number;
  readonly choices?: readonly string[] | undefined;
}

/** A choice has choices, which nothing else has, and is one of them. */
const choosesOne = ({ kind, initial, choices }: Choosable): boolean =>
  kind === 'choice'
    ? choices !== undefined && Number.isInteger(initial) && initial >= 0 && initial < choices.length
    : choices === undefined;
const NO_CHOICE = { message: 'the value is none of its choices' };

/** A value that a model lets be set while it plays (an attribute of nn~), as its file states it; a switch is 0 or 1. */
export const statedAttributeSchema = z.strictObject(statedFields).refine(choosesOne, NO_CHOICE);
export type StatedAttribute = Readonly<z.infer<typeof statedAttributeSchema>>;

/** What an instrument sets such a value to. Where the model takes any number, the player chooses the range. */
export const modelAttributeSchema = z
  .strictObject({
    ...statedFields,
    value: attributeValue,
    /** What the ends of the control and of the host's parameter stand for. */
    range: attributeRange,
  })
  .refine(choosesOne, NO_CHOICE)
  .refine(({ value, range: [low, high] }) => value >= low && value <= high, {
    message: 'the value is outside its range',
  })
  .refine(
    ({ kind, range: [low, high], choices }) =>
      kind !== 'choice' || (low === 0 && high === (choices?.length ?? 0) - 1),
    { message: 'the range is not that of the choices' },
  );
export type ModelAttribute = z.infer<typeof modelAttributeSchema>;

/** In the order of the model's own list, which the host's parameters `Model 1`… follow. */
export const modelAttributesSchema = z.array(modelAttributeSchema).max(MAX_ATTRIBUTES);

/**
 * A range for a value. Where its bounds are known on both sides it is that; else the value as stated lies within it, with as much room
 * above as below or up to 1 (10 for integers).
 */
export function usualRange({ kind, initial, bounds, choices }: StatedAttribute): [number, number] {
  if (kind === 'switch') return [0, 1];
  if (kind === 'choice') return [0, Math.max(1, (choices?.length ?? 0) - 1)];
  const reach = Math.max(kind === 'integer' ? 10 : 1, 2 * Math.abs(initial));
  const usual: [number, number] = [initial < 0 ? -reach : 0, reach];
  const [low, high] = bounds ?? UNBOUNDED;
  if (low > -MAX_ATTRIBUTE_VALUE && high < MAX_ATTRIBUTE_VALUE) return [low, high];
  return withinBounds([Math.max(usual[0], low), Math.max(usual[1], low + reach)], bounds);
}

/** The part of a range that is within what an attribute takes; all of that where there is none. */
export function withinBounds(
  [low, high]: readonly [number, number],
  [least, most]: readonly [number, number] = UNBOUNDED,
): [number, number] {
  const within: [number, number] = [Math.max(low, least), Math.min(high, most)];
  return within[0] < within[1] ? within : [least, most];
}

/**
 * The attributes of a model: those of `known` that it states, too, as they are, the others as the file states them.
 * @returns `known` itself where nothing is different
 */
export function attributesOf(
  stated: readonly StatedAttribute[],
  known: readonly ModelAttribute[],
): readonly ModelAttribute[] {
  const attributes = stated.map((attribute): ModelAttribute => {
    const found = known.find((other) => isSameAttribute(attribute, other));
    if (found === undefined) {
      const range = usualRange(attribute);
      return withFields(attribute, {
        value: Math.min(range[1], Math.max(range[0], attribute.initial)),
        range,
      });
    }
    if (isEqualRange(found.bounds, attribute.bounds)) return found;
    // Imported again by a version that found out more.
    const range = withinBounds(found.range, attribute.bounds);
    return withFields(attribute, { value: attributeValueNear({ ...found, range }, found.value), range });
  });
  const isSame = attributes.length === known.length && attributes.every((one, i) => one === known[i]);
  return isSame ? known : attributes;
}

function withFields(
  { name, kind, initial, bounds, choices }: StatedAttribute,
  set: Pick<ModelAttribute, 'value' | 'range'>,
): ModelAttribute {
  return {
    name,
    kind,
    initial,
    ...(bounds === undefined ? {} : { bounds: [...bounds] }),
    ...(choices === undefined ? {} : { choices: [...choices] }),
    ...set,
  };
}

function isSameAttribute(a: StatedAttribute, b: StatedAttribute): boolean {
  return (
    a.name === b.name &&
    a.kind === b.kind &&
    a.initial === b.initial &&
    a.choices?.length === b.choices?.length &&
    (a.choices ?? []).every((choice, i) => choice === b.choices?.[i])
  );
}

type Range = readonly [number, number] | undefined;
const isEqualRange = (a: Range, b: Range): boolean => a?.[0] === b?.[0] && a?.[1] === b?.[1];

/** Whether the player has left an attribute as the file states it. */
export function isAsStated(attribute: ModelAttribute): boolean {
  const { initial, value, range } = attribute;
  return value === initial && isEqualRange(range, usualRange(attribute));
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
