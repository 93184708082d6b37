import { Archive } from '../../../src/engine/torchscript/archive.js';
import type { StorageType, TensorRecord } from '../../../src/engine/torchscript/pickle-values.js';
import { loadTensor } from '../../../src/engine/torchscript/tensors.js';
import { buildZip } from './archive-builder.js';

async function load(
  data: Uint8Array,
  part: Partial<TensorRecord> & { type: StorageType },
): Promise<number[]> {
  const archive = await Archive.fromBytes(
    buildZip([
      { name: 'm/data.pkl', data: '.' },
      { name: 'm/data/0', data },
    ]),
  );
  const record: TensorRecord = {
    kind: 'tensor',
    storage: '0',
    storageLength: data.length,
    offset: 0,
    sizes: [2, 3],
    strides: [3, 1],
    ...part,
  };
  return Array.from(loadTensor(archive, record, 'data').data, Number);
}

const floats = new Uint8Array(Float32Array.from({ length: 12 }, (_, i) => i / 2).buffer);

describe('tensors', () => {
  test('are read in order', async () => {
    expect(await load(floats, { type: 'float32', offset: 1 })).toEqual([0.5, 1, 1.5, 2, 2.5, 3]);
  });

  test('are gathered by their strides', async () => {
    expect(await load(floats, { type: 'float32', strides: [1, 2] })).toEqual([0, 1, 2, 0.5, 1.5, 2.5]);
    expect(await load(floats, { type: 'float32', strides: [0, 0] })).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('hold integers and halves', async () => {
    const longs = new Uint8Array(BigInt64Array.of(-3n, 2n ** 40n).buffer);
    expect(await load(longs, { type: 'int64', sizes: [2], strides: [1] })).toEqual([-3, 2 ** 40]);
    const halves = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff).buffer);
    expect(await load(halves, { type: 'float16', sizes: [4], strides: [1] })).toEqual([
      1,
      -2,
      2 ** -24,
      65504,
    ]);
  });

  test('hold bfloat16', async () => {
    const halves = new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x4049, 0xff80).buffer);
    expect(await load(halves, { type: 'bfloat16', sizes: [4], strides: [1] })).toEqual([
      1,
      -2,
      3.140625,
      -Infinity,
    ]);
  });

  test.each([
    { offset: 7 },
    { sizes: [2, 10] },
    { strides: [9, 2] },
    { sizes: new Array<number>(20).fill(1), strides: new Array<number>(20).fill(1) },
    { sizes: [2 ** 20, 2 ** 20], strides: [0, 0] },
    // Twelve floats that were copied out as a gigabyte.
    { sizes: [2 ** 25 + 1], strides: [0] },
  ])('never reach beyond their storage: %j', async (part) => {
    await expect(load(floats, { type: 'float32', ...part })).rejects.toMatchObject({
      code: expect.stringMatching(/archive-(corrupt|too-large)/) as string,
    });
  });
});
