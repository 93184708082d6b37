import { z } from 'zod';
import { postTo, serveWorker, startedWith } from '../../../src/engine/workers/serve-worker.js';

/** The thread of `job-runner.test.ts`: half done as soon as it starts, then as the job says. `wait` goes on reporting until its end. */
const job = startedWith(z.enum(['throw', 'refuse', 'answer', 'wait']));
const post = postTo<unknown>();
post({ type: 'progress', share: 0.5 });
if (job === 'throw') throw new Error('broken');
if (job === 'refuse') post({ type: 'failed', failure: { code: 'model-failed', message: 'It cannot.' } });
if (job === 'answer') post({ type: 'done', text: 'here' });
if (job === 'wait') setInterval(() => post({ type: 'progress', share: 0.75 }), 1);
serveWorker(() => undefined, z.never());
