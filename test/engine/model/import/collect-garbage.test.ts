import { setImmediate as nextTurn } from 'node:timers/promises';
import { collectGarbage } from '../../../../src/engine/model/import/collect-garbage.js';

test('frees an unreferenced buffer and keeps a referenced one', async () => {
  const make = () => new WeakRef(new Uint8Array(1024 ** 2));
  const kept = new Uint8Array(1024 ** 2);
  const [dropped, held] = [make(), new WeakRef(kept)];
  // What a WeakRef gave stays alive until the present turn of the event loop is over.
  await nextTurn();
  await collectGarbage();
  expect([dropped.deref(), held.deref()]).toEqual([undefined, kept]);
});
