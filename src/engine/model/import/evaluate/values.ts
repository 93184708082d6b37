import type { FunctionDefinition } from '../../../torchscript/syntax.js';
import { Tensor } from './tensors/tensor.js';

/** A list of the program: shared and changed in place. */
export class List {
  constructor(readonly items: ScriptValue[]) {}
}

export class Tuple {
  constructor(readonly items: readonly ScriptValue[]) {}
}

export class Dict {
  readonly entries = new Map<ScriptValue, ScriptValue>();
}

/** An instance of one of the archive's classes. Attributes are read from the archive when they are first asked for. */
export class Instance {
  private readonly values = new Map<string, ScriptValue>();

  constructor(
    readonly className: string,
    private readonly load: (name: string) => ScriptValue | undefined,
  ) {}

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

  set(name: string, value: ScriptValue): void {
    this.values.set(name, value);
  }
}

/** A function of the archive, by its qualified name. */
export class FunctionReference {
  constructor(readonly definition: FunctionDefinition) {}
}

/** Where a tensor lives: there is only the CPU. */
export class Device {}
export const CPU = new Device();

/** Values of the program. Its `int` is a bigint, its `float` a number, so that the two are distinguishable. */
export type ScriptValue =
  | null
  | boolean
  | bigint
  | number
  | string
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
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return 'a bool';
  if (value instanceof Tensor) return `a tensor of shape [${value.shape.join(', ')}]`;
  if (value instanceof List) return 'a list';
  if (value instanceof Tuple) return 'a tuple';
  if (value instanceof Dict) return 'a dict';
  if (value instanceof Instance) return value.className;
  return value instanceof FunctionReference ? `the function ${value.definition.name}` : 'a device';
}
