/** Long enough for a second at 192 kHz. */
const CAPACITY = 262_144;

/**
 * The speaker's ring: takes chunks as they come, gives out blocks as they are due, and keeps the count of what
 * may still be asked for. Audio thread: allocates nothing after its construction.
 */
export class JitterBuffer {
  private readonly ring = [new Float32Array(CAPACITY), new Float32Array(CAPACITY)] as const;
  private written = 0;
  private read = 0;
  /** Frames asked for and not yet received. */
  private owed = 0;
  /** 0 until `start`: nothing is due before it. */
  private target = 0;
  private started = false;
  underruns = 0;

  start(targetFrames: number): void {
    this.read = this.written;
    this.owed = 0;
    this.started = false;
    this.setTarget(targetFrames);
  }

  setTarget(targetFrames: number): void {
    this.target = Math.min(CAPACITY / 2, Math.max(1, targetFrames));
  }

  get buffered(): number {
    return this.written - this.read;
  }

  /** Frames to ask for now so that buffer and what is on its way reach the target; they count as asked for. */
  credit(): number {
    const wanted = this.target - this.buffered - this.owed;
    if (wanted <= 0) return 0;
    this.owed += wanted;
    return wanted;
  }

  /** Takes a chunk; mono goes to both sides. What does not fit is dropped. */
  push(channels: readonly Float32Array[], frames: number): void {
    this.owed = Math.max(0, this.owed - frames);
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
   * Fills the two sides. Silence until half the target has come, and again after running dry: one gap is
   * better than many.
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
