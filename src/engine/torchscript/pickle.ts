import { TillerError } from '../../document/tiller-error.js';

/** Element types of the tensors that models hold. */
export type StorageType =
  'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/** A tensor as the pickle describes it: a strided window into a storage, which is an entry of the archive. */
export interface TensorRecord {
  readonly kind: 'tensor';
  readonly storage: string;
  readonly type: StorageType;
  readonly storageLength: number;
  readonly offset: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/** An instance of a class that the archive's own code declares. */
export interface InstanceRecord {
  readonly kind: 'instance';
  readonly className: string;
  readonly attributes: Map<string, PickleValue>;
}

export interface ListRecord {
  readonly kind: 'list';
  readonly items: PickleValue[];
}
export interface TupleRecord {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}
export interface DictRecord {
  readonly kind: 'dict';
  readonly entries: Map<PickleValue, PickleValue>;
}

/** Python's `int` is a bigint here and `float` a number, so that the two are distinguishable. */
export type PickleValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | TensorRecord
  | InstanceRecord
  | ListRecord
  | TupleRecord
  | DictRecord;

/** Stack items that are not values of the model. */
type Callable =
  | { readonly kind: 'storage-type'; readonly type: StorageType }
  | { readonly kind: 'class'; readonly className: string }
  | { readonly kind: 'function'; readonly name: keyof typeof FUNCTIONS };
interface StorageRecord {
  readonly kind: 'storage';
  readonly key: string;
  readonly type: StorageType;
  readonly length: number;
}
type Item = PickleValue | Callable | StorageRecord;

const STORAGE_TYPES: Readonly<Record<string, StorageType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

/** Kinds of data that torch stores and Tiller does not read, by the names that stand for them. */
const UNSUPPORTED_DATA: readonly { readonly names: RegExp; readonly kind: string }[] = [
  { names: /qtensor|^Q\w+Storage$/, kind: 'quantised weights' },
  { names: /sparse/, kind: 'sparse tensors' },
  { names: /^Complex\w+Storage$/, kind: 'complex weights' },
  { names: /Float8|_rebuild_/, kind: 'tensors of an unusual kind' },
];

const MARK = Symbol('mark');
const MAX_STACK = 1_000_000;

function corrupt(what: string): TillerError {
  return new TillerError(
    'pickle-corrupt',
    `The model's data cannot be read: ${what}.`,
    'The file may be damaged: get it again, or export it again.',
  );
}

/** An error that says what kind of data the name stands for, as far as it is known. */
function refuseGlobal(module: string, name: string): TillerError {
  const kind = UNSUPPORTED_DATA.find(({ names }) => names.test(name))?.kind;
  if (module.startsWith('torch') && kind !== undefined)
    return new TillerError(
      'model-interface',
      `The model holds ${kind}, which Tiller does not read.`,
      'Export it with weights of float32, float16, bfloat16 or float64.',
    );
  return new TillerError(
    'pickle-forbidden',
    `The model's data refers to ${module}.${name}, which Tiller does not know.`,
    'Nothing was executed. Tiller reads TorchScript models exported for nn~, by RAVE or with nn-tilde.',
  );
}

function isTuple(item: Item | undefined): item is TupleRecord {
  return typeof item === 'object' && item !== null && item.kind === 'tuple';
}

function asCount(item: Item | undefined): number {
  if (typeof item !== 'bigint' || item < 0n || item > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw corrupt('a size was expected');
  }
  return Number(item);
}

function asValue(item: Item | undefined): PickleValue {
  if (item === undefined) throw corrupt('a value is missing');
  if (typeof item !== 'object' || item === null) return item;
  switch (item.kind) {
    case 'storage-type':
    case 'class':
    case 'function':
    case 'storage':
      throw corrupt('a name stands where a value belongs');
    case 'tensor':
    case 'instance':
    case 'list':
    case 'tuple':
    case 'dict':
      return item;
  }
}

function rebuildTensor(args: readonly Item[]): PickleValue {
  const [storage, offset, sizes, strides] = args;
  if (typeof storage !== 'object' || storage === null || storage.kind !== 'storage') {
    throw corrupt('a tensor has no storage');
  }
  if (!isTuple(sizes) || !isTuple(strides) || sizes.items.length !== strides.items.length) {
    throw corrupt('a tensor has no shape');
  }
  return {
    kind: 'tensor',
    storage: storage.key,
    type: storage.type,
    storageLength: storage.length,
    offset: asCount(offset),
    sizes: sizes.items.map(asCount),
    strides: strides.items.map(asCount),
  };
}

/** The functions that may be called while a model is read, each a plain construction of data. */
const FUNCTIONS = {
  'torch._utils _rebuild_tensor_v2': rebuildTensor,
  'torch._utils _rebuild_parameter': (args: readonly Item[]) => asValue(args[0]),
  'torch.jit._pickle restore_type_tag': (args: readonly Item[]) => asValue(args[0]),
  'torch.jit._pickle build_intlist': (args: readonly Item[]) => asValue(args[0]),
  'torch.jit._pickle build_doublelist': (args: readonly Item[]) => asValue(args[0]),
  'torch.jit._pickle build_boollist': (args: readonly Item[]) => asValue(args[0]),
  'torch.jit._pickle build_tensorlist': (args: readonly Item[]) => asValue(args[0]),
  'collections OrderedDict': (): PickleValue => ({ kind: 'dict', entries: new Map() }),
  'torch device': (args: readonly Item[]) => asValue(args[0]),
} as const;

function isAllowedFunction(name: string): name is keyof typeof FUNCTIONS {
  return Object.hasOwn(FUNCTIONS, name);
}

/**
 * Reads a pickle of the kind torch writes (protocol 2). Nothing is executed: names outside a short list are
 * refused, and those on it only build data.
 * @param classPrefix names starting so are classes of the archive's own code
 * @throws TillerError `pickle-forbidden` or `pickle-corrupt`
 */
export function unpickle(bytes: Buffer, classPrefix = '__torch__'): PickleValue {
  return new Unpickler(bytes, classPrefix).run();
}

class Unpickler {
  private position = 0;
  private readonly stack: (Item | typeof MARK)[] = [];
  private readonly memo = new Map<number, Item>();

  constructor(
    private readonly bytes: Buffer,
    private readonly classPrefix: string,
  ) {}

  run(): PickleValue {
    for (;;) {
      const opcode = this.byte();
      if (opcode === 0x2e) return asValue(this.pop());
      this.step(opcode);
      if (this.stack.length > MAX_STACK) throw corrupt('its values are nested too deeply');
    }
  }

  private step(opcode: number): void {
    switch (String.fromCharCode(opcode)) {
      case '\x80':
        if (this.byte() > 5) throw corrupt('its pickle protocol is too new');
        return;
      case '(':
        this.stack.push(MARK);
        return;
      case 'N':
        return this.push(null);
      case '\x88':
        return this.push(true);
      case '\x89':
        return this.push(false);
      case 'K':
        return this.push(BigInt(this.byte()));
      case 'M':
        return this.push(BigInt(this.take(2).readUInt16LE()));
      case 'J':
        return this.push(BigInt(this.take(4).readInt32LE()));
      case '\x8a':
        return this.push(this.readLong(this.byte()));
      case 'G':
        return this.push(this.take(8).readDoubleBE());
      case 'X':
        return this.push(this.take(this.take(4).readUInt32LE()).toString('utf8'));
      case '}':
        return this.push({ kind: 'dict', entries: new Map() });
      case ']':
        return this.push({ kind: 'list', items: [] });
      case ')':
        return this.push({ kind: 'tuple', items: [] });
      case 't':
        return this.push({ kind: 'tuple', items: this.popToMark() as PickleValue[] });
      case '\x85':
      case '\x86':
      case '\x87':
        return this.push({ kind: 'tuple', items: this.popMany(opcode - 0x84) as PickleValue[] });
      case 'q':
        return this.memoPut(this.byte());
      case 'r':
        return this.memoPut(this.take(4).readUInt32LE());
      case 'h':
        return this.memoGet(this.byte());
      case 'j':
        return this.memoGet(this.take(4).readUInt32LE());
      case 'c':
        return this.push(this.findGlobal());
      case '\x81':
        return this.newInstance();
      case 'R':
        return this.reduce();
      case 'Q':
        return this.push(this.findStorage());
      case 'b':
        return this.build();
      case 'a':
        return this.append([this.pop()]);
      case 'e':
        return this.append(this.popToMark());
      case 's':
        return this.setItems(this.popMany(2));
      case 'u':
        return this.setItems(this.popToMark());
      default:
        throw corrupt(`unknown instruction 0x${opcode.toString(16)} at byte ${this.position - 1}`);
    }
  }

  private byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw corrupt('it ends too early');
    this.position += 1;
    return value;
  }

  private take(count: number): Buffer {
    if (this.position + count > this.bytes.length) throw corrupt('it ends too early');
    this.position += count;
    return this.bytes.subarray(this.position - count, this.position);
  }

  private readLine(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw corrupt('it ends too early');
    const line = this.bytes.toString('utf8', this.position, end);
    this.position = end + 1;
    return line;
  }

  private readLong(count: number): bigint {
    const digits = this.take(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(digits[i] ?? 0);
    return count === 0 ? 0n : BigInt.asIntN(count * 8, value);
  }

  private push(item: Item): void {
    this.stack.push(item);
  }

  private pop(): Item {
    const item = this.stack.pop();
    if (item === undefined || item === MARK) throw corrupt('a value is missing');
    return item;
  }

  private popMany(count: number): Item[] {
    const items: Item[] = [];
    for (let i = 0; i < count; i += 1) items.unshift(this.pop());
    return items;
  }

  private popToMark(): Item[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw corrupt('a mark is missing');
    return this.stack.splice(mark).slice(1) as Item[];
  }

  private top(): Item {
    const item = this.stack[this.stack.length - 1];
    if (item === undefined || item === MARK) throw corrupt('a value is missing');
    return item;
  }

  private memoPut(index: number): void {
    this.memo.set(index, this.top());
  }

  private memoGet(index: number): void {
    const item = this.memo.get(index);
    if (item === undefined) throw corrupt('it refers to something unknown');
    this.push(item);
  }

  private findGlobal(): Callable {
    const module = this.readLine();
    const name = this.readLine();
    if (module === this.classPrefix || module.startsWith(`${this.classPrefix}.`)) {
      return { kind: 'class', className: `${module}.${name}` };
    }
    const storage = Object.hasOwn(STORAGE_TYPES, name) ? STORAGE_TYPES[name] : undefined;
    if (module === 'torch' && storage !== undefined) return { kind: 'storage-type', type: storage };
    const qualified = `${module} ${name}`;
    if (isAllowedFunction(qualified)) return { kind: 'function', name: qualified };
    throw refuseGlobal(module, name);
  }

  private newInstance(): void {
    this.pop();
    const type = this.pop();
    if (typeof type !== 'object' || type === null || type.kind !== 'class') {
      throw corrupt('an object has no class');
    }
    this.push({ kind: 'instance', className: type.className, attributes: new Map() });
  }

  private reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!isTuple(args)) throw corrupt('a call has no arguments');
    if (typeof callee !== 'object' || callee === null || callee.kind !== 'function') {
      throw corrupt('something that is no function is called');
    }
    this.push(FUNCTIONS[callee.name](args.items));
  }

  /** `('storage', torch.FloatStorage, '0', 'cpu', numel)` */
  private findStorage(): StorageRecord {
    const id = this.pop();
    const [tag, type, key, , length] = isTuple(id) ? (id.items as readonly Item[]) : [];
    if (
      tag !== 'storage' ||
      typeof type !== 'object' ||
      type === null ||
      type.kind !== 'storage-type' ||
      typeof key !== 'string'
    ) {
      throw corrupt('a storage is not described as torch does');
    }
    return { kind: 'storage', key, type: type.type, length: asCount(length) };
  }

  private build(): void {
    const state = this.pop();
    const target = this.top();
    if (typeof target !== 'object' || target === null || target.kind !== 'instance') {
      throw corrupt('only objects have attributes');
    }
    if (typeof state !== 'object' || state === null || state.kind !== 'dict') {
      throw corrupt(`the attributes of ${target.className} are not a dictionary`);
    }
    for (const [key, value] of state.entries) {
      if (typeof key !== 'string') throw corrupt('an attribute has no name');
      target.attributes.set(key, value);
    }
  }

  private append(items: readonly Item[]): void {
    const list = this.top();
    if (typeof list !== 'object' || list === null || list.kind !== 'list') {
      throw corrupt('only lists can be appended to');
    }
    for (const item of items) list.items.push(asValue(item));
  }

  private setItems(items: readonly Item[]): void {
    const dict = this.top();
    if (typeof dict !== 'object' || dict === null || dict.kind !== 'dict' || items.length % 2 !== 0) {
      throw corrupt('only dictionaries have entries');
    }
    for (let i = 0; i < items.length; i += 2) {
      dict.entries.set(asValue(items[i]), asValue(items[i + 1]));
    }
  }
}
