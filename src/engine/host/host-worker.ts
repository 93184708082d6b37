/** The thread that owns the plugin's pipe: stdin and stdout are its alone, and what sounds is made between them. */
import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Player } from '../stream/player.js';
import { FrameReader, readDescriptor } from './frame-reader.js';
import { FrameWriter, writeDescriptor } from './frame-writer.js';
import type { FromPipe, ToPipe } from './messages.js';
import { PipeLoop } from './pipe-loop.js';

/** What the main thread hands over when it starts this one. */
export interface HostWorkerData {
  readonly port: MessagePort;
  /** One counter that the main thread raises while it is alive. */
  readonly beats: Int32Array;
  readonly version: string;
}

/** The process is ended by force this long after the plugin has gone, should the main thread hang. */
const GRACE_MILLISECONDS = 500;

const { port, beats, version } = workerData as HostWorkerData;
const post = (message: FromPipe) => port.postMessage(message);
const player: Player = new Player((report) => loop.report(report));
const loop = new PipeLoop({
  reader: new FrameReader(readDescriptor(0)),
  writer: new FrameWriter(writeDescriptor(1)),
  player,
  receive: () => receiveMessageOnPort(port)?.message as ToPipe | undefined,
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
post({ type: 'ended', reason });
setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MILLISECONDS);
