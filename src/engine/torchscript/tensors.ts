import { TillerError } from '../../document/tiller-error.js';
import type { Archive } from './archive.js';
import type { StorageType, TensorRecord } from './pickle-values.js';

/** Most dimensions a tensor may have. */
const MAX_RANK = 16;
const MAX_ELEMENTS = 2 ** 28;
/** The same of a tensor that repeats what its storage holds. */
const MAX_REPEATED_ELEMENTS = 2 ** 25;

/** Values of a tensor in row-major order. Contiguous float tensors are views of the file's buffer: read only. */
export interface StoredTensor {
  readonly type: StorageType;
  readonly shape: readonly number[];
  readonly data: StoredData;
  /** Name of the storage: tensors that share it share memory in torch. */
  readonly storage: string;
  /** How many elements were made anew to give these: 0 for a view of the file. */
  readonly copied: number;
}

export type StoredData =
  Float64Array | Float32Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

const ELEMENT_BYTES: Readonly<Record<StorageType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/**
 * Reads the values of a tensor out of its storage.
 * @throws TillerError `archive-corrupt` when it reaches beyond its storage, `archive-too-large`
 */
export function loadTensor(
  archive: Archive,
  record: TensorRecord,
  folder: 'data' | 'constants',
): StoredTensor {
  const { type, offset, sizes, strides } = record;
  const storage = `${folder}/${record.storage}`;
  const bytes = archive.read(storage);
  const length = Math.floor(bytes.length / ELEMENT_BYTES[type]);
  const count = sizes.reduce((product, size) => product * size, 1);
  const last = sizes.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset);
  const largest = count > length ? MAX_REPEATED_ELEMENTS : MAX_ELEMENTS;
  if (sizes.length > MAX_RANK || count > largest)
    throw new TillerError(
      'archive-too-large',
      `A tensor of the model has ${sizes.length} dimensions and ${count} elements.`,
      `Tiller reads tensors of up to ${MAX_RANK} dimensions and ${largest} elements.`,
    );
  if (count > 0 && last >= length) {
    throw new TillerError(
      'archive-corrupt',
      `A tensor of the model reaches beyond its storage ${storage}.`,
      'The file may be damaged: get it again, or export it again.',
    );
  }
  const all = viewStorage(bytes, type, length);
  const decoded = all.buffer === bytes.buffer ? 0 : length;
  if (isContiguous(sizes, strides))
    return { type, shape: sizes, data: all.subarray(offset, offset + count), storage, copied: decoded };
  const data = gather(all, offset, sizes, strides, count);
  return { type, shape: sizes, data, storage, copied: decoded + count };
}

function isContiguous(sizes: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    if (sizes[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= sizes[axis] ?? 1;
  }
  return true;
}

/** torch aligns storages to 64 bytes; a file packed by other means may not, and is copied. */
function viewStorage(bytes: Buffer, type: StorageType, length: number): StoredData {
  const width = ELEMENT_BYTES[type];
  const source = bytes.byteOffset % width === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  const { buffer, byteOffset } = source;
  switch (type) {
    case 'float64':
      return new Float64Array(buffer, byteOffset, length);
    case 'float32':
      return new Float32Array(buffer, byteOffset, length);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'int32':
      return new Int32Array(buffer, byteOffset, length);
    case 'int16':
      return new Int16Array(buffer, byteOffset, length);
    case 'int8':
      return new Int8Array(buffer, byteOffset, length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer, byteOffset, length);
    case 'float16':
      return decodeHalf(new Uint16Array(buffer, byteOffset, length));
    case 'bfloat16':
      return decodeBrain(new Uint16Array(buffer, byteOffset, length));
  }
}

/** bfloat16 to binary32: the upper half of its bits. */
function decodeBrain(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** IEEE 754 binary16 to binary32. */
function decodeHalf(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

function gather(
  all: StoredData,
  offset: number,
  sizes: readonly number[],
  strides: readonly number[],
  count: number,
): StoredData {
  const out = all.slice(0, 0).constructor as new (length: number) => StoredData;
  const data = new out(count);
  const index = sizes.map(() => 0);
  let position = offset;
  for (let i = 0; i < count; i += 1) {
    data[i] = all[position] as never;
    for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
      const size = sizes[axis] ?? 1;
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      position += stride;
      if (next < size) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      position -= size * stride;
    }
  }
  return data;
}
