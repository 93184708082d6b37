import { Resampler } from '../audio/resampler.js';

/** The live session's input: two channels at the speaker's rate. */
export interface LiveSource {
  pull(output: readonly Float32Array[], frames: number): void;
}

export const silence: LiveSource = {
  pull(output, frames) {
    for (const channel of output) channel.fill(0, 0, frames);
  },
};

/** Samples that are handed to the resampler at once. */
const PIECE = 512;

/** A file that is looped and resampled continuously, so that the seam is as smooth as the file's own. */
export class LoopSource implements LiveSource {
  private position = 0;
  private readonly resampler: Resampler;
  private readonly sides: readonly [Float32Array, Float32Array];

  constructor(channels: readonly Float32Array[], rate: number, speakerRate: number) {
    const left = channels[0] ?? new Float32Array(1);
    this.sides = [left, channels[1] ?? left];
    this.resampler = new Resampler({ from: rate, to: speakerRate, channels: 2, capacity: PIECE });
  }

  pull(output: readonly Float32Array[], frames: number): void {
    let done = 0;
    while (done < frames) {
      const ready = Math.min(frames - done, this.resampler.available());
      if (ready > 0) {
        this.resampler.read(output, done, ready);
        done += ready;
        continue;
      }
      const [{ length }] = this.sides;
      const count = Math.min(PIECE, length - this.position);
      this.resampler.write(this.sides, this.position, count);
      this.position = (this.position + count) % length;
    }
  }
}

/** About a third of a second at 48 kHz; a power of two, so that places wrap by a mask. */
const RING = 16_384;
/** With more buffered samples the microphone would be late: the oldest are dropped. */
const MOST_BUFFERED = 4096;

/** The page's microphone, through a ring: it arrives in bursts and is read in blocks. */
export class MicrophoneSource implements LiveSource {
  private readonly ring = [new Float32Array(RING), new Float32Array(RING)] as const;
  private written = 0;
  private read = 0;

  push(channels: readonly Float32Array[], frames: number): void {
    for (let side = 0; side < 2; side++) {
      const from = channels[side] ?? channels[0];
      const to = this.ring[side];
      if (from === undefined || to === undefined) return;
      for (let i = 0; i < frames; i++) to[(this.written + i) & (RING - 1)] = from[i] ?? 0;
    }
    this.written += frames;
    if (this.written - this.read > MOST_BUFFERED) this.read = this.written - MOST_BUFFERED / 2;
  }

  pull(output: readonly Float32Array[], frames: number): void {
    const ready = Math.min(frames, this.written - this.read);
    output.forEach((channel, side) => {
      const from = this.ring[side] ?? this.ring[0];
      for (let i = 0; i < ready; i++) channel[i] = from[(this.read + i) & (RING - 1)] ?? 0;
      channel.fill(0, ready, frames);
    });
    this.read += ready;
  }
}
