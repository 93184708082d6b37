import { TillerError } from '../../document/tiller-error.js';
import type { PickleValue, StorageType, TupleRecord } from './pickle-values.js';

/** A name that the pickle refers to: an element type, a class of the archive, or a function that builds data. */
export type Callable =
  | { readonly kind: 'storage-type'; readonly type: StorageType }
  | { readonly kind: 'class'; readonly className: string }
  | { readonly kind: 'function'; readonly name: keyof typeof FUNCTIONS };

/** A storage of the archive, by its key; `length` in elements. */
export interface StorageRecord {
  readonly kind: 'storage';
  readonly key: string;
  readonly type: StorageType;
  readonly length: number;
}

/** What can lie on the stack while a pickle is read. */
export type Item = PickleValue | Callable | StorageRecord;

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

/** @returns the error for a pickle that cannot be read; `what` ends its first sentence */
export function corrupt(what: string): TillerError {
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

/** Whether a value of a pickle is a tuple. */
export function isTuple(item: Item | undefined): item is TupleRecord {
  return typeof item === 'object' && item !== null && item.kind === 'tuple';
}

/** @throws TillerError `pickle-corrupt` unless it is an integer from 0 on */
export function asCount(item: Item | undefined): number {
  if (typeof item !== 'bigint' || item < 0n || item > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw corrupt('a size was expected');
  }
  return Number(item);
}

/** @throws TillerError `pickle-corrupt` where a name or a storage stands in the place of a value */
export function asValue(item: Item | undefined): PickleValue {
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
export const FUNCTIONS = {
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
 * What a name stands for: nothing but classes of the archive's own code, torch's element types and the functions above.
 * @param classPrefix names starting so are classes of the archive's own code
 * @throws TillerError `pickle-forbidden`, or `model-interface` for kinds of data that are not read
 */
export function findGlobal(module: string, name: string, classPrefix: string): Callable {
  if (module === classPrefix || module.startsWith(`${classPrefix}.`)) {
    return { kind: 'class', className: `${module}.${name}` };
  }
  const storage = Object.hasOwn(STORAGE_TYPES, name) ? STORAGE_TYPES[name] : undefined;
  if (module === 'torch' && storage !== undefined) return { kind: 'storage-type', type: storage };
  const qualified = `${module} ${name}`;
  if (isAllowedFunction(qualified)) return { kind: 'function', name: qualified };
  throw refuseGlobal(module, name);
}
