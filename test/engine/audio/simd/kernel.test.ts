import { spawnSync } from 'node:child_process';
import { loadKernel } from '../../../../src/engine/audio/simd/kernel.js';
import { WASM_BASE64 } from '../../../../src/engine/audio/simd/polyphase.wasm.js';

test('the assembled kernels are up to date with their sources', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/wasm.mjs', '--check'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('arrays of a kernel do not overlap, are aligned and contain zeros', () => {
  const lengths = [1, 5, 40_000, 0, 16];
  const { arrays } = loadKernel(WASM_BASE64, lengths);
  expect(arrays.map(({ length }) => length)).toEqual(lengths);
  expect(arrays.every((array) => array.every((value) => value === 0))).toBe(true);
  expect(arrays.map(({ byteOffset }) => byteOffset % 16)).toEqual(lengths.map(() => 0));
  arrays.forEach((array, index) => array.fill(index + 1));
  expect(arrays.map((array) => new Set(array))).toEqual(
    lengths.map((length, index) => new Set(length === 0 ? [] : [index + 1])),
  );
});

test('every kernel has its own memory', () => {
  const [first, second] = [loadKernel(WASM_BASE64, [4]), loadKernel(WASM_BASE64, [4])];
  first.arrays[0]?.fill(7);
  expect(second.arrays[0]).toEqual(new Float32Array(4));
});
