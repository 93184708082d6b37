import { parentPort } from 'node:worker_threads';
import { Player } from '../stream/player.js';
import type { EndMessage } from '../workers/end-worker.js';
import type { FromLiveWorker, ToLiveWorker } from './messages.js';
import { LiveRenderer } from './live-renderer.js';

/** The live session's streaming thread. See LiveRenderer. */

const port = parentPort;
if (port === null) throw new Error('the live worker was not started as a worker');

const post = (message: FromLiveWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const player = new Player((report) => post({ type: 'report', report }));
const renderer = new LiveRenderer(player, post);

port.on('message', (message: ToLiveWorker | EndMessage) => {
  if (message.type === 'end') process.exit();
  renderer.receive(message);
});
