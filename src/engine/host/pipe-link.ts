import { createNanoEvents } from 'nanoevents';
import type { StreamCommand, StreamLink, StreamReport } from '../stream/messages.js';
import { ModelThreads } from '../model/run/model-threads.js';
import { WorkerThread } from '../workers/worker-thread.js';
import type { DocumentMessage } from './frame-writer.js';
import {
  fromPipeSchema,
  type FromPipe,
  type HostWorkerData,
  type Outgoing,
  type ToPipe,
} from './messages.js';

/**
 * The main thread raises its counter this often: the plugin treats an engine whose counter stops for seconds as hung. Each beat
 * wakes the processor of an engine that is otherwise at rest.
 */
const BEAT_MILLISECONDS = 250;

/** The plugin's messages but audio and reports of the stream. */
export type FromPlugin = Exclude<FromPipe, { type: 'report' | 'open-model' }>;

/**
 * The main thread's end of the connection to the streaming thread: sends commands for the stream and protocol messages for the
 * plugin. Starts that thread; its messages are kept until `listen` is called. Does not block.
 */
export class PipeLink implements StreamLink {
  private readonly thread: WorkerThread<ToPipe, FromPipe>;
  private readonly models = new ModelThreads((delivery) => this.thread.post({ type: 'model', delivery }));
  private readonly beating: NodeJS.Timeout;
  private readonly events = createNanoEvents<{ report: (report: StreamReport) => void }>();
  /** Messages from before `listen`; null from then on. */
  private kept: FromPipe[] | null = [];
  private onMessage: (message: FromPlugin) => void = () => undefined;

  /** @param workerUrl the bundled `host-worker` */
  constructor(version: string, workerUrl: URL = new URL('./host-worker.js', import.meta.url)) {
    const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.thread = new WorkerThread<ToPipe, FromPipe>({
      url: workerUrl,
      name: 'tiller-stream',
      data: { beats, version } satisfies HostWorkerData,
      // Stdout is the pipe.
      stdoutToStderr: true,
      schema: fromPipeSchema,
      onMessage: (message) => this.receive(message),
      onFailure: ({ reason }) =>
        this.receive({ type: 'ended', reason: `The streaming thread stopped: ${reason}.` }),
    });
    this.beating = setInterval(() => Atomics.add(beats, 0, 1), BEAT_MILLISECONDS);
  }

  /** Calls `onMessage` with every message of the plugin, from the first on. */
  listen(onMessage: (message: FromPlugin) => void): void {
    this.onMessage = onMessage;
    const kept = this.kept ?? [];
    this.kept = null;
    for (const message of kept) this.receive(message);
  }

  /** Sends a command to the player, which takes it between two blocks. */
  send(command: StreamCommand): void {
    this.thread.post({ type: 'command', command });
  }

  /** Calls `listener` with each report of the player. */
  onReport(listener: (report: StreamReport) => void): void {
    this.events.on('report', listener);
  }

  /** Has a protocol message written to the plugin. */
  write(message: Outgoing, fields: Readonly<Record<string, number>> = {}, text = ''): void {
    this.thread.post({ type: 'send', message, fields, text });
  }

  /**
   * Has a document written to the plugin, in parts between blocks. Of two that wait, the newer one takes the place of the
   * older one of its kind.
   */
  writeDocument(message: DocumentMessage, fields: Readonly<Record<string, number>>, text: string): void {
    const bytes = Buffer.from(new SharedArrayBuffer(Buffer.byteLength(text)));
    bytes.write(text);
    const document = { message, fields, bytes: new Uint8Array(bytes.buffer) };
    this.thread.post({ type: 'document', document });
  }

  /** Answers a `settle`: everything that the plugin sent before it has been applied, and audio may start. */
  ready(): void {
    this.thread.post({ type: 'ready' });
  }

  /** Ends the thread, by force: it may be waiting for the pipe, where no message reaches it. */
  async close(): Promise<void> {
    clearInterval(this.beating);
    await this.thread.stop();
    await this.models.close();
  }

  private receive(message: FromPipe): void {
    if (message.type === 'open-model') this.models.open(message.order);
    else if (this.kept !== null) this.kept.push(message);
    else if (message.type === 'report') this.events.emit('report', message.report);
    else this.onMessage(message);
  }
}
