/** The streaming thread in a plugin: only it reads stdin and writes stdout, the plugin's pipe. */
import { ThreadOpener } from '../stream/model-opener.js';
import { Player } from '../stream/player.js';
import { nextMessage, postTo, startedWith } from '../workers/serve-worker.js';
import { FrameReader, readDescriptor } from './frame-reader.js';
import { FrameWriter, writeDescriptor } from './frame-writer.js';
import { hostWorkerDataSchema, type FromPipe, type ToPipe } from './messages.js';
import { PipeLoop } from './pipe-loop.js';

/** The process is killed this long after the plugin has closed the pipe, in case the main thread hangs. */
const GRACE_MILLISECONDS = 500;

const { beats, version } = startedWith(hostWorkerDataSchema);
const post = postTo<FromPipe>();
const models = new ThreadOpener((order) => post({ type: 'open-model', order }));
const player: Player = new Player((report) => loop.report(report), models);
const loop = new PipeLoop({
  reader: new FrameReader(readDescriptor(0)),
  writer: new FrameWriter(writeDescriptor(1)),
  player,
  deliver: (delivery) => models.deliver(delivery),
  receive: nextMessage<ToPipe>,
  post,
  mainBeats: () => Atomics.load(beats, 0),
  version,
});

let reason: string | null = null;
try {
  await loop.run();
} catch (error) {
  reason = error instanceof Error ? error.message : String(error);
}
player.close();
post({ type: 'ended', reason });
setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MILLISECONDS);
