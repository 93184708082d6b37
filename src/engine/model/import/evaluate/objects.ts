import type {
  DictRecord,
  InstanceRecord,
  ListRecord,
  PickleValue,
  TensorRecord,
} from '../../../torchscript/pickle-values.js';
import type { Program } from '../../../torchscript/program.js';
import { type AttributeValues, type Kept, Keeper } from './kept-values.js';
import { fromStored } from './tensors/content.js';
import { type Storage, Tensor } from './tensors/tensor.js';
import { Dict, Instance, List, Tuple, type ScriptValue } from './values.js';

/** An attribute that a run replaced, or whose list or dict it changed. */
export interface KeptAttribute extends Kept {
  readonly record: InstanceRecord;
  readonly name: string;
  /** Dotted path from the root. */
  readonly path: string;
  /** What this run found there. */
  readonly stored: PickleValue | undefined;
  /** Whether it is set anew before each call. */
  readonly isSetOutside: boolean;
}

/** The objects of the file for one evaluation. Each is created once, on first use. */
export class Objects {
  readonly storages = new Map<TensorRecord, Storage>();
  /** Buffers that several attributes hold. */
  readonly shared = new Set<TensorRecord>();
  /** What attributes held when they were first read. */
  readonly read = new Map<InstanceRecord, Map<string, PickleValue>>();
  private readonly instances = new Map<InstanceRecord, Instance>();
  private readonly origins = new Map<Instance, { record: InstanceRecord; path: string }>();
  private readonly constants = new Map<number, ScriptValue>();
  /** Lists and dicts of the file: an attribute and another that hold one hold the same. */
  private readonly collections = new Map<PickleValue, List | Dict>();
  /** Attributes that were set from outside before the call. */
  private readonly setOutside = new Map<Instance, ReadonlySet<string>>();
  /** Attributes that were replaced; true for those that had been read before. */
  private readonly written = new Map<Instance, Map<string, boolean>>();

  constructor(
    private readonly program: Program,
    /** What attributes hold in place of what is stored. */
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

  /** What was replaced until now is set again before each call: numbers that only the graph knows are not carried to the next. */
  markSetOutside(): void {
    for (const [instance, names] of this.written) this.setOutside.set(instance, new Set(names.keys()));
  }

  /** What the next call finds in the attributes that this one replaced, or whose lists and dicts it changed. */
  kept(): readonly KeptAttribute[] {
    const keeper = new Keeper((instance) => this.origins.get(instance)?.record);
    const found: KeptAttribute[] = [];
    for (const [instance, { record, path }] of this.origins) {
      const written = this.written.get(instance);
      const names = new Set([...(this.read.get(record)?.keys() ?? []), ...(written?.keys() ?? [])]);
      for (const name of names) {
        const stored = this.stored(record, name);
        if (written?.has(name) !== true && !holdsCollection(stored)) continue;
        // What is replaced before it is read does not last: its tensors are not carried.
        const isSetOutside = this.setOutside.get(instance)?.has(name) === true;
        const isRead = written?.get(name) !== false && !isSetOutside;
        const place = joined(path, name);
        const kept = keeper.keep(stored, instance.get(name) ?? null, place, isRead);
        found.push({ ...kept, record, name, path: place, stored, isSetOutside });
      }
    }
    return found;
  }

  private stored(record: InstanceRecord, name: string): PickleValue | undefined {
    const override = this.overrides.get(record)?.get(name);
    return override === undefined ? record.attributes.get(name) : override;
  }

  private instance(record: InstanceRecord, path: string): Instance {
    const known = this.instances.get(record);
    if (known !== undefined) return known;
    const read = new Map<string, PickleValue>();
    const load = (name: string): ScriptValue | undefined => {
      const stored = this.stored(record, name);
      if (stored === undefined) return undefined;
      read.set(name, stored);
      return this.value(stored, joined(path, name));
    };
    const instance = new Instance(record.className, load, true);
    this.read.set(record, read);
    this.instances.set(record, instance);
    this.origins.set(instance, { record, path });
    return instance;
  }

  private value(value: PickleValue, path: string): ScriptValue {
    if (typeof value !== 'object' || value === null) return value;
    switch (value.kind) {
      case 'tensor':
        return this.tensor(value, path);
      case 'instance':
        return this.instance(value, path);
      case 'tuple':
        return new Tuple(value.items.map((item, index) => this.value(item, `${path}.${index}`)));
      case 'list':
      case 'dict':
        return this.collection(value, path);
    }
  }

  private collection(value: ListRecord | DictRecord, path: string): List | Dict {
    const known = this.collections.get(value);
    if (known !== undefined) return known;
    const made =
      value.kind === 'list'
        ? new List(
            value.items.map((item, index) => this.value(item, `${path}.${index}`)),
            true,
          )
        : new Dict(true);
    if (made instanceof Dict && value.kind === 'dict')
      for (const [index, [key, item]] of [...value.entries].entries())
        made.entries.set(this.value(key, path), this.value(item, `${path}.${index}`));
    this.collections.set(value, made);
    return made;
  }
}

/** Whether a stored value is a tensor. */
export function isTensor(value: PickleValue | undefined): value is TensorRecord {
  return typeof value === 'object' && value?.kind === 'tensor';
}

function holdsCollection(value: PickleValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value.kind === 'tuple') return value.items.some(holdsCollection);
  return value.kind === 'list' || value.kind === 'dict';
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
