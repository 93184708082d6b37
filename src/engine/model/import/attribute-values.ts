import { MAX_ATTRIBUTE_CHOICES, MAX_ATTRIBUTE_VALUE } from '../../../document/model-attribute.js';
import type { Program } from '../../torchscript/program.js';
import type { SettableAttribute, SetterArgument } from './evaluate/attribute-inputs.js';
import { setterTakes } from './evaluate/setter-probe.js';
import type { ScriptValue } from './evaluate/values.js';

type SetArgument = SetterArgument & { readonly kind: 'set' };

/** Integers that are tried with every setter. */
const TRIED_FROM = -16;
const TRIED_TO = 128;
const TRIED_POWERS = 20;
/** Magnitudes of numbers that are tried with every setter. */
const TRIED_NUMBERS = [0, 0.001, 0.01, 0.1, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 100, 1000, 1e4, 1e5];
/** Steps in which the bound of what a setter takes is narrowed down. */
const BISECTIONS = 24;
/** Longest text that is offered as a choice. */
const MAX_TEXT = 100;

/** An attribute with what its setter takes. */
export interface KnownAttribute {
  readonly attribute: SettableAttribute;
  /** Whether it refuses values within the bounds that were found. */
  readonly refuses: boolean;
}

/**
 * Finds out which values an attribute's setter takes, by calling it: the bounds of numbers, integers that are one of a few, and
 * which of the texts that the code compares with. A setter that refuses a value leaves the file's own, so that such values
 * are better not offered.
 * @returns null where fewer than two values are left
 */
export function findValues(program: Program, attribute: SettableAttribute): KnownAttribute | null {
  let refuses = false;
  const numbers = literalsOf(program, attribute.setter);
  const args = attribute.args.map((arg, place): SetterArgument => {
    if (arg.kind === 'kept') return arg;
    const takes = (value: ScriptValue): boolean =>
      setterTakes(
        program,
        attribute.setter,
        attribute.args.map((other, i) => (i === place ? value : initialOf(other))),
      ) !== false;
    if (arg.type === 'str') return withTexts(arg, takes);
    if (arg.type === 'bool') return arg;
    const found = arg.type === 'int' ? findIntegers(arg, numbers, takes) : findBounds(arg, numbers, takes);
    refuses ||= found.refuses;
    return { ...arg, value: { ...arg.value, ...found.value } };
  });
  return args.every(({ kind }) => kind === 'kept') ? null : { attribute: { ...attribute, args }, refuses };
}

function initialOf(arg: SetterArgument): ScriptValue {
  if (arg.kind === 'kept') return arg.value;
  const { initial, choices } = arg.value;
  if (arg.type === 'str') return choices?.[initial] ?? '';
  if (arg.type === 'bool') return initial !== 0;
  return arg.type === 'int' ? BigInt(initial) : initial;
}

/** The texts that the setter takes, the file's own among them; one that can be nothing else is kept. */
function withTexts(arg: SetArgument, takes: (value: string) => boolean): SetterArgument {
  const { initial, choices = [] } = arg.value;
  const stated = choices[initial] ?? '';
  const offered = (arg.texts?.all ?? [])
    .filter((text) => text === stated || (text !== '' && text.length <= MAX_TEXT && takes(text)))
    .slice(0, MAX_ATTRIBUTE_CHOICES);
  if (offered.length < 2 || !offered.includes(stated)) return { kind: 'kept', value: stated };
  const value = { ...arg.value, initial: offered.indexOf(stated), choices: offered };
  return { kind: 'set', type: 'str', value };
}

interface FoundValues {
  readonly value: Partial<SetArgument['value']>;
  readonly refuses: boolean;
}

function findIntegers(
  { value: { initial } }: SetArgument,
  literals: readonly number[],
  takes: (value: bigint) => boolean,
): FoundValues {
  const powers = Array.from({ length: TRIED_POWERS + 1 }, (_, i) => 2 ** i);
  const ends = [-MAX_ATTRIBUTE_VALUE, MAX_ATTRIBUTE_VALUE];
  const around = [...powers, ...ends, ...literals.filter(Number.isInteger), initial].flatMap((n) => [
    n - 1,
    n,
    n + 1,
  ]);
  const run = Array.from({ length: TRIED_TO - TRIED_FROM + 1 }, (_, i) => TRIED_FROM + i);
  const tried = sorted([...run, ...around]);
  const taken = tried.filter((n) => n === initial || takes(BigInt(n)));
  const bounds = asBounds(taken[0] ?? initial, taken.at(-1) ?? initial);
  const [low, high] = bounds;
  const hasGaps = tried.some((n) => n >= low && n <= high && !taken.includes(n));
  const isFinite = low > -MAX_ATTRIBUTE_VALUE && high < MAX_ATTRIBUTE_VALUE;
  if (hasGaps && isFinite && taken.length > 1 && taken.length <= MAX_ATTRIBUTE_CHOICES)
    return {
      value: { kind: 'choice', initial: taken.indexOf(initial), choices: taken.map(String) },
      refuses: false,
    };
  return { value: boundsValue(bounds), refuses: hasGaps };
}

function findBounds(
  { value: { initial } }: SetArgument,
  literals: readonly number[],
  takes: (value: number) => boolean,
): FoundValues {
  const tried = sorted([...TRIED_NUMBERS, ...literals, initial].flatMap((n) => [-n, n]));
  const at = tried.indexOf(initial);
  const end = (step: 1 | -1): number => {
    let inside = initial;
    for (let i = at + step; i >= 0 && i < tried.length; i += step) {
      const next = tried[i] as number;
      if (!takes(next)) return step * narrow(step * inside, step * next, (x) => takes(step * x));
      inside = next;
    }
    return step * MAX_ATTRIBUTE_VALUE;
  };
  return { value: boundsValue([end(-1), end(1)]), refuses: false };
}

/** The greatest value that is taken between one that is (`inside`) and a greater one that is not, nearly. */
function narrow(inside: number, outside: number, takes: (value: number) => boolean): number {
  // Setters compare with literals, which are tried themselves: usually the bound is one of the two ends.
  if (!takes(inside + (outside - inside) * 2 ** -BISECTIONS)) return inside;
  let [low, high] = [inside, outside];
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (low + high) / 2;
    if (takes(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Where the greatest value that can be set is taken, or the one before it, there is no bound. */
const asBounds = (low: number, high: number): [number, number] => [
  low <= 1 - MAX_ATTRIBUTE_VALUE ? -MAX_ATTRIBUTE_VALUE : low,
  high >= MAX_ATTRIBUTE_VALUE - 1 ? MAX_ATTRIBUTE_VALUE : high,
];

function boundsValue(bounds: readonly [number, number]): FoundValues['value'] {
  const [low, high] = bounds;
  const isBounded = low > -MAX_ATTRIBUTE_VALUE || high < MAX_ATTRIBUTE_VALUE;
  return isBounded && low < high ? { bounds: [low, high] } : {};
}

const sorted = (numbers: readonly number[]): number[] =>
  [...new Set(numbers)]
    // Not −0, which a set tells from 0 no more than comparisons do.
    .map((n) => n + 0)
    .filter((n) => Math.abs(n) <= MAX_ATTRIBUTE_VALUE)
    .sort((a, b) => a - b);

/** The numbers that a setter's code is written with, and those in lists that the model holds: values are often one of them. */
function literalsOf(program: Program, setter: string): number[] {
  const { className, attributes } = program.root;
  const found: number[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('kind' in part && (part.kind === 'int' || part.kind === 'float') && 'value' in part)
      found.push(Number(part.value));
    for (const [name, child] of Object.entries(part)) if (name !== 'at') visit(child);
  };
  visit(program.findClass(className)?.methods.get(setter)?.body);
  for (const value of attributes.values())
    if (typeof value === 'object' && value?.kind === 'list')
      for (const item of value.items)
        if (typeof item === 'bigint' || typeof item === 'number') found.push(Number(item));
  return found.filter(Number.isFinite);
}
