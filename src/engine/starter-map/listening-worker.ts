import { failureOf } from '../workers/messages.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import { loudestLatents } from './loudest-latents.js';
import { mapModel } from './map-model.js';
import { type FromListening, listeningDataSchema } from './messages.js';

/** The thread that listens to a model: one job, with messages let through between two sounds. */

const { model, job } = startedWith(listeningDataSchema);
const post = postTo<FromListening>();
/** Least change of the share that is reported. */
const PROGRESS_STEP = 0.01;
let reported = 0;

function onProgress(share: number): void {
  if (share - reported < PROGRESS_STEP) return;
  reported = share;
  post({ type: 'progress', share: Math.min(1, share) });
}

async function listen(): Promise<void> {
  const { dir, manifest } = model;
  if (job.kind === 'sound') {
    const latents = await loudestLatents(dir, manifest, job.path, onProgress);
    post({ type: 'heard', latents: Array.from(latents) });
    return;
  }
  const zones = await mapModel(dir, manifest, { ...job, files: [], onProgress });
  const sounds = zones.map(({ label, hue, place: [x, y], latents }) => {
    return { label, hue, place: [x, y] as [number, number], latents: Array.from(latents) };
  });
  post({ type: 'mapped', sounds });
}

// Only the end of the thread is ever sent.
serveWorker(() => undefined);
listen().catch((error: unknown) => post({ type: 'failed', failure: failureOf(error) }));
