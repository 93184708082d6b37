/** Samples per channel: more than a second at 192 kHz. */
const CAPACITY = 262_144;

/**
 * A ring buffer of stereo audio between the engine, which sends chunks of any size, and the audio device, which takes blocks on
 * time. It also counts how much audio may still be requested. A "frame" here is one sample per channel. Audio thread: allocates
 * nothing after construction.
 */
export class JitterBuffer {
  private readonly ring = [new Float32Array(CAPACITY), new Float32Array(CAPACITY)] as const;
  private written = 0;
  private read = 0;
  /** Frames requested and not yet received. */
  private pending = 0;
  /** Frames to keep buffered; 0 until `start`, and nothing counts as an underrun before it. */
  private target = 0;
  private started = false;
  /** Number of times that the buffer ran empty since it was created. */
  underruns = 0;

  /** Empties the buffer and sets the number of frames to keep buffered. */
  start(targetFrames: number): void {
    this.read = this.written;
    this.pending = 0;
    this.started = false;
    this.setTarget(targetFrames);
  }

  /** How many frames to keep buffered from now on. */
  setTarget(targetFrames: number): void {
    this.target = Math.min(CAPACITY / 2, Math.max(1, targetFrames));
  }

  /** Frames in the buffer. */
  get buffered(): number {
    return this.written - this.read;
  }

  /** Frames to request now so that buffered and pending frames reach the target; they count as pending from now on. */
  credit(): number {
    const wanted = this.target - this.buffered - this.pending;
    if (wanted <= 0) return 0;
    this.pending += wanted;
    return wanted;
  }

  /** Adds a chunk of one or two channels; mono goes to both sides. Frames beyond the capacity are dropped. */
  push(channels: readonly Float32Array[], frames: number): void {
    this.pending = Math.max(0, this.pending - frames);
    const room = Math.min(frames, CAPACITY - this.buffered);
    for (let side = 0; side < 2; side++) {
      const from = channels[side] ?? channels[0];
      const to = this.ring[side];
      if (from === undefined || to === undefined) continue;
      for (let i = 0; i < room; i++) to[(this.written + i) % CAPACITY] = from[i] ?? 0;
    }
    this.written += room;
  }

  /**
   * Fills both sides. Gives silence until half the target is buffered, also after an underrun: one longer gap is better than
   * many short ones.
   */
  pull(left: Float32Array, right: Float32Array): void {
    const frames = left.length;
    const enough = Math.min(this.target, Math.max(frames, this.target / 2));
    if (!this.started && this.target > 0 && this.buffered >= enough) this.started = true;
    if (this.started && this.buffered < frames) {
      this.started = false;
      this.underruns += 1;
    }
    if (!this.started) {
      left.fill(0);
      right.fill(0);
      return;
    }
    for (let i = 0; i < frames; i++) {
      const at = (this.read + i) % CAPACITY;
      left[i] = this.ring[0][at] ?? 0;
      right[i] = this.ring[1][at] ?? 0;
    }
    this.read += frames;
  }
}
