import { setTimeout as pause } from 'node:timers/promises';
import type { MessageLayout } from '../../protocol/plugin.js';
import {
  MAX_FIXED_LATENCY,
  GESTURE,
  PLUGIN_PROTOCOL_VERSION,
  TO_ENGINE,
  TO_PLUGIN,
} from '../../protocol/plugin.js';
import { MAX_BANK, MAX_PROGRAM, PROGRAMS_PER_BANK } from '../../protocol/programs.js';
import { TillerError } from '../../document/tiller-error.js';
import { MAX_BLOCK, MAX_CHANNELS, MAX_RATE, MIN_RATE } from '../../document/limits.js';
import { PARAMETERS } from '../../document/parameters.js';
import type { EngineMargin } from '../../document/output.js';
import type { ModelDelivery } from '../model/run/model-threads.js';
import { kernelThreadId } from '../workers/thread-priority.js';
import type { StreamCommand, StreamReport } from '../stream/messages.js';
import type { MusicalTime } from '../time/musical-time.js';
import { Block } from './block.js';
import { DocumentQueue, type OutgoingDocument } from './document-queue.js';
import type { FrameReader } from './frame-reader.js';
import type { FrameWriter } from './frame-writer.js';
import { marginSamples } from './margin.js';
import type { FromPipe, ToPipe } from './messages.js';

/** What the loop needs of the player. */
export interface PipePlayer {
  apply(command: StreamCommand): unknown;
  prepare(rate: number, maxBlock: number, channels: 1 | 2): number;
  midi(offsetSamples: number, status: number, data1: number, data2: number): void;
  parameter(offsetSamples: number, index: number, value: number): void;
  process(input: Float32Array[], output: Float32Array[], frames: number): void;
  setOffline(offline: boolean): void;
  setTime(time: Readonly<MusicalTime>): void;
  /** Applies the parameters that are queued at once. */
  takeNow(): void;
  readonly latencySamples: number;
  readonly callSeconds: number;
  readonly margin: EngineMargin;
  /** True once a block was played since `prepare`. */
  readonly hasStarted: boolean;
  /** Settles when the model that is being opened plays; null while none is. */
  readonly loading: Promise<void> | null;
}

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
const PROGRAM_CHANGE = 0xc0;
const RESTART = { type: 'restart' } as const;

/** Bank × 128 + program of a program change as a `MIDI_EVENT` carries it. */
const programOf = (message: number) =>
  ((message >>> 16) & MAX_BANK) * PROGRAMS_PER_BANK + ((message >> 8) & 0x7f);

/**
 * The engine's end of the plugin's pipe: reads frames in order, has the player process each block at once, and answers.
 * Before each frame it takes what the main thread has for the player and for the plugin. Streaming thread.
 */
export class PipeLoop {
  private readonly block: Block;
  private readonly documents: DocumentQueue;
  private blocksSinceTick = 0;
  /** True while no blocks come. */
  private isIdle = false;
  private readonly inputs: Float32Array[][];
  private readonly outputs: Float32Array[][];
  private greeted = false;
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
        this.takeEvents(player);
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
    // `takeEvents` has requested it, with its number.
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

  /** Waits while `waiting()`, taking the main thread's messages; the plugin is told that the silence is not a hang. */
  private async wait(waiting: () => boolean): Promise<void> {
    const { writer } = this.options;
    writer.message(TO_PLUGIN.busy, { milliseconds: WAIT_MILLISECONDS });
    for (await this.takeMessages(); waiting(); await this.takeMessages()) await pause(POLL_MILLISECONDS);
    writer.message(TO_PLUGIN.busy, { milliseconds: 0 });
  }

  /** Tells the plugin the latency, once it is known and whenever it changes. */
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

  /** Decodes the present block; false where it belongs to another stream. */
  private takeBlock(): boolean {
    this.block.decode();
    return this.block.epoch === this.epoch && this.channels !== 0;
  }

  /** Passes the events of the present block to the player. */
  private takeEvents(player: PipePlayer): void {
    const { block } = this;
    if (block.channels !== this.channels) throw new TillerError('message-invalid', 'The channels changed.');
    // After a gap the player's states belong to other audio: start from empty states.
    const isRestart = block.restart || (!block.skipped && block.position !== this.expected);
    const program = this.lastProgramChange();
    // Values that a restart begins with are no moves: nothing glides to them. What comes before a program change is older than
    // its preset, which an export has before the block is played.
    const end = program >= 0 && block.offline ? block.midiOffset(program) : isRestart ? 0 : -1;
    let older = block.skipped ? block.parameterEvents : 0;
    while (older < block.parameterEvents && block.parameterOffset(older) <= end) older++;
    for (let i = 0; i < older; i++) this.takeParameter(player, i, 0);
    if (older > 0) player.takeNow();
    if (isRestart) player.apply(RESTART);
    for (let i = older; i < block.parameterEvents; i++)
      this.takeParameter(player, i, Math.min(block.parameterOffset(i), block.frames));
    for (let i = 0; i < block.midiEvents; i++) {
      const message = block.midiMessage(i);
      const offset = block.skipped ? 0 : Math.min(block.midiOffset(i), block.frames);
      player.midi(offset, message & 0xff, (message >> 8) & 0x7f, (message >> 16) & 0x7f);
    }
    if (program >= 0) this.recall(block.recall, programOf(block.midiMessage(program)), '');
  }

  private takeParameter(player: PipePlayer, event: number, offset: number): void {
    const index = this.block.parameterIndex(event);
    const value = this.block.parameterValue(event);
    if (index >= PARAMETERS.length || !Number.isFinite(value)) return;
    this.hostValues[index] = value;
    player.parameter(offset, index, value);
  }

  /** Index of the block's last program change among its MIDI events; −1 where there is none. */
  private lastProgramChange(): number {
    const { block } = this;
    for (let i = block.midiEvents - 1; i >= 0; i--)
      if ((block.midiMessage(i) & 0xf0) === PROGRAM_CHANGE) return i;
    return -1;
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

  private async control(): Promise<void> {
    const { reader, writer, post } = this.options;
    switch (reader.type) {
      case TO_ENGINE.hello.type: {
        const { protocol } = this.fields(TO_ENGINE.hello);
        if (protocol !== PLUGIN_PROTOCOL_VERSION)
          throw new TillerError(
            'message-invalid',
            `The plugin speaks version ${protocol} of the protocol, this engine version ${PLUGIN_PROTOCOL_VERSION}.`,
            'Install the plugin again.',
          );
        this.greeted = true;
        const fields = {
          protocol: PLUGIN_PROTOCOL_VERSION,
          processId: process.pid,
          streamThread: kernelThreadId() ?? 0,
        };
        writer.message(TO_PLUGIN.hello, fields, this.options.version);
        post({ type: 'hello', text: this.text(TO_ENGINE.hello) });
        return;
      }
      case TO_ENGINE.state.type:
        post({ type: 'state', text: this.text(TO_ENGINE.state) });
        return;
      case TO_ENGINE.prepare.type:
        this.prepare();
        await this.untilLoaded();
        return;
      case TO_ENGINE.parameter.type: {
        const { index, value } = this.fields(TO_ENGINE.parameter);
        if (index >= PARAMETERS.length || !Number.isFinite(value)) return;
        this.hostValues[index] = value;
        post({ type: 'parameter', index, value });
        return;
      }
      case TO_ENGINE.tick.type: {
        this.isIdle = this.blocksSinceTick === 0;
        this.blocksSinceTick = 0;
        const { count } = this.fields(TO_ENGINE.tick);
        writer.message(TO_PLUGIN.pong, { count, mainBeats: this.options.mainBeats() });
        return;
      }
      case TO_ENGINE.openInterface.type:
        post({ type: 'open-interface' });
        return;
      case TO_ENGINE.recallPreset.type: {
        const { number, program } = this.fields(TO_ENGINE.recallPreset);
        const id = this.text(TO_ENGINE.recallPreset);
        if (id === '' && program > MAX_PROGRAM)
          throw new TillerError('message-invalid', 'The plugin asked for a preset that cannot be.');
        this.recall(number, id === '' ? program : 0, id);
        return;
      }
      case TO_ENGINE.latency.type: {
        const { rate, fixedMilliseconds, neededSamples } = this.fields(TO_ENGINE.latency);
        if (!(rate > 0) || !(fixedMilliseconds >= 0 && fixedMilliseconds <= MAX_FIXED_LATENCY))
          throw new TillerError('message-invalid', 'The plugin told a latency that cannot be.');
        post({ type: 'latency', rate, fixedMilliseconds, neededSamples });
        return;
      }
      case TO_ENGINE.renderWarning.type:
        post({ type: 'render-warning', text: this.text(TO_ENGINE.renderWarning) });
        return;
      case TO_ENGINE.undoHistory.type:
        post({ type: 'undo-history', text: this.text(TO_ENGINE.undoHistory) });
        return;
      default:
        throw new TillerError('message-invalid', `The plugin sent a frame of unknown type ${reader.type}.`);
    }
  }

  private prepare(): void {
    const { epoch, rate, maxBlock, channels } = this.fields(TO_ENGINE.prepare);
    if (
      !(rate >= MIN_RATE && rate <= MAX_RATE) ||
      !Number.isInteger(rate) ||
      maxBlock < 1 ||
      maxBlock > MAX_BLOCK
    )
      throw new TillerError(
        'message-invalid',
        `A stream of ${rate} Hz in blocks of ${maxBlock} cannot be played.`,
      );
    if (channels !== 1 && channels !== 2)
      throw new TillerError('message-invalid', `A stream of ${channels} channels cannot be played.`);
    this.options.player.prepare(rate, maxBlock, channels);
    this.rate = rate;
    this.epoch = epoch;
    this.channels = channels;
    this.expected = 0;
    this.settle();
  }

  /** The fixed fields of the present message. Only for control messages: it allocates. */
  private fields<Field extends string>(layout: MessageLayout<Field>): Record<Field, number> {
    const { bytes, start, length } = this.options.reader;
    if (!this.greeted && layout.type !== TO_ENGINE.hello.type)
      throw new TillerError('message-invalid', 'The plugin did not say hello.');
    if (length < layout.bytes)
      throw new TillerError('message-invalid', 'The plugin sent a frame that is cut short.');
    const entries = layout.fields.map(([name, type]) => {
      const at = start + layout.at[name];
      return [name, type === 'u32' ? bytes.readUInt32LE(at) : bytes.readFloatLE(at)] as const;
    });
    return Object.fromEntries(entries) as Record<Field, number>;
  }

  private text(layout: MessageLayout): string {
    this.fields(layout);
    const { bytes, start, length } = this.options.reader;
    return bytes.toString('utf8', start + layout.bytes, start + length);
  }
}
