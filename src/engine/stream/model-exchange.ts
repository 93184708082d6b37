import type { Output } from '../../document/output.js';
import type { RunningModel } from '../model/run/running-model.js';
import type { Pipeline } from './pipeline.js';

const FADE_SECONDS = 0.03;

/** What makes the sound: one pipeline, or several while one replaces another. Its methods are `Pipeline`'s. */
export interface Sounding extends Pick<
  Pipeline,
  'process' | 'receive' | 'dropChanges' | 'setOutput' | 'setLevel' | 'setOffline'
> {
  /** True while `model` is played: it must not be closed yet. */
  plays(model: RunningModel): boolean;
}

/**
 * From one model to the next without a gap: what played before goes on until the next one has filled up; then one
 * fades into the other. Both cost their time meanwhile. One thread; allocates nothing after construction.
 */
export class Handover implements Sounding {
  private readonly before: Float32Array[];
  private readonly fade: Float32Array;
  private readonly wait: number;
  private position = 0;

  constructor(
    private readonly leaving: Sounding,
    private readonly coming: Pipeline,
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

  /** What is heard now, for a third model to follow: without the coming one where that is not heard yet. */
  get heard(): Sounding {
    return this.position <= this.wait ? this.leaving : this;
  }

  plays(model: RunningModel): boolean {
    return this.coming.plays(model) || (!this.done && this.leaving.plays(model));
  }

  receive(parameter: number, value: number): void {
    this.coming.receive(parameter, value);
    this.leaving.receive(parameter, value);
  }

  dropChanges(parameter: number): void {
    this.coming.dropChanges(parameter);
    this.leaving.dropChanges(parameter);
  }

  setOutput(output: Output): void {
    this.coming.setOutput(output);
    this.leaving.setOutput(output);
  }

  setLevel(parameter: number, value: number): void {
    this.coming.setLevel(parameter, value);
    this.leaving.setLevel(parameter, value);
  }

  setOffline(offline: boolean): void {
    this.coming.setOffline(offline);
    this.leaving.setOffline(offline);
  }

  process(
    track: readonly Float32Array[],
    output: readonly Float32Array[],
    offset: number,
    count: number,
  ): void {
    this.coming.process(track, output, offset, count);
    if (this.done) return;
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
