import { TillerError } from '../../document/tiller-error.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import { trainerCommandSchema, trainerWorkerDataSchema, type TrainerEvent } from './messages.js';
import { trainMapping } from './train.js';

/** Training worker: runs one request at a time, and stops one that is cancelled. See `Trainer`. */

const { wanted } = startedWith(trainerWorkerDataSchema);
const send = postTo<TrainerEvent>();

serveWorker(({ job, request }) => {
  const shouldStop = () => Atomics.load(wanted, 0) !== job;
  try {
    const onProgress = (done: number, total: number) => send({ event: 'progress', job, done, total });
    send({ event: 'trained', job, ...trainMapping(request, { shouldStop, onProgress }) });
  } catch (error) {
    send({ event: 'failed', job, ...failureOf(error) });
  }
}, trainerCommandSchema);

function failureOf(
  error: unknown,
): Pick<Extract<TrainerEvent, { event: 'failed' }>, 'code' | 'message' | 'hint'> {
  const { code, message, hint } =
    error instanceof TillerError
      ? error
      : new TillerError('training-failed', `The training failed: ${String(error)}`);
  const known = code === 'training-cancelled' || code === 'argument-invalid' ? code : 'training-failed';
  return { code: known, message, ...(hint === undefined ? {} : { hint }) };
}
