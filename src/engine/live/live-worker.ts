import { z } from 'zod';
import { Player } from '../stream/player.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import type { FromLiveWorker, ToLiveWorker } from './messages.js';
import { LiveRenderer } from './live-renderer.js';

/** The live session's streaming thread. See LiveRenderer. */

startedWith(z.undefined());
const post = postTo<FromLiveWorker>();
const player = new Player((report) => post({ type: 'report', report }));
const renderer = new LiveRenderer(player, post);
serveWorker<ToLiveWorker>((message) => renderer.receive(message));
