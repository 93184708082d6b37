import { TillerError } from '../../../../document/tiller-error.js';
import { sameStored } from './kept-values.js';
import { liveStates } from './live-states.js';
import { makesSameSelection } from './same-selection.js';
import { equalContents, type StateBuffer, type Traced } from './trace.js';

/**
 * Encoder and decoder are separate graphs: what a call of one changes, the other must not read.
 * @throws TillerError `operation-unsupported`
 */
export function refuseSharedState(encode: Traced, decode: Traced): void {
  const path = sharedPath(encode, decode) ?? sharedPath(decode, encode);
  if (path === null) return;
  throw new TillerError(
    'operation-unsupported',
    `The model's encoder and decoder share ${path}, which changes from call to call.`,
    'Tiller cannot play this model.',
  );
}

/** Path of something that the writer changes and the reader reads, or null. */
function sharedPath(writer: Traced, reader: Traced): string | null {
  const live = new Set(liveStates(reader));
  for (const written of writer.states) {
    if (!reader.usedStorages.has(written.storage)) continue;
    const read = reader.states.filter(({ storage }) => storage === written.storage);
    const isHarmless = ([only, ...others]: readonly StateBuffer[]): boolean =>
      only !== undefined &&
      others.length === 0 &&
      (!live.has(only) || makesSameSelection(writer, written, reader, only));
    if (!isHarmless(read)) return written.path;
  }
  for (const [record, { path, content }] of writer.settledBuffers) {
    const found = reader.settledBuffers.get(record)?.content;
    if (reader.usedStorages.has(record.storage) && (found === undefined || !equalContents(found, content)))
      return path;
  }
  for (const { record, name, path, kept, holdsNewTensors, isSetOutside } of writer.kept) {
    if (isSetOutside) continue;
    const found = reader.read.get(record)?.get(name);
    if (found !== undefined && (holdsNewTensors || !sameStored(found, kept))) return path;
  }
  return null;
}
