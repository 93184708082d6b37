import { failureOf } from '../workers/messages.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import { type FromListenerWorker, listenerDataSchema } from './messages.js';
import { prepareListener } from './prepare-listener.js';

/** The thread that prepares one model's encoder for another's decoder: one job. */

const { player, listened, isAdapted } = startedWith(listenerDataSchema);
const post = postTo<FromListenerWorker>();

// Only the end of the thread is ever sent.
serveWorker(() => undefined);
prepareListener(player, listened, isAdapted, (share) => post({ type: 'progress', share })).then(
  ({ delaySamples, adapter }) => post({ type: 'prepared', delaySamples, adapter }),
  (error: unknown) => post({ type: 'failed', failure: failureOf(error) }),
);
