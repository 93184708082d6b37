import { setTimeout as pause } from 'node:timers/promises';
import { GESTURE, PLUGIN_PROTOCOL_VERSION, TO_ENGINE, TO_PLUGIN } from '../../protocol/plugin.js';
import { TillerError } from '../../document/tiller-error.js';
import { MAX_BLOCK, MAX_CHANNELS } from '../../document/limits.js';
import { PARAMETERS } from '../../document/parameters.js';
import type { ModelDelivery } from '../model/run/model-threads.js';
import { kernelThreadId } from '../workers/thread-priority.js';
import type { StreamCommand, StreamReport } from '../stream/messages.js';
import { Block } from './block.js';
import { BlockEvents } from './block-events.js';
import { ControlReader, type PrepareMessage } from './control-reader.js';
import { DocumentQueue, type OutgoingDocument } from './document-queue.js';
import type { FrameReader } from './frame-reader.js';
import type { FrameWriter } from './frame-writer.js';
import { marginSamples } from './margin.js';
import type { FromPipe, ToPipe } from './messages.js';
import type { PipePlayer } from './pipe-player.js';

export interface PipeLoopOptions {
  readonly reader: FrameReader;
  readonly writer: FrameWriter;
  readonly player: PipePlayer;
  /** The next message of the main thread, or undefined where there is none. */
  readonly receive: () => ToPipe | undefined;
  readonly post: (message: FromPipe) => void;
  /** Takes a model that was opened in another thread. */
  readonly deliver: (delivery: ModelDelivery) => void;
  /** Rises while the main thread does not hang. */
  readonly mainBeats: () => number;
  readonly version: string;
}

/** Longest time for which opening a model, or the main thread, may keep the loop from answering. */
const WAIT_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 1;
/** Most of a document that is written before one answer: takes some tens of microseconds, and a pipe holds twice as much. */
const PART_BYTES = 32 * 1024;
/** The same where no block came since the last tick. */
const IDLE_PART_BYTES = 256 * 1024;

/**
 * The engine's end of the plugin's pipe: reads frames in order, has the player process each block at once, and answers.
 * Before each frame it takes what the main thread has for the player and for the plugin. Streaming thread.
 */
export class PipeLoop {
  private readonly block: Block;
  private readonly events: BlockEvents;
  private readonly controls: ControlReader;
  private readonly documents: DocumentQueue;
  private blocksSinceTick = 0;
  /** True while no blocks come. */
  private isIdle = false;
  private readonly inputs: Float32Array[][];
  private readonly outputs: Float32Array[][];
  /** `settle` messages to the main thread that it has not answered yet. */
  private unsettled = 0;
  /** A preset was asked for since the last block. */
  private recalling = false;
  private epoch = 0;
  private rate = 0;
  private channels = 0;
  private expected = 0;
  /** Last announced to the plugin. */
  private announced = { epoch: 0, latencySamples: -1, marginSamples: -1 };
  /** The value of each parameter that the plugin's host has. */
  private readonly hostValues = new Float32Array(PARAMETERS.length).fill(NaN);

  constructor(private readonly options: PipeLoopOptions) {
    this.block = new Block(options.reader);
    this.events = new BlockEvents(this.block, options.player, this.hostValues, (number, program) =>
      this.recall(number, program, ''),
    );
    this.controls = new ControlReader(options.reader);
    this.documents = new DocumentQueue(options.writer);
    const output = Array.from({ length: MAX_CHANNELS }, () => new Float32Array(MAX_BLOCK));
    const byCount = <T>(all: readonly T[]): T[][] => all.map((_, i) => all.slice(0, i + 1));
    this.inputs = byCount(this.block.samples);
    this.outputs = byCount(output);
  }

  /**
   * Runs until the plugin closes the pipe.
   * @throws TillerError `message-invalid` when what arrives is no frame of the protocol.
   */
  async run(): Promise<void> {
    const { reader, player } = this.options;
    for (;;) {
      // Awaits only where necessary: a promise per block would be garbage.
      const message = this.options.receive();
      if (message !== undefined) await this.takeMessages(message);
      this.announce();
      if (!this.documents.isEmpty) this.documents.write(this.isIdle ? IDLE_PART_BYTES : PART_BYTES);
      if (!reader.read()) return;
      if (reader.type !== TO_ENGINE.block.type) await this.control();
      else if (this.takeBlock()) {
        this.isIdle = false;
        this.blocksSinceTick += 1;
        const { restart, offline } = this.block;
        player.setOffline(offline);
        // An offline render depends on the messages before it, not on when they are applied.
        if (restart && offline) await this.untilSettled();
        this.takeEvents();
        if (this.recalling && offline) await this.untilSettled();
        this.recalling &&= this.block.skipped;
        if (offline || !player.hasStarted) await this.untilLoaded();
        this.process(player);
      }
    }
  }

  private async takeMessages(first: ToPipe | undefined = this.options.receive()): Promise<void> {
    for (let message = first; message !== undefined; message = this.options.receive()) {
      if (message.type === 'send')
        this.options.writer.message(TO_PLUGIN[message.message], message.fields, message.text);
      else if (message.type === 'document') this.takeDocument(message.document);
      else if (message.type === 'ready') this.unsettled--;
      else if (message.type === 'model') this.takeModel(message.delivery);
      else await this.apply(message.command);
    }
  }

  private takeModel(delivery: ModelDelivery): void {
    // Before it is played: until the plugin has raised its priority, the streaming thread waits for an ordinary thread.
    if ('memory' in delivery && delivery.thread > 0)
      this.options.writer.message(TO_PLUGIN.modelThread, { thread: delivery.thread });
    this.options.deliver(delivery);
  }

  private takeDocument(document: OutgoingDocument): void {
    this.documents.push(document);
    // Before anything plays there is nothing to delay, and the plugin has the document before the stream is announced.
    while (!this.options.player.hasStarted && !this.documents.isEmpty) this.documents.write(IDLE_PART_BYTES);
  }

  private settle(): void {
    this.unsettled++;
    this.options.post({ type: 'settle' });
  }

  /** Waits until the main thread has applied what the plugin has sent so far. */
  private async untilSettled(): Promise<void> {
    this.settle();
    await this.wait(() => this.unsettled > 0);
  }

  /** Passes the player's reports on; inputs that MIDI moved are also sent to the plugin, whose host shows them. */
  report(report: StreamReport): void {
    // `BlockEvents` has requested it, with its number.
    if (report.type === 'program-change') return;
    if (report.type === 'moved')
      for (const { index, value } of report.parameters)
        if (Math.fround(value) !== this.hostValues[index]) {
          this.hostValues[index] = value;
          this.options.writer.message(TO_PLUGIN.parameter, { index, value, gesture: GESTURE.none });
        }
    this.options.post({ type: 'report', report });
  }

  private async apply(command: StreamCommand): Promise<void> {
    const { player } = this.options;
    player.apply(command);
    // Before the first block the model is opened on this thread.
    if (!player.hasStarted) await this.untilLoaded();
  }

  /** Waits for a model that is being opened. Only where no block is due meanwhile. */
  private async untilLoaded(): Promise<void> {
    const { player } = this.options;
    if (player.loading !== null) await this.wait(() => player.loading !== null);
  }

  /** Waits while `waiting()`, taking the main thread's messages; the plugin is informed that the silence is not a hang. */
  private async wait(waiting: () => boolean): Promise<void> {
    const { writer } = this.options;
    writer.message(TO_PLUGIN.busy, { milliseconds: WAIT_MILLISECONDS });
    for (await this.takeMessages(); waiting(); await this.takeMessages()) await pause(POLL_MILLISECONDS);
    writer.message(TO_PLUGIN.busy, { milliseconds: 0 });
  }

  /** Reports the latency to the plugin, once it is known and whenever it changes. */
  private announce(): void {
    if (this.unsettled > 0 || this.channels === 0) return;
    const { latencySamples, margin, callSeconds } = this.options.player;
    const samples = marginSamples(margin, this.rate, callSeconds);
    const { epoch, announced } = this;
    if (
      announced.epoch === epoch &&
      announced.latencySamples === latencySamples &&
      announced.marginSamples === samples
    )
      return;
    this.announced = { epoch, latencySamples, marginSamples: samples };
    this.options.writer.message(TO_PLUGIN.prepared, this.announced);
  }

  /** Passes the events of the present block to the player. */
  private takeEvents(): void {
    const { block } = this;
    if (block.channels !== this.channels) throw new TillerError('message-invalid', 'The channels changed.');
    // After a gap the player's states belong to other audio: start from empty states.
    this.events.take(block.restart || (!block.skipped && block.position !== this.expected));
  }

  /** Decodes the present block; false where it belongs to another stream. */
  private takeBlock(): boolean {
    this.block.decode();
    return this.block.epoch === this.epoch && this.channels !== 0;
  }

  private recall(number: number, program: number, id: string): void {
    this.recalling = true;
    this.options.post({ type: 'recall', number, program, id });
  }

  private process(player: PipePlayer): void {
    const { block } = this;
    if (block.skipped) return;
    if (block.hasTime) player.setTime(block.time);
    this.expected = (block.position + block.frames) >>> 0;
    const input = this.inputs[this.channels - 1] as Float32Array[];
    const output = this.outputs[this.channels - 1] as Float32Array[];
    player.process(input, output, block.frames);
    this.options.writer.samples(block.epoch, block.position, block.frames, output);
  }

  /** Takes the control message that the reader holds: answers it, or passes it on to the main thread. */
  private async control(): Promise<void> {
    const { writer, post } = this.options;
    const message = this.controls.read();
    if (message === null) return;
    switch (message.type) {
      case 'hello': {
        const fields = {
          protocol: PLUGIN_PROTOCOL_VERSION,
          processId: process.pid,
          streamThread: kernelThreadId() ?? 0,
        };
        writer.message(TO_PLUGIN.hello, fields, this.options.version);
        post(message);
        return;
      }
      case 'prepare':
        this.prepare(message);
        await this.untilLoaded();
        return;
      case 'tick':
        this.isIdle = this.blocksSinceTick === 0;
        this.blocksSinceTick = 0;
        writer.message(TO_PLUGIN.pong, { count: message.count, mainBeats: this.options.mainBeats() });
        return;
      case 'parameter':
        this.hostValues[message.index] = message.value;
        post(message);
        return;
      case 'recall':
        this.recall(message.number, message.program, message.id);
        return;
      default:
        post(message);
    }
  }

  private prepare({ epoch, rate, maxBlock, channels }: PrepareMessage): void {
    this.options.player.prepare(rate, maxBlock, channels);
    this.rate = rate;
    this.epoch = epoch;
    this.channels = channels;
    this.expected = 0;
    this.settle();
  }
}
