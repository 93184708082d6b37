import type { Output } from '../../document/output.js';
import type { RunningModel } from '../model/run/running-model.js';
import type { MusicalTime } from '../time/musical-time.js';
import type { Pipeline } from './pipeline.js';

const FADE_SECONDS = 0.03;

/** What makes the sound: one pipeline, or several while one replaces another. Its methods are `Pipeline`'s. */
export interface ActivePipeline extends Pick<
  Pipeline,
  'process' | 'receive' | 'dropChanges' | 'fadeToDry' | 'setOutput' | 'setLevel' | 'setOffline' | 'setTime'
> {
  /** True while `model` is played: it must not be closed yet. */
  plays(model: RunningModel): boolean;
}

/**
 * Changes from one model to the next without a gap: the old one plays until the next one's latency has passed, then they are
 * cross-faded. Both are computed meanwhile. One thread; allocates nothing after construction.
 */
export class Handover implements ActivePipeline {
  private readonly before: Float32Array[];
  private readonly fade: Float32Array;
  private readonly wait: number;
  private position = 0;

  constructor(
    private readonly old: ActivePipeline,
    private readonly next: Pipeline,
  ) {
    const { rate, channels } = next.setup;
    const length = Math.round(FADE_SECONDS * rate);
    this.wait = next.latencySamples;
    this.fade = Float32Array.from({ length }, (_, i) => (i + 0.5) / length);
    this.before = Array.from({ length: channels }, () => new Float32Array(next.segment));
  }

  /** True once only the new model is heard. */
  get done(): boolean {
    return this.position >= this.wait + this.fade.length;
  }

  /** What is heard now, for a third model to replace: without the next one where that is not heard yet. */
  get heard(): ActivePipeline {
    return this.position <= this.wait ? this.old : this;
  }

  plays(model: RunningModel): boolean {
    return this.next.plays(model) || (!this.done && this.old.plays(model));
  }

  receive(parameter: number, value: number): void {
    this.next.receive(parameter, value);
    this.old.receive(parameter, value);
  }

  dropChanges(parameter: number): void {
    this.next.dropChanges(parameter);
    this.old.dropChanges(parameter);
  }

  fadeToDry(): void {
    this.next.fadeToDry();
    this.old.fadeToDry();
  }

  setOutput(output: Output): void {
    this.next.setOutput(output);
    this.old.setOutput(output);
  }

  setLevel(parameter: number, value: number): void {
    this.next.setLevel(parameter, value);
    this.old.setLevel(parameter, value);
  }

  setOffline(offline: boolean): void {
    this.next.setOffline(offline);
    this.old.setOffline(offline);
  }

  setTime(time: Readonly<MusicalTime>): void {
    this.next.setTime(time);
    this.old.setTime(time);
  }

  process(
    track: readonly Float32Array[],
    output: readonly Float32Array[],
    offset: number,
    count: number,
  ): void {
    this.next.process(track, output, offset, count);
    if (this.done) return;
    this.old.process(track, this.before, 0, count);
    for (let c = 0; c < output.length; c += 1) {
      const next = output[c] as Float32Array;
      const before = this.before[c] as Float32Array;
      for (let i = 0; i < count; i += 1) {
        const share = this.shareAt(this.position + i - this.wait);
        const old = before[i] as number;
        next[offset + i] = old + share * ((next[offset + i] as number) - old);
      }
    }
    this.position += count;
  }

  /** Share of the new sound, 0..1, `since` samples after its latency has passed. */
  private shareAt(since: number): number {
    if (since < 0) return 0;
    return since < this.fade.length ? (this.fade[since] as number) : 1;
  }
}
