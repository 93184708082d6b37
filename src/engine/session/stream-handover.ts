import type { Pipeline } from './stream-pipeline.js';

const FADE_SECONDS = 0.03;

/**
 * From one model to the next without a gap: what played before goes on until the next one has filled up; then one
 * fades into the other. Both cost their time meanwhile. One thread; allocates nothing after construction.
 */
export class Handover {
  private readonly before: Float32Array[];
  private readonly fade: Float32Array;
  private readonly wait: number;
  private position = 0;

  constructor(
    readonly leaving: Pipeline,
    coming: Pipeline,
  ) {
    const { rate, channels } = coming.setup;
    const length = Math.round(FADE_SECONDS * rate);
    this.wait = coming.latencySamples;
    this.fade = Float32Array.from({ length }, (_, i) => (i + 0.5) / length);
    this.before = Array.from({ length: channels }, () => new Float32Array(coming.segment));
  }

  /** True once only the new model is heard. */
  get done(): boolean {
    return this.position >= this.wait + this.fade.length;
  }

  /**
   * Mixes what leaves into `output`, where the coming pipeline has put its `count` samples from `offset` on.
   * @param track what both were given
   */
  process(
    track: readonly Float32Array[],
    output: readonly Float32Array[],
    offset: number,
    count: number,
  ): void {
    this.leaving.process(track, this.before, 0, count);
    for (let c = 0; c < output.length; c += 1) {
      const coming = output[c] as Float32Array;
      const before = this.before[c] as Float32Array;
      for (let i = 0; i < count; i += 1) {
        const share = this.shareAt(this.position + i - this.wait);
        const old = before[i] as number;
        coming[offset + i] = old + share * ((coming[offset + i] as number) - old);
      }
    }
    this.position += count;
  }

  /** Of the new sound, `since` samples after it has filled up. */
  private shareAt(since: number): number {
    if (since < 0) return 0;
    return since < this.fade.length ? (this.fade[since] as number) : 1;
  }
}
