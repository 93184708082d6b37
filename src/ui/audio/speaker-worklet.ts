import { JitterBuffer } from './jitter-buffer.js';
import type { FromSpeaker, ToSpeaker } from './speaker-messages.js';

/** Audio blocks (of 128 samples) between two requests; the engine renders pieces of about this length. */
const BLOCKS_PER_REQUEST = 2;

/** Plays the engine's audio and requests more. Audio thread. */
class SpeakerProcessor extends AudioWorkletProcessor {
  private readonly buffer = new JitterBuffer();
  private blocks = 0;
  private readonly silent = new Float32Array(128);

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToSpeaker>) => {
      if (data.kind === 'audio') this.buffer.push(data.channels, data.frames);
      else if (data.kind === 'start') this.buffer.start(data.targetFrames);
      else this.buffer.setTarget(data.targetFrames);
      if (data.kind !== 'audio') this.request();
    };
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const left = output?.[0] ?? this.silent;
    this.buffer.pull(left, output?.[1] ?? this.silent);
    this.blocks += 1;
    if (this.blocks >= BLOCKS_PER_REQUEST) this.request();
    return true;
  }

  private request(): void {
    this.blocks = 0;
    const credit = this.buffer.credit();
    if (credit === 0) return;
    const message: FromSpeaker = { credit, underruns: this.buffer.underruns };
    this.port.postMessage(message);
  }
}

registerProcessor('tiller-speaker', SpeakerProcessor);
