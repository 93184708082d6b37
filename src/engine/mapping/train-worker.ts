import { TillerError } from '../../document/tiller-error.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import { trainerCommandSchema, trainerWorkerDataSchema, type TrainerEvent } from './messages.js';
import { trainMapping } from './train.js';

/** The training thread: runs one request at a time, and drops those that are no longer wanted. See Trainer. */

const { wanted } = startedWith(trainerWorkerDataSchema);
const send = postTo<TrainerEvent>();

serveWorker(({ job, request }) => {
  const shouldStop = () => Atomics.load(wanted, 0) !== job;
  try {
    const onProgress = (done: number, total: number) => send({ event: 'progress', job, done, total });
    send({ event: 'trained', job, ...trainMapping(request, { shouldStop, onProgress }) });
  } catch (error) {
    send({ event: 'failed', job, ...inWords(error) });
  }
}, trainerCommandSchema);

function inWords(
  error: unknown,
): Pick<Extract<TrainerEvent, { event: 'failed' }>, 'code' | 'message' | 'hint'> {
  const { code, message, hint } =
    error instanceof TillerError
      ? error
      : new TillerError('training-failed', `The training failed: ${String(error)}`);
  const known = code === 'training-cancelled' || code === 'argument-invalid' ? code : 'training-failed';
  return { code: known, message, ...(hint === undefined ? {} : { hint }) };
}
