import { MAX_ATTRIBUTES, MAX_ATTRIBUTE_VALUE } from '../../../document/model-attribute.js';
import type { PickleValue } from '../../torchscript/pickle-values.js';
import type { Program } from '../../torchscript/program.js';
import { type SettableAttribute, type SetterArgument, statedValues } from './evaluate/attribute-inputs.js';
import { TextChoices } from './evaluate/text.js';

/** What nn~ offers to be set. */
export interface ListedAttribute {
  /** Its name and the value that the file states. */
  readonly text: string;
  /** Null where the file has no method that sets it, or its values are neither numbers, switches nor texts. */
  readonly settable: SettableAttribute | null;
}

/** The attributes of nn~ that the file lists: one or several values each, kept as a tuple. */
export function listAttributes(program: Program): ListedAttribute[] {
  const { root } = program;
  const listed = root.attributes.get('_attributes');
  if (typeof listed !== 'object' || listed?.kind !== 'list') return [];
  const methods = program.findClass(root.className)?.methods;
  let room = MAX_ATTRIBUTES;
  return listed.items.flatMap((item) => {
    if (typeof item !== 'string') return [];
    const value = root.attributes.get(item);
    const text = settingText(value);
    if (text === null) return [];
    const setter = methods?.get(`set_${item}`);
    const takes = (setter?.parameters.length ?? 0) - 1;
    const settable = readSettable(item, value, takes);
    const count = settable === null ? 0 : statedValues([settable]).length;
    room -= count;
    const name = item.slice(0, 60);
    return { text: `${name} ${text}`, settable: count > 0 && room >= 0 ? settable : null };
  });
}

/** @param takes arguments of its setter besides the model itself; −1 where there is none */
function readSettable(name: string, value: PickleValue | undefined, takes: number): SettableAttribute | null {
  const items = typeof value === 'object' && value?.kind === 'tuple' ? value.items : [value ?? null];
  if (takes !== items.length) return null;
  const args = items.map((item, index): SetterArgument | null => {
    return readArgument(items.length === 1 ? name : `${name} ${index + 1}`, item);
  });
  return args.includes(null)
    ? null
    : { name, setter: `set_${name}`, args: args.filter((arg) => arg !== null) };
}

/** What a text may be is only found out later (`findValues`). */
function readArgument(name: string, value: PickleValue): SetterArgument | null {
  const stated = { name: name.slice(-60), initial: Number(value) };
  if (typeof value === 'string')
    return {
      kind: 'set',
      type: 'str',
      value: { ...stated, kind: 'choice', initial: 0, choices: [value] },
      texts: new TextChoices([value]),
    };
  if (!(Math.abs(stated.initial) <= MAX_ATTRIBUTE_VALUE)) return null;
  if (typeof value === 'boolean') return { kind: 'set', type: 'bool', value: { ...stated, kind: 'switch' } };
  if (typeof value === 'bigint') return { kind: 'set', type: 'int', value: { ...stated, kind: 'integer' } };
  if (typeof value === 'number') return { kind: 'set', type: 'float', value: { ...stated, kind: 'number' } };
  return null;
}

/** A setting of nn~ as text; null for anything else. */
function settingText(value: PickleValue | undefined): string | null {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return `“${value.slice(0, 40)}”`;
  if (typeof value !== 'object' || value?.kind !== 'tuple') return null;
  const parts = value.items.map(settingText);
  return parts.length === 0 || parts.includes(null) ? null : parts.join(' ');
}
