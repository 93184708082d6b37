import type { ZipItem } from '../../../torchscript/archive-builder.js';

/** A tensor of a file; those that name the same storage share its memory. */
export interface StoredTensor {
  readonly data: Float32Array | Float64Array | BigInt64Array;
  /** The length of the data by default. */
  readonly sizes?: readonly number[];
  readonly strides?: readonly number[];
  readonly storage?: string;
}

/** A tuple of a file. */
export class StoredTuple {
  constructor(readonly items: readonly Stored[]) {}
}

/** What an attribute of a model may hold; an array is a list, a map a dict, an object another instance of the model's class. */
export type Stored =
  | null
  | boolean
  | bigint
  | number
  | string
  | StoredTensor
  | readonly Stored[]
  | ReadonlyMap<string, Stored>
  | StoredTuple
  | { readonly [name: string]: Stored };
export type Attributes = Readonly<Record<string, Stored>>;

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write('J');
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.write('G');
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function text(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length);
  return Buffer.concat([latin('X'), length, latin(value)]);
}

const tuple = (items: readonly number[]): Buffer =>
  Buffer.concat([latin('('), ...items.map(int), latin('t')]);

const STORAGE_CLASSES = [
  [Float32Array, 'FloatStorage'],
  [Float64Array, 'DoubleStorage'],
  [BigInt64Array, 'LongStorage'],
] as const;

/** Pickles a model as torch does: an object that is met again is the same again. */
class Pickler {
  readonly storages = new Map<string, Uint8Array>();
  private readonly memo = new Map<object, number>();

  pickle(value: Stored): Buffer {
    if (value === null) return latin('N');
    if (typeof value === 'boolean') return latin(value ? '\x88' : '\x89');
    if (typeof value === 'bigint') return int(Number(value));
    if (typeof value === 'number') return float(value);
    if (typeof value === 'string') return text(value);
    const known = this.memo.get(value);
    if (known !== undefined) return Buffer.from([0x68, known]);
    const made = this.build(value);
    this.memo.set(value, this.memo.size);
    return Buffer.concat([made, Buffer.from([0x71, this.memo.size - 1])]);
  }

  private build(value: object): Buffer {
    if (Array.isArray(value)) {
      const items = (value as readonly Stored[]).map((item) => this.pickle(item));
      return Buffer.concat([latin(']('), ...items, latin('e')]);
    }
    if (isTensor(value)) return this.tensor(value);
    if (value instanceof StoredTuple)
      return Buffer.concat([latin('('), ...value.items.map((item) => this.pickle(item)), latin('t')]);
    if (value instanceof Map) {
      const entries = [...(value as ReadonlyMap<string, Stored>)].flatMap(([key, item]) => [
        text(key),
        this.pickle(item),
      ]);
      return Buffer.concat([latin('}('), ...entries, latin('u')]);
    }
    const items = Object.entries(value as Attributes).flatMap(([name, item]) => [
      text(name),
      this.pickle(item),
    ]);
    return Buffer.concat([latin('c__torch__\nM\n)\x81}('), ...items, latin('ub')]);
  }

  private tensor({ data, sizes = [data.length], strides = [1], storage }: StoredTensor): Buffer {
    const key = storage ?? `${this.storages.size}`;
    this.storages.set(key, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const [, name = ''] = STORAGE_CLASSES.find(([type]) => data instanceof type) ?? [];
    return Buffer.concat([
      latin('ctorch._utils\n_rebuild_tensor_v2\n(('),
      text('storage'),
      latin(`ctorch\n${name}\n`),
      text(key),
      text('cpu'),
      int(data.length),
      latin('tQ'),
      int(0),
      tuple(sizes),
      tuple(strides),
      latin('\x89NtR'),
    ]);
  }
}

function isTensor(value: object): value is StoredTensor {
  return 'data' in value && ArrayBuffer.isView(value.data);
}

/** The entries of an archive whose model has these attributes. */
export function storedModel(attributes: Attributes): readonly ZipItem[] {
  const pickler = new Pickler();
  const data = Buffer.concat([latin('\x80\x02'), pickler.pickle(attributes), latin('.')]);
  return [
    { name: 'm/data.pkl', data },
    ...[...pickler.storages].map(([key, bytes]) => ({ name: `m/data/${key}`, data: bytes })),
  ];
}
