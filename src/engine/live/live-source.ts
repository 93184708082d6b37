import { Resampler } from '../audio/resampler.js';
import type { FileAudio } from './messages.js';

/** The live session's input: two channels at the speaker's rate. */
export interface LiveSource {
  /**
   * Writes samples `from` to `to` of each channel.
   * @returns the end of what was written: less than `to` where the source has ended
   */
  pull(output: readonly Float32Array[], from: number, to: number): number;
}

export const silence: LiveSource = {
  pull(output, from, to) {
    for (const channel of output) channel.fill(0, from, to);
    return to;
  },
};

/** Samples that are handed to the resampler at once. */
const PIECE = 512;
/** Samples of the file over which a jump is cross-faded. */
const FADE = 256;

/**
 * A file, resampled continuously: as a loop, its seam is as smooth as the file's own. A jump is cross-faded. Allocates nothing
 * after construction.
 */
export class FileSource implements LiveSource {
  /** Whether it begins again after its end. Otherwise it ends with the last sample that the resampler gives before it needs more. */
  loops = true;
  private position = 0;
  /** Where a jump came from, and how many samples of its cross-fade are left. */
  private left = { position: 0, samples: 0 };
  private readonly resampler: Resampler;
  private readonly sides: readonly [Float32Array, Float32Array];
  private readonly faded = [new Float32Array(FADE), new Float32Array(FADE)] as const;

  /** Of the file, in Hz. */
  private readonly rate: number;

  constructor({ channels, rate }: FileAudio, speakerRate: number) {
    const side = channels[0];
    const left = side === undefined || side.length === 0 ? new Float32Array(1) : side;
    this.sides = [left, channels[1] ?? left];
    this.rate = rate;
    this.resampler = new Resampler({ from: rate, to: speakerRate, channels: 2, capacity: PIECE });
  }

  /** How much of the file has been read, in seconds. */
  get seconds(): number {
    return this.position / this.rate;
  }

  /** @param seconds beyond the file's end, its end */
  seek(seconds: number): void {
    const target = Math.min(Math.round(seconds * this.rate), this.length - 1);
    if (target === this.position) return;
    this.left = { position: this.position, samples: FADE };
    this.position = target;
  }

  pull(output: readonly Float32Array[], from: number, to: number): number {
    let done = from;
    while (done < to) {
      const ready = Math.min(to - done, this.resampler.available());
      if (ready > 0) {
        this.resampler.read(output, done, ready);
        done += ready;
        continue;
      }
      if (this.position === this.length) {
        if (!this.loops) return done;
        this.position = 0;
      }
      if (this.left.samples > 0) this.writeFaded();
      else this.write(Math.min(PIECE, this.length - this.position));
    }
    return done;
  }

  private get length(): number {
    return this.sides[0].length;
  }

  private write(count: number): void {
    this.resampler.write(this.sides, this.position, count);
    this.position += count;
  }

  private writeFaded(): void {
    const { left, length } = this;
    const count = Math.min(left.samples, length - this.position);
    for (let side = 0; side < 2; side++) {
      const samples = this.sides[side];
      const faded = this.faded[side];
      if (samples === undefined || faded === undefined) return;
      for (let i = 0; i < count; i++) {
        const share = (left.samples - i) / FADE;
        const before = samples[(left.position + i) % length] ?? 0;
        faded[i] = share * before + (1 - share) * (samples[this.position + i] ?? 0);
      }
    }
    this.resampler.write(this.faded, 0, count);
    this.position += count;
    left.position += count;
    left.samples -= count;
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

  /** Adds audio of the microphone. @param frames samples of each channel that count */
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

  pull(output: readonly Float32Array[], from: number, to: number): number {
    const ready = Math.min(to - from, this.written - this.read);
    output.forEach((channel, side) => {
      const ring = this.ring[side] ?? this.ring[0];
      for (let i = 0; i < ready; i++) channel[from + i] = ring[(this.read + i) & (RING - 1)] ?? 0;
      channel.fill(0, from + ready, to);
    });
    this.read += ready;
    return to;
  }
}
