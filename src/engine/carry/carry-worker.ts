import { setImmediate as nextTurn } from 'node:timers/promises';
import { openModel } from '../model/run/open-model.js';
import type { RunningModel } from '../model/run/running-model.js';
import { failureOf } from '../workers/messages.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import { carryExamples } from './carry-examples.js';
import { HeldMeter } from './held-descriptors.js';
import { carryWorkerDataSchema, type CarryWorkerData, type FromCarryWorker } from './messages.js';

/** The thread that carries examples over to another model: one job, with messages let through between two sounds. */

const { from, to, examples } = startedWith(carryWorkerDataSchema);
const post = postTo<FromCarryWorker>();
/** Least change of the share that is reported. */
const PROGRESS_STEP = 0.01;

/** In the variant with the most latent frames per call: long calls take less time per frame. */
function open({ dir, manifest }: CarryWorkerData['from']): Promise<RunningModel> {
  const frames = manifest.variants.filter(({ batch }) => batch === 1).map((variant) => variant.frames);
  return openModel(dir, manifest, { frames: Math.max(...frames), batch: 1 });
}

async function carry(): Promise<void> {
  const source = await open(from);
  const target = await open(to);
  const steps = carryExamples({
    from: new HeldMeter(source),
    to: new HeldMeter(target),
    ranges: to.manifest.latentRanges,
    examples,
  });
  let reported = 0;
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      post({ type: 'carried', examples: value });
      return;
    }
    if (value - reported >= PROGRESS_STEP) {
      reported = value;
      post({ type: 'progress', share: value });
    }
    await nextTurn();
  }
}

// Only the end of the thread is ever sent.
serveWorker(() => undefined);
carry().catch((error: unknown) => post({ type: 'failed', failure: failureOf(error) }));
