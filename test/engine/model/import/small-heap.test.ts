import { spawnSync } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { collectGarbage, inSmallHeap } from '../../../../src/engine/model/import/small-heap.js';

test('the setting is one that V8 has, and what is set after it is its own', () => {
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  expect(stdout).toMatch(/--semi-space-growth-factor \([^)]*\)\s+type: int\s+default: \D*2\b/);
});

test('takes back a buffer that nobody has any more', async () => {
  const make = () => new WeakRef(new Uint8Array(1024 ** 2));
  const left = make();
  expect(left.deref()).toHaveLength(1024 ** 2);
  // What was looked at stays until the present turn is over.
  await nextTurn();
  await collectGarbage();
  expect(left.deref()).toBeUndefined();
});

test('work in a small heap gives its result and its error', async () => {
  expect(await inSmallHeap(() => Promise.resolve(7))).toBe(7);
  await expect(inSmallHeap(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
