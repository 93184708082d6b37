import {
  FRAME,
  audioChannel,
  MAX_MICROPHONE_FRAMES,
  readAudioHead,
} from '../../protocol/interface-frames.js';
import { MAX_RATE } from '../../document/limits.js';
import type { ModelDelivery } from '../model/run/model-threads.js';
import type { Player } from '../stream/player.js';
import type { AudioRingWriter } from './audio-ring.js';
import {
  LIVE_BLOCK,
  LIVE_CHANNELS,
  type FileAudio,
  type FromLiveWorker,
  type SourceAudio,
  type ToLiveWorker,
} from './messages.js';
import { FileSource, MicrophoneSource, silence, type LiveSource } from './live-source.js';
import { LiveTransport } from './live-transport.js';
import { NO_POSITION, type SourcePosition } from './source-position.js';

/** Sample rate in Hz for which latency is reported before a speaker has opened. */
const USUAL_RATE = 48_000;
/** Most rendered blocks per message to the main thread. */
const BLOCKS_PER_MESSAGE = 4;
/** Longest the engine may be asked to run ahead, in seconds. */
const MOST_CREDIT_SECONDS = 1.5;

/** What the renderer needs of the player. */
export type LivePlayer = Pick<
  Player,
  'apply' | 'prepare' | 'midi' | 'process' | 'setTime' | 'idle' | 'takeNow'
>;

/**
 * Plays the source through the model, as far ahead as the speaker grants. Allocates nothing per block. One thread, the live
 * worker's; it renders inside `receive`, so commands take effect between two blocks and in order.
 */
export class LiveRenderer {
  private rate = USUAL_RATE;
  private open = false;
  private playing = false;
  private credit = 0;
  private readonly transport = new LiveTransport();
  private audio: SourceAudio | null = null;
  private source: LiveSource = silence;
  /** What follows the present file, prepared: nothing large is allocated where it begins. */
  private next: { number: number; audio: FileAudio; source: FileSource } | null = null;
  private readonly input = Array.from({ length: LIVE_CHANNELS }, () => new Float32Array(LIVE_BLOCK));
  /** Posted after each rendering: a copy is sent. */
  private readonly rendered = { type: 'audio', blocks: 0 } satisfies FromLiveWorker;

  /**
   * @param deliver takes a model that was opened in another thread
   * @param ring takes the rendered blocks
   * @param position receives how far the source has been read
   */
  constructor(
    private readonly player: LivePlayer,
    private readonly deliver: (delivery: ModelDelivery) => void,
    private readonly post: (message: FromLiveWorker) => void,
    private readonly ring: AudioRingWriter,
    private readonly position: SourcePosition,
  ) {
    player.prepare(this.rate, LIVE_BLOCK, LIVE_CHANNELS);
  }

  /** Handles a message of the main thread; a `credit` renders as many whole blocks as were granted. */
  receive(message: ToLiveWorker): void {
    switch (message.type) {
      case 'command':
        this.apply(message.command);
        return;
      case 'model':
        this.deliver(message.delivery);
        return;
      case 'source':
        this.audio = message.source;
        this.openSource();
        this.setNext(0, null);
        return;
      case 'next':
        this.setNext(message.number, message.audio);
        return;
      case 'seek':
        if (this.source instanceof FileSource) this.source.seek(message.seconds);
        this.reportPosition();
        return;
      case 'play':
        this.playing = message.playing;
        return;
      case 'tempo':
        this.transport[message.align](message.perMinute, message.beat);
        return;
      case 'open':
        this.open = true;
        this.credit = 0;
        if (message.rate !== this.rate) {
          this.rate = message.rate;
          this.player.prepare(this.rate, LIVE_BLOCK, LIVE_CHANNELS);
          this.reopenSource();
        }
        return;
      case 'credit':
        this.credit = Math.min(
          this.credit + message.frames,
          MOST_CREDIT_SECONDS * Math.min(this.rate, MAX_RATE),
        );
        this.render();
        return;
      case 'close':
        this.open = false;
        this.credit = 0;
        this.player.idle();
        return;
      case 'midi':
        this.player.midi(0, message.status, message.data1, message.data2);
        if (this.open) this.player.takeNow();
        else this.player.idle();
        return;
      case 'microphone':
        this.receiveMicrophone(message.frame);
        return;
    }
  }

  private apply(command: Extract<ToLiveWorker, { type: 'command' }>['command']): void {
    try {
      void this.player.apply(command);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.post({ type: 'report', report: { type: 'failed', code: 'model-failed', message: text } });
    }
  }

  private openSource(): void {
    if (this.audio === null) this.source = silence;
    else if (this.audio.kind === 'microphone') this.source = new MicrophoneSource();
    else this.source = new FileSource(this.audio, this.rate);
    this.reportPosition();
  }

  /** Converts the sources to another rate of the speaker; a file goes on where it was. */
  private reopenSource(): void {
    const seconds = this.source instanceof FileSource ? this.source.seconds : 0;
    this.openSource();
    if (this.source instanceof FileSource) this.source.seek(seconds);
    if (this.next !== null) this.setNext(this.next.number, this.next.audio);
    this.reportPosition();
  }

  private setNext(number: number, audio: FileAudio | null): void {
    this.next = audio === null ? null : { number, audio, source: new FileSource(audio, this.rate) };
    if (this.source instanceof FileSource) this.source.loops = audio === null;
  }

  /** Fills the input with the source, and with the next file from where one ends. */
  private pull(): void {
    let done = 0;
    while ((done = this.source.pull(this.input, done, LIVE_BLOCK)) < LIVE_BLOCK) this.advance();
  }

  private advance(): void {
    const { next } = this;
    // A source ends only where another one follows.
    this.source = next?.source ?? silence;
    if (next === null) return;
    this.audio = { kind: 'file', ...next.audio };
    this.setNext(0, null);
    this.post({ type: 'advanced', number: next.number });
  }

  private reportPosition(): void {
    this.position.set(this.source instanceof FileSource ? this.source.seconds : NO_POSITION);
  }

  private receiveMicrophone(frame: ArrayBuffer): void {
    const head = readAudioHead(frame, FRAME.microphone);
    if (head === null || head.frames > MAX_MICROPHONE_FRAMES) return;
    const channels = Array.from({ length: head.channels }, (_, i) => audioChannel(frame, i, head.frames));
    if (this.source instanceof MicrophoneSource) this.source.push(channels, head.frames);
  }

  private render(): void {
    const { ring, rendered } = this;
    rendered.blocks = 0;
    while (this.open && this.credit >= LIVE_BLOCK && ring.hasRoom) {
      this.credit -= LIVE_BLOCK;
      if (this.playing) this.pull();
      else silence.pull(this.input, 0, LIVE_BLOCK);
      this.player.setTime(this.transport.time);
      this.player.process(this.input, ring.next, LIVE_BLOCK);
      this.transport.advance(LIVE_BLOCK, this.rate);
      ring.commit();
      rendered.blocks += 1;
      // The speaker gets the first blocks while the next are rendered.
      if (rendered.blocks === BLOCKS_PER_MESSAGE) this.send();
    }
    this.reportPosition();
    this.send();
  }

  private send(): void {
    if (this.rendered.blocks > 0) this.post(this.rendered);
    this.rendered.blocks = 0;
  }
}
