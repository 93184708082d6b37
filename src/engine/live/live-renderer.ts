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
  type FromLiveWorker,
  type SourceAudio,
  type ToLiveWorker,
} from './messages.js';
import { LoopSource, MicrophoneSource, silence, type LiveSource } from './live-source.js';

/** Sample rate in Hz for which latency is reported before a speaker has opened. */
const USUAL_RATE = 48_000;
/** Most rendered blocks per message to the main thread. */
const BLOCKS_PER_MESSAGE = 4;
/** Longest the engine may be asked to run ahead, in seconds. */
const MOST_CREDIT_SECONDS = 1.5;

/** What the renderer needs of the player. */
export type LivePlayer = Pick<Player, 'apply' | 'prepare' | 'midi' | 'process' | 'idle' | 'takeNow'>;

/**
 * Plays the source through the model, as far ahead as the speaker grants. Allocates nothing per block. One thread, the live
 * worker's; it renders inside `receive`, so commands take effect between two blocks and in order.
 */
export class LiveRenderer {
  private rate = USUAL_RATE;
  private open = false;
  private playing = false;
  private credit = 0;
  private audio: SourceAudio | null = null;
  private source: LiveSource = silence;
  private microphone: MicrophoneSource | null = null;
  private readonly input = Array.from({ length: LIVE_CHANNELS }, () => new Float32Array(LIVE_BLOCK));
  /** Posted after each rendering: a copy is sent. */
  private readonly rendered = { type: 'audio', blocks: 0 } satisfies FromLiveWorker;

  /**
   * @param deliver takes a model that was opened in another thread
   * @param ring takes the rendered blocks
   */
  constructor(
    private readonly player: LivePlayer,
    private readonly deliver: (delivery: ModelDelivery) => void,
    private readonly post: (message: FromLiveWorker) => void,
    private readonly ring: AudioRingWriter,
  ) {
    player.prepare(this.rate, LIVE_BLOCK, LIVE_CHANNELS);
  }

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
        return;
      case 'play':
        this.playing = message.playing;
        return;
      case 'open':
        this.open = true;
        this.credit = 0;
        if (message.rate !== this.rate) {
          this.rate = message.rate;
          this.player.prepare(this.rate, LIVE_BLOCK, LIVE_CHANNELS);
          this.openSource();
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
    this.microphone = null;
    if (this.audio === null) this.source = silence;
    else if (this.audio.kind === 'microphone') this.source = this.microphone = new MicrophoneSource();
    else this.source = new LoopSource(this.audio.channels, this.audio.rate, this.rate);
  }

  private receiveMicrophone(frame: ArrayBuffer): void {
    const head = readAudioHead(frame, FRAME.microphone);
    if (head === null || head.frames > MAX_MICROPHONE_FRAMES) return;
    const channels = Array.from({ length: head.channels }, (_, i) => audioChannel(frame, i, head.frames));
    this.microphone?.push(channels, head.frames);
  }

  private render(): void {
    const { ring, rendered } = this;
    rendered.blocks = 0;
    while (this.open && this.credit >= LIVE_BLOCK && ring.hasRoom) {
      this.credit -= LIVE_BLOCK;
      (this.playing ? this.source : silence).pull(this.input, LIVE_BLOCK);
      this.player.process(this.input, ring.next, LIVE_BLOCK);
      ring.commit();
      rendered.blocks += 1;
      // The speaker gets the first blocks while the next are rendered.
      if (rendered.blocks === BLOCKS_PER_MESSAGE) this.send();
    }
    this.send();
  }

  private send(): void {
    if (this.rendered.blocks > 0) this.post(this.rendered);
    this.rendered.blocks = 0;
  }
}
