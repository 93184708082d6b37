import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError } from '../system/file-error.js';

const MAGIC = '\x93NUMPY';
/** Alignment of the data in the file. */
const ALIGNMENT = 64;
/** Two hours of 256 latents at 400 latent frames per second. */
const MAX_VALUES = 2 * 3600 * 400 * 256;

/** A float32 matrix in row-major order. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

const unreadable = (what: string) =>
  new TillerError(
    'array-unreadable',
    what,
    'Save it with numpy.save as a float32 array of [dimensions, frames] or [1, dimensions, frames].',
  );

/** `matrix` as the content of a `.npy` file (format 1.0, little-endian float32, C order). */
export function formatNpy(matrix: Matrix): Buffer {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${matrix.rows}, ${matrix.columns}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const header = Buffer.alloc(10 + length, ' ');
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt16LE(1, 6);
  header[6] = 1;
  header[7] = 0;
  header.writeUInt16LE(length, 8);
  header.write(dictionary, 10, 'latin1');
  header.write('\n', 10 + length - 1, 'latin1');
  const { buffer, byteOffset, byteLength } = matrix.data;
  return Buffer.concat([header, new Uint8Array(buffer, byteOffset, byteLength)]);
}

/** Writes `matrix` as a `.npy` file. @throws TillerError of the file system */
export async function writeNpy(path: string, matrix: Matrix): Promise<void> {
  try {
    await writeFileAtomic(path, formatNpy(matrix));
  } catch (error) {
    throw fromFileError(error, path);
  }
}

/**
 * Reads an array of little-endian float32 or float64, [rows, columns] or [1, rows, columns].
 * @throws TillerError `array-unreadable`, `file-missing`, `disk-denied`
 */
export async function readNpy(path: string): Promise<Matrix> {
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    throw fromFileError(error, path);
  }
  return parseNpy(file);
}

/** `readNpy` from bytes. @throws TillerError `array-unreadable` */
export function parseNpy(file: Buffer): Matrix {
  if (file.length < 12 || file.toString('latin1', 0, 6) !== MAGIC)
    throw unreadable('This is not a .npy file.');
  const wide = (file[6] ?? 0) >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? file.readUInt32LE(8) : file.readUInt16LE(8));
  if (end > file.length) throw unreadable('The .npy file is cut off in its header.');
  const header = file.toString('latin1', start, end);
  const type = /'descr':\s*'<f([48])'/.exec(header)?.[1];
  // nn~ and RAVE in Python save [1, dimensions, frames].
  const shape = /'shape':\s*\((?:1,\s*)?(\d{1,10}),\s*(\d{1,10}),?\s*\)/.exec(header);
  // NumPy saves a transposed array in Fortran order.
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  if (type === undefined || shape === null || order === undefined)
    throw unreadable(
      'The array is not of little-endian float32 or float64 with two dimensions, or three of which the first is 1.',
    );
  const rows = Number(shape[1]);
  const columns = Number(shape[2]);
  const values = rows * columns;
  const bytes = Number(type);
  if (values > MAX_VALUES || file.length - end < values * bytes)
    throw unreadable('The .npy file is cut off.');
  const data = new Float32Array(values);
  for (let i = 0; i < values; i++) {
    const value = bytes === 4 ? file.readFloatLE(end + 4 * i) : file.readDoubleLE(end + 8 * i);
    data[order === 'True' ? (i % rows) * columns + Math.floor(i / rows) : i] = value;
  }
  if (!data.every(Number.isFinite)) throw unreadable('The array holds values that are not numbers.');
  return { rows, columns, data };
}
