import { failureOf } from '../workers/messages.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import { loudestLatents } from './loudest-latents.js';
import { framesOfFile, mapModel } from './map-model.js';
import { type FromListening, listeningDataSchema, MAX_FILE_FRAMES } from './messages.js';

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
  if (job.kind === 'frames') {
    const heard = await framesOfFile(dir, manifest, job.path);
    post({ type: 'frames', frames: thinned(heard, MAX_FILE_FRAMES).map((frame) => Array.from(frame)) });
    return;
  }
  const frames = job.frames.map((frame) => Float64Array.from(frame));
  const { zones, order } = await mapModel(dir, manifest, { ...job, files: [], frames, onProgress });
  const sounds = zones.map(({ label, hue, place: [x, y], latents }) => {
    return { label, hue, place: [x, y] as [number, number], latents: Array.from(latents) };
  });
  post({ type: 'mapped', sounds, order: order && [...order] });
}

/** At most `count` of a list, spread evenly over it. */
function thinned<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return list.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

// Only the end of the thread is ever sent.
serveWorker(() => undefined);
listen().catch((error: unknown) => post({ type: 'failed', failure: failureOf(error) }));
