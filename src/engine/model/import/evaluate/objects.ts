import type { InstanceRecord, PickleValue, TensorRecord } from '../../../torchscript/pickle-values.js';
import type { Program } from '../../../torchscript/program.js';
import { fromStored } from './tensors/content.js';
import { type Storage, Tensor } from './tensors/tensor.js';
import { Dict, Instance, List, Tuple, type ScriptValue } from './values.js';

/** What attributes hold in place of what is stored, by object and name. */
export type AttributeValues = Map<InstanceRecord, Map<string, ScriptValue>>;

/** An attribute that a run gave another value. */
export interface ReplacedAttribute {
  readonly record: InstanceRecord;
  readonly name: string;
  /** Dotted path from the root. */
  readonly path: string;
  /** What the file has there, unless an earlier run put something else in its place. */
  readonly stored: PickleValue | undefined;
  readonly value: ScriptValue;
  /** Whether the call read the attribute before it replaced it. */
  readonly readFirst: boolean;
}

/** The objects of the file for one evaluation. Each is created once, on first use. */
export class Objects {
  readonly storages = new Map<TensorRecord, Storage>();
  /** Buffers that several attributes hold. */
  readonly shared = new Set<TensorRecord>();
  /** What attributes held when they were first read. */
  readonly read: AttributeValues = new Map();
  private readonly instances = new Map<InstanceRecord, Instance>();
  private readonly origins = new Map<Instance, { record: InstanceRecord; path: string }>();
  private readonly constants = new Map<number, ScriptValue>();
  /** Lists and dicts of the file, and what they held. */
  private readonly collections = new Map<List | Dict, { path: string; before: readonly ScriptValue[] }>();
  /** Attributes that were replaced; true for those that had been read before. */
  private readonly written = new Map<Instance, Map<string, boolean>>();

  constructor(
    private readonly program: Program,
    private readonly overrides: AttributeValues,
    private readonly openStorage: (record: TensorRecord, path: string) => Storage,
  ) {}

  get root(): Instance {
    return this.instance(this.program.root, '');
  }

  tensor(record: TensorRecord, path: string): Tensor {
    let storage = this.storages.get(record);
    if (storage === undefined) {
      storage = this.openStorage(record, path);
      this.storages.set(record, storage);
    }
    if (storage.origin?.path !== path) this.shared.add(record);
    return Tensor.at(storage, record.sizes);
  }

  /** `CONSTANTS.c…` by number. */
  constant(index: number): ScriptValue | undefined {
    if (!this.constants.has(index)) {
      const value = this.program.constants[index];
      if (value === undefined) return undefined;
      this.constants.set(
        index,
        isTensor(value)
          ? Tensor.of(fromStored(this.program.tensor(value, 'constants')))
          : this.value(value, `CONSTANTS.c${index}`),
      );
    }
    return this.constants.get(index);
  }

  /** Records that an attribute is about to be replaced. */
  noteWrite(instance: Instance, name: string): void {
    const names = this.written.get(instance) ?? new Map<string, boolean>();
    if (!names.has(name)) names.set(name, instance.hasLoaded(name));
    this.written.set(instance, names);
  }

  /** All attributes that were replaced, with what they hold now. */
  *replaced(): Generator<ReplacedAttribute> {
    for (const [instance, names] of this.written) {
      const origin = this.origins.get(instance);
      if (origin === undefined) continue;
      const { record, path } = origin;
      for (const [name, readFirst] of names) {
        yield {
          record,
          name,
          path: joined(path, name),
          stored: this.overrides.get(record)?.has(name) === true ? undefined : record.attributes.get(name),
          value: instance.get(name) ?? null,
          readFirst,
        };
      }
    }
  }

  /** Path of a list or dict of the file that was changed in place, or null. */
  changedCollection(): string | null {
    for (const [value, { path, before }] of this.collections) {
      const after = entriesOf(value);
      if (after.length !== before.length || after.some((item, index) => item !== before[index])) return path;
    }
    return null;
  }

  private instance(record: InstanceRecord, path: string): Instance {
    const known = this.instances.get(record);
    if (known !== undefined) return known;
    const read = new Map<string, ScriptValue>();
    const instance = new Instance(record.className, (name) => {
      const override = this.overrides.get(record)?.get(name);
      const value = override === undefined ? this.load(record, name, path) : override;
      if (value !== undefined) read.set(name, value);
      return value;
    });
    this.read.set(record, read);
    this.instances.set(record, instance);
    this.origins.set(instance, { record, path });
    return instance;
  }

  private load(record: InstanceRecord, name: string, path: string): ScriptValue | undefined {
    const stored = record.attributes.get(name);
    return stored === undefined ? undefined : this.value(stored, joined(path, name));
  }

  private value(value: PickleValue, path: string): ScriptValue {
    if (typeof value !== 'object' || value === null) return value;
    switch (value.kind) {
      case 'tensor':
        return this.tensor(value, path);
      case 'instance':
        return this.instance(value, path);
      case 'list':
        return this.trackCollection(new List(this.values(value.items, path)), path);
      case 'tuple':
        return new Tuple(this.values(value.items, path));
      case 'dict': {
        const dict = new Dict();
        for (const [key, item] of value.entries)
          dict.entries.set(this.value(key, path), this.value(item, path));
        return this.trackCollection(dict, path);
      }
    }
  }

  private values(items: readonly PickleValue[], path: string): ScriptValue[] {
    return items.map((item, index) => this.value(item, `${path}.${index}`));
  }

  private trackCollection<T extends List | Dict>(value: T, path: string): T {
    this.collections.set(value, { path, before: [...entriesOf(value)] });
    return value;
  }
}

export function isTensor(value: PickleValue | undefined): value is TensorRecord {
  return typeof value === 'object' && value?.kind === 'tensor';
}

/** Whether a value is a tensor, or has one among its items. */
export function holdsTensor(value: ScriptValue): boolean {
  if (value instanceof List || value instanceof Tuple) return value.items.some(holdsTensor);
  return value instanceof Tensor;
}

/** Whether two values are one, tuples item by item. */
export function sameValue(a: ScriptValue | undefined, b: ScriptValue): boolean {
  if (a instanceof Tuple && b instanceof Tuple) {
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => sameValue(item, b.items[index] ?? null))
    );
  }
  return a === b;
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function entriesOf(value: List | Dict): readonly ScriptValue[] {
  return value instanceof List ? value.items : [...value.entries].flat();
}
