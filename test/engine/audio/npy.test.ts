import fc from 'fast-check';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TillerError } from '../../../src/document/tiller-error.js';
import { parseNpy, readNpy, writeNpy } from '../../../src/engine/audio/npy.js';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'tiller-npy-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('npy', () => {
  it('reads back the array that it writes', async () => {
    const path = join(folder, 'z.npy');
    const matrix = { rows: 3, columns: 5, data: Float32Array.from({ length: 15 }, (_, i) => i / 7 - 1) };
    await writeNpy(path, matrix);
    expect(await readNpy(path)).toEqual(matrix);
  });

  it('writes the same header as NumPy', async () => {
    const path = join(folder, 'header.npy');
    await writeNpy(path, { rows: 8, columns: 2, data: new Float32Array(16) });
    const bytes = await readFile(path);
    // numpy.lib.format, version 1.0: magic, version, header length, dictionary padded to a multiple of 64, newline.
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    const length = bytes.readUInt16LE(8);
    expect((10 + length) % 64).toBe(0);
    expect(bytes.toString('latin1', 10, 10 + length)).toMatch(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(8, 2\), \} *\n$/,
    );
    expect(bytes.length).toBe(10 + length + 64);
  });

  it('reads float64 and version 2 headers', () => {
    const dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }\n";
    const header = Buffer.concat([
      Buffer.from('\x93NUMPY\x02\x00', 'latin1'),
      Buffer.alloc(4),
      Buffer.from(dictionary),
    ]);
    header.writeUInt32LE(dictionary.length, 8);
    const { data } = parseNpy(Buffer.concat([header, Buffer.from(Float64Array.of(0.5, -2).buffer)]));
    expect([...data]).toEqual([0.5, -2]);
  });

  // Regression: latents saved as [1, dimensions, frames] were refused.
  it('reads an array with a leading dimension of 1', () => {
    const dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }";
    const header = Buffer.alloc(118, ' ');
    header.write(dictionary + '\n');
    const file = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\0\x76\0', 'latin1'),
      header,
      Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer),
    ]);
    expect(parseNpy(file)).toMatchObject({ rows: 2, columns: 3, data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  });

  it('reads a transposed array, which NumPy saves in Fortran order', () => {
    const dictionary = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
    const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${dictionary}`, 'latin1');
    header.writeUInt16LE(dictionary.length, 8);
    const columns = Float32Array.of(1, 4, 2, 5, 3, 6);
    expect(parseNpy(Buffer.concat([header, Buffer.from(columns.buffer)]))).toEqual({
      rows: 2,
      columns: 3,
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  it.each([
    ['another byte order', "{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }"],
    ['integers', "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1), }"],
    ['no order', "{'descr': '<f4', 'shape': (1, 1), }"],
    ['one dimension', "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }"],
    ['more values than there are', "{'descr': '<f4', 'fortran_order': False, 'shape': (100, 100), }"],
    [
      'more values than memory',
      "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999, 999999999), }",
    ],
  ])('refuses %s', (_name, dictionary) => {
    const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${dictionary}`, 'latin1');
    header.writeUInt16LE(dictionary.length, 8);
    expect(() => parseNpy(Buffer.concat([header, Buffer.alloc(16)]))).toThrow(TillerError);
  });

  it('refuses values that are not finite', () => {
    const dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }";
    const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${dictionary}`, 'latin1');
    header.writeUInt16LE(dictionary.length, 8);
    expect(() => parseNpy(Buffer.concat([header, Buffer.from(Float32Array.of(NaN).buffer)]))).toThrow(
      /not numbers/,
    );
  });

  it('reads or refuses any bytes with a TillerError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseNpy(Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(TillerError);
        }
      }),
    );
  });
});
