import type {
  InstanceRecord,
  PickleValue,
  StorageType,
  TensorRecord,
} from '../../../torchscript/pickle-values.js';
import { type Concrete, sameShape, scalar, type TensorType } from './tensors/content.js';
import { Tensor } from './tensors/tensor.js';
import { Text } from './text.js';
import {
  describe,
  Device,
  Dict,
  FunctionReference,
  Instance,
  List,
  Tuple,
  type ScriptValue,
} from './values.js';

/** What attributes hold in place of what is stored, by object and name. */
export type AttributeValues = Map<InstanceRecord, Map<string, PickleValue>>;

/** A tensor that the next call finds where this call found another, or none. */
export interface Leaf {
  /** The buffer that holds it for the next call. */
  readonly record: TensorRecord;
  readonly path: string;
  readonly value: Tensor;
  /** Set where this call found no tensor of that shape and type: the file has no such buffer. */
  readonly isNew: boolean;
}

/** A value as the next call finds it. */
export interface Kept {
  /** The stored value itself where nothing but the contents of tensors is different. */
  readonly kept: PickleValue;
  readonly leaves: readonly Leaf[];
  /** Whether the run put tensors there, whether or not they are carried. */
  readonly holdsNewTensors: boolean;
}

/**
 * Turns values of a finished run into what the next run starts from: tensors become buffers, all else is kept as it is. A list
 * or dict that several attributes hold stays one.
 */
export class Keeper {
  private readonly collections = new Map<List | Dict, PickleValue>();
  private leaves: Leaf[] = [];
  private carriesTensors = true;

  /** @param recordOf the object of the file that an instance stands for */
  constructor(private readonly recordOf: (instance: Instance) => InstanceRecord | undefined) {}

  /**
   * @param stored what this run found
   * @param carriesTensors false where a tensor does not outlive the call
   * @throws RangeError for objects and functions that the file does not hold, and for a text that only the graph knows where it is carried
   */
  keep(stored: PickleValue | undefined, value: ScriptValue, path: string, carriesTensors: boolean): Kept {
    this.leaves = [];
    this.carriesTensors = carriesTensors;
    const kept = this.value(stored, value, path);
    const holdsNewTensors = this.leaves.length > 0;
    if (holdsNewTensors && !carriesTensors) return { kept: stored ?? null, leaves: [], holdsNewTensors };
    return { kept, leaves: this.leaves, holdsNewTensors };
  }

  private value(stored: PickleValue | undefined, value: ScriptValue, path: string): PickleValue {
    if (value instanceof Tensor) return this.tensor(stored, value, path);
    if (value instanceof Tuple) {
      const before = isKind(stored, 'tuple') ? stored.items : [];
      const items = this.items(before, value.items, path);
      return isKind(stored, 'tuple') && sameItems(before, items) ? stored : { kind: 'tuple', items };
    }
    if (value instanceof List || value instanceof Dict) {
      const known = this.collections.get(value);
      if (known !== undefined) return known;
      const kept = value instanceof List ? this.list(stored, value, path) : this.dict(stored, value, path);
      this.collections.set(value, kept);
      return kept;
    }
    if (value instanceof Instance) {
      const record = this.recordOf(value);
      if (record !== undefined) return record;
    }
    if (value instanceof Device) return 'cpu';
    if (value instanceof Text) {
      if (this.carriesTensors) throw new RangeError(`${path} keeps a text that an attribute sets`);
      return stored ?? null;
    }
    if (value instanceof Instance || value instanceof FunctionReference)
      throw new RangeError(`${path} is set to ${describe(value)}, which the file does not hold`);
    return value;
  }

  private list(stored: PickleValue | undefined, { items: values }: List, path: string): PickleValue {
    const before = isKind(stored, 'list') ? stored.items : [];
    const items = this.items(before, values, path);
    return isKind(stored, 'list') && sameItems(before, items) ? stored : { kind: 'list', items };
  }

  private dict(stored: PickleValue | undefined, { entries: values }: Dict, path: string): PickleValue {
    const before: ReadonlyMap<PickleValue, PickleValue> = isKind(stored, 'dict') ? stored.entries : new Map();
    const entries = new Map(
      [...values].map(([key, value], index) => {
        const name = this.value(undefined, key, path);
        return [name, this.value(before.get(name), value, `${path}.${index}`)] as const;
      }),
    );
    const isSame = isKind(stored, 'dict') && sameItems([...before].flat(), [...entries].flat());
    return isSame ? stored : { kind: 'dict', entries };
  }

  private items(before: readonly PickleValue[], values: readonly ScriptValue[], path: string): PickleValue[] {
    return values.map((value, index) => this.value(before[index], value, `${path}.${index}`));
  }

  private tensor(stored: PickleValue | undefined, value: Tensor, path: string): PickleValue {
    const fits =
      isKind(stored, 'tensor') && typeOf(stored.type) === value.type && sameShape(stored.sizes, value.shape);
    if (fits && value.storage.origin?.record === stored && value.isWhole) return stored;
    const record = fits ? stored : newRecord(value, path);
    this.leaves.push({ record, path, value, isNew: !fits });
    return record;
  }
}

/**
 * A buffer in place of a number that the call has replaced by another one. It has no dimensions, so that torch counts it like
 * a number in arithmetic, and starts as the file states it; null where the attribute does not go from number to number.
 */
export function numberBuffer({
  record,
  name,
  path,
  kept,
  isSetOutside,
}: {
  readonly record: InstanceRecord;
  readonly name: string;
  readonly path: string;
  readonly kept: PickleValue;
  readonly isSetOutside: boolean;
}): { readonly record: TensorRecord; readonly initial: Concrete } | null {
  const first = record.attributes.get(name);
  if (isSetOutside || typeof first !== typeof kept) return null;
  if (typeof first === 'number')
    return { record: scalarRecord('float64', path), initial: scalar('float64', first) };
  if (typeof first === 'bigint')
    return { record: scalarRecord('int64', path), initial: scalar('int64', Number(first)) };
  return null;
}

const scalarRecord = (type: 'float64' | 'int64', path: string): TensorRecord => ({
  kind: 'tensor',
  storage: `kept ${path}`,
  type,
  storageLength: 1,
  offset: 0,
  sizes: [],
  strides: [],
});

/** Whether two stored values are the same; tensors and objects where they are one. */
export function sameStored(a: PickleValue | undefined, b: PickleValue | undefined): boolean {
  if (isKind(a, 'dict') && isKind(b, 'dict'))
    return sameSequence([...a.entries].flat(), [...b.entries].flat());
  if (isKind(a, 'list') && isKind(b, 'list')) return sameSequence(a.items, b.items);
  if (isKind(a, 'tuple') && isKind(b, 'tuple')) return sameSequence(a.items, b.items);
  return Object.is(a, b);
}

function sameSequence(a: readonly PickleValue[], b: readonly PickleValue[]): boolean {
  return a.length === b.length && a.every((item, index) => sameStored(item, b[index]));
}

function sameItems(a: readonly PickleValue[], b: readonly PickleValue[]): boolean {
  return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
}

function isKind<K extends string>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value?.kind === kind;
}

function newRecord({ type, shape }: Tensor, path: string): TensorRecord {
  if (type === 'complex64') throw new RangeError(`${path} keeps a complex tensor`);
  return {
    kind: 'tensor',
    storage: `kept ${path}`,
    type,
    storageLength: shape.reduce((count, size) => count * size, 1),
    offset: 0,
    sizes: shape,
    strides: [],
  };
}

/** The type that a stored tensor is loaded as. */
function typeOf(type: StorageType): TensorType {
  switch (type) {
    case 'float16':
    case 'bfloat16':
      return 'float32';
    case 'int16':
    case 'int8':
    case 'uint8':
      return 'int64';
    default:
      return type;
  }
}
