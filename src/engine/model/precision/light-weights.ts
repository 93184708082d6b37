import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { ConstantProduct, PlacedMatrix } from '../../onnx/constant-products.js';
import type { WeightSink } from '../../onnx/write.js';
import { BLOCK_ROWS, blocksOf, quantise } from './quantise.js';

/** onnxruntime maps constants from the disk where their offset allows. */
const ALIGNMENT = 4096;

/** Identifies a matrix: several graphs may multiply by the same one. */
export const matrixKey = ({ rows, columns, offset }: ConstantProduct): string =>
  `${rows} ${columns} ${offset}`;

/** Bytes of a matrix as the file has it, and in 8 bits with its scales. */
export const exactBytes = ({ rows, columns }: ConstantProduct): number => rows * columns * 4;
export const lightBytes = ({ rows, columns }: ConstantProduct): number =>
  blocksOf(rows) * columns * (BLOCK_ROWS + 4);

/** Writes matrices of a model in 8 bits to a file beside it, each once. One thread. */
export class LightWeights {
  private readonly places = new Map<string, PlacedMatrix>();
  private readonly source: number;
  private length = 0;

  /**
   * @param dir the model's folder
   * @param exact name of the weights file in it
   * @param name of the file that `sink` writes, beside them
   */
  constructor(
    dir: string,
    exact: string,
    private readonly name: string,
    private readonly sink: WeightSink,
  ) {
    this.source = openSync(join(dir, exact), 'r');
  }

  /** Where a matrix lies in 8 bits; it is read, rounded and written when it is asked for first. @throws TillerError `disk-full` */
  place(product: ConstantProduct): PlacedMatrix {
    const known = this.places.get(matrixKey(product));
    if (known !== undefined) return known;
    const { rows, columns, offset } = product;
    const matrix = new Float32Array(rows * columns);
    const bytes = new Uint8Array(matrix.buffer);
    for (let done = 0; done < bytes.length;) {
      const read = readSync(this.source, bytes, done, bytes.length - done, offset + done);
      if (read === 0) throw new RangeError('the weights file is shorter than its matrices');
      done += read;
    }
    const { values, scales } = quantise(matrix, rows, columns);
    const placed = {
      file: this.name,
      valuesOffset: this.append(values),
      scalesOffset: this.append(new Uint8Array(scales.buffer)),
      blockRows: BLOCK_ROWS,
    };
    this.places.set(matrixKey(product), placed);
    return placed;
  }

  close(): void {
    closeSync(this.source);
  }

  private append(bytes: Uint8Array): number {
    const offset = this.length;
    const padding = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT;
    this.sink(bytes);
    if (padding > 0) this.sink(new Uint8Array(padding));
    this.length += bytes.length + padding;
    return offset;
  }
}
