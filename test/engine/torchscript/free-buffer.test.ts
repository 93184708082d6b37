import { freeBuffer } from '../../../src/engine/torchscript/free-buffer.js';

const residentBytes = (): number => process.memoryUsage.rss();

test('a freed buffer and its views are empty, and its memory is given back', async () => {
  const bytes = new Uint8Array(64 * 1024 ** 2).fill(1);
  const view = new Float32Array(bytes.buffer, 64, 1000);
  const held = residentBytes();
  await freeBuffer(bytes);
  expect([bytes.length, view.length]).toEqual([0, 0]);
  expect(residentBytes()).toBeLessThan(held - 32 * 1024 ** 2);
});
