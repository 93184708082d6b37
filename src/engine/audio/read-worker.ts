import { parentPort, workerData } from 'node:worker_threads';
import { TillerError } from '../../document/tiller-error.js';
import { readAudio } from './read.js';
import type { FromReadWorker, ReadWorkerData } from './read-thread.js';

/** The reading thread: reads the one file that it was started for. See `readInThread`. */

const port = parentPort;
if (port === null) throw new Error('the read worker was not started as a worker');
const send = (message: FromReadWorker) => port.postMessage(message);
const { path, name } = workerData as ReadWorkerData;

function shared(samples: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(samples.byteLength));
  copy.set(samples);
  return copy;
}

try {
  const file = await readAudio(path, name);
  send({ type: 'read', file: { ...file, channels: file.channels.map(shared) } });
} catch (error) {
  if (!(error instanceof TillerError)) throw error;
  const { code, message, hint } = error;
  send({ type: 'failed', code, message, hint });
}
