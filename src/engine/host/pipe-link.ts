import { MessageChannel, Worker } from 'node:worker_threads';
import type { StreamCommand, StreamLink, StreamReport } from '../stream/messages.js';
import type { HostWorkerData } from './host-worker.js';
import type { FromPipe, Outgoing, ToPipe } from './messages.js';

/** The main thread raises its counter this often: the plugin takes an engine whose counter stands for hung. */
const BEAT_MILLISECONDS = 100;

/** Everything the plugin says but audio and what sounds. */
export type Said = Exclude<FromPipe, { type: 'report' }>;

/**
 * The main thread's end of the connection to the thread that owns the pipe: commands for what sounds, frames for the
 * plugin. Starts that thread; what it says is kept until `listen` is called. Nothing here waits.
 */
export class PipeLink implements StreamLink {
  private readonly worker: Worker;
  private readonly port: MessageChannel['port1'];
  private readonly beating: NodeJS.Timeout;
  private readonly reportListeners: ((report: StreamReport) => void)[] = [];

  /** @param workerUrl the bundled `host-worker` */
  constructor(version: string, workerUrl: URL = new URL('./host-worker.js', import.meta.url)) {
    const { port1, port2 } = new MessageChannel();
    const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.port = port1;
    const workerData: HostWorkerData = { port: port2, beats, version };
    // Its console goes to stderr: stdout is the pipe.
    this.worker = new Worker(workerUrl, { workerData, transferList: [port2], stdout: true, stderr: true });
    this.worker.stdout.pipe(process.stderr);
    this.worker.stderr.pipe(process.stderr);
    this.beating = setInterval(() => Atomics.add(beats, 0, 1), BEAT_MILLISECONDS);
  }

  /** Calls `onMessage` with everything the plugin says, from its first word on. */
  listen(onMessage: (message: Said) => void): void {
    this.worker.once('error', (error: Error) => onMessage({ type: 'ended', reason: error.message }));
    this.worker.once('exit', () => onMessage({ type: 'ended', reason: 'The streaming thread ended.' }));
    this.port.on('message', (message: FromPipe) => {
      if (message.type === 'report') for (const listener of this.reportListeners) listener(message.report);
      else onMessage(message);
    });
  }

  send(command: StreamCommand): void {
    this.tell({ type: 'command', command });
  }

  onReport(listener: (report: StreamReport) => void): void {
    this.reportListeners.push(listener);
  }

  /** Has a frame written to the plugin. */
  write(message: Outgoing, fields: Readonly<Record<string, number>> = {}, text = ''): void {
    this.tell({ type: 'send', message, fields, text });
  }

  /** Lets audio flow: what the plugin said before it asked has been applied. */
  ready(): void {
    this.tell({ type: 'ready' });
  }

  async close(): Promise<void> {
    clearInterval(this.beating);
    this.worker.removeAllListeners();
    await this.worker.terminate();
  }

  private tell(message: ToPipe): void {
    this.port.postMessage(message);
  }
}
