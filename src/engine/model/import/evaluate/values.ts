import type { FunctionDefinition } from '../../../torchscript/syntax.js';
import { Changeable } from './changes.js';
import { Tensor } from './tensors/tensor.js';
import { Text } from './text.js';

/** A list of the program: shared and changed in place. */
export class List extends Changeable {
  constructor(
    readonly items: ScriptValue[],
    isStored = false,
  ) {
    super(isStored);
  }

  save(): ScriptValue[] {
    return [...this.items];
  }

  restore(items: unknown): void {
    this.items.splice(0, this.items.length, ...(items as ScriptValue[]));
  }
}

/** A tuple of the program, which never changes. */
export class Tuple {
  constructor(readonly items: readonly ScriptValue[]) {}
}

/** A dict of the program, in the order of its keys. */
export class Dict extends Changeable {
  readonly entries = new Map<ScriptValue, ScriptValue>();

  constructor(isStored = false) {
    super(isStored);
  }

  save(): Map<ScriptValue, ScriptValue> {
    return new Map(this.entries);
  }

  restore(entries: unknown): void {
    replaceEntries(this.entries, entries as Map<ScriptValue, ScriptValue>);
  }
}

/** An instance of one of the archive's classes. Attributes are read from the archive when they are first asked for. */
export class Instance extends Changeable {
  private readonly values = new Map<string, ScriptValue>();

  constructor(
    readonly className: string,
    private readonly load: (name: string) => ScriptValue | undefined,
    isStored = false,
  ) {
    super(isStored);
  }

  get(name: string): ScriptValue | undefined {
    let value = this.values.get(name);
    if (value === undefined) {
      value = this.load(name);
      if (value !== undefined) this.values.set(name, value);
    }
    return value;
  }

  /** Whether the attribute was read or set already. */
  hasLoaded(name: string): boolean {
    return this.values.has(name);
  }

  /** Sets an attribute of the object. */
  set(name: string, value: ScriptValue): void {
    this.values.set(name, value);
  }

  save(): Map<string, ScriptValue> {
    return new Map(this.values);
  }

  restore(values: unknown): void {
    replaceEntries(this.values, values as Map<string, ScriptValue>);
  }
}

function replaceEntries<K, V>(map: Map<K, V>, entries: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

/** A function of the archive, by its qualified name. */
export class FunctionReference {
  constructor(readonly definition: FunctionDefinition) {}
}

/** The device of a tensor: there is only the CPU. */
export class Device {}
export const CPU = new Device();

/** Values of the program. Its `int` is a bigint, its `float` a number, so that the two are distinguishable. */
export type ScriptValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Text
  | Tensor
  | List
  | Tuple
  | Dict
  | Instance
  | FunctionReference
  | Device;

/** What a value is, for error messages. */
export function describe(value: ScriptValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'bigint') return 'an int';
  if (typeof value === 'number') return 'a float';
  if (typeof value === 'string' || value instanceof Text) return 'a string';
  if (typeof value === 'boolean') return 'a bool';
  if (value instanceof Tensor) return `a tensor of shape [${value.shape.join(', ')}]`;
  if (value instanceof List) return 'a list';
  if (value instanceof Tuple) return 'a tuple';
  if (value instanceof Dict) return 'a dict';
  if (value instanceof Instance) return value.className;
  return value instanceof FunctionReference ? `the function ${value.definition.name}` : 'a device';
}
