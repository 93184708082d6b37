import type { FromMicrophone } from './speaker-messages.js';

/** Samples per channel of each message. */
const BLOCK_FRAMES = 512;

/** Collects the microphone's audio into blocks and posts them to the page. Audio thread. */
class MicrophoneProcessor extends AudioWorkletProcessor {
  private readonly block = [new Float32Array(BLOCK_FRAMES), new Float32Array(BLOCK_FRAMES)] as const;
  private filled = 0;

  process([input]: Float32Array[][]): boolean {
    const left = input?.[0];
    if (left === undefined) return true;
    const right = input?.[1] ?? left;
    for (let i = 0; i < left.length; i++) {
      this.block[0][this.filled] = left[i] ?? 0;
      this.block[1][this.filled] = right[i] ?? 0;
      this.filled += 1;
      if (this.filled === BLOCK_FRAMES) this.send();
    }
    return true;
  }

  private send(): void {
    this.filled = 0;
    const channels = this.block.map((side) => side.slice());
    const message: FromMicrophone = { frames: BLOCK_FRAMES, channels };
    this.port.postMessage(
      message,
      channels.map(({ buffer }) => buffer),
    );
  }
}

registerProcessor('tiller-microphone', MicrophoneProcessor);
