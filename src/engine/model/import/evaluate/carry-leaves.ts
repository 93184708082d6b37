import { TillerError } from '../../../../document/tiller-error.js';
import type { TensorRecord } from '../../../torchscript/pickle-values.js';
import type { Context } from './context.js';
import type { KeptAttribute, Objects } from './objects.js';
import type { Storage } from './tensors/tensor.js';

/**
 * Writes the tensors that took the place of others over their buffers, for the next call to read. The next call has copies
 * where the program's attributes may share memory: that is the same as long as nothing writes into it.
 * @throws TillerError `operation-unsupported` where memory that is shared is written into
 */
export function carryLeaves(attributes: readonly KeptAttribute[], objects: Objects, context: Context): void {
  const leaves = attributes.flatMap((attribute) => attribute.leaves).filter(({ isNew }) => !isNew);
  const carried = new Set(leaves.map(({ record }) => record));
  const owners = new Map<Storage, TensorRecord>();
  for (const { record, path, value } of leaves) {
    const { origin } = value.storage;
    const owner = owners.get(value.storage);
    const keptBy =
      origin !== null && origin.record !== record && !carried.has(origin.record) ? origin.record : owner;
    const holders = keptBy === undefined ? [] : [record, keptBy];
    const isWritten = holders.some((holder) => (objects.storages.get(holder)?.version ?? 0) > 0);
    if (isWritten || objects.shared.has(record))
      throw new TillerError(
        'operation-unsupported',
        `The model replaces ${path}, which shares memory with another tensor.`,
        'Tiller cannot play this model.',
      );
    owners.set(value.storage, record);
  }
  // All are read before the first is written: two may change places.
  const contents = leaves.map(
    ({ record, path, value }) => [objects.tensor(record, path), context.read(value)] as const,
  );
  for (const [buffer, content] of contents) buffer.write(context.algebra, content);
}
