import { z } from 'zod';
import { AudioRingWriter, audioRingSchema } from './audio-ring.js';
import { SourcePosition, sourcePositionSchema } from './source-position.js';
import { ThreadOpener } from '../stream/model-opener.js';
import { Player } from '../stream/player.js';
import { postTo, serveWorker, startedWith } from '../workers/serve-worker.js';
import type { FromLiveWorker, ToLiveWorker } from './messages.js';
import { LiveRenderer } from './live-renderer.js';

/** The live session's streaming thread. See LiveRenderer. */

const { ring, position } = startedWith(
  z.strictObject({ ring: audioRingSchema, position: sourcePositionSchema }),
);
const post = postTo<FromLiveWorker>();
const models = new ThreadOpener((order) => post({ type: 'open-model', order }));
const player = new Player((report) => post({ type: 'report', report }), models);
const renderer = new LiveRenderer(
  player,
  (delivery) => models.deliver(delivery),
  post,
  new AudioRingWriter(ring),
  new SourcePosition(position),
);
process.on('exit', () => player.close());
serveWorker<ToLiveWorker>((message) => renderer.receive(message));
