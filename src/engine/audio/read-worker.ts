import { failureOf } from '../workers/messages.js';
import { postTo, startedWith } from '../workers/serve-worker.js';
import { readAudio } from './read.js';
import { readWorkerDataSchema, type FromReadWorker } from './read-thread.js';

/** Read worker: reads the file of its start data. See `readInThread`. */

const { path, name } = startedWith(readWorkerDataSchema);
const send = postTo<FromReadWorker>();

function shared(samples: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(samples.byteLength));
  copy.set(samples);
  return copy;
}

try {
  const file = await readAudio(path, name);
  send({ type: 'read', file: { ...file, channels: file.channels.map(shared) } });
} catch (error) {
  send({ type: 'failed', ...failureOf(error) });
}
