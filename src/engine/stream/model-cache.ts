import type { ModelVariant } from '../model/manifest.js';
import type { RunningModel } from '../model/run/running-model.js';
import type { ModelPlace } from './model-opener.js';

/** Keeps the last model that was released: going back and forth between two presets opens each model once. */
export class ModelCache {
  private readonly keys = new WeakMap<RunningModel, string>();
  private released: RunningModel | null = null;

  /** The model in this variant, where it is the one that was released last; then it is no longer kept here. */
  take(place: ModelPlace, variant: ModelVariant): RunningModel | null {
    const { released } = this;
    if (released === null || this.keys.get(released) !== keyOf(place, variant)) return null;
    this.released = null;
    released.reset();
    return released;
  }

  /** Remembers where a model was opened from, so that `take` finds it once it is released. */
  opened(model: RunningModel, place: ModelPlace, variant: ModelVariant): void {
    this.keys.set(model, keyOf(place, variant));
  }

  /** Keeps a model that is no longer played, and closes the one that was kept before. */
  release(model: RunningModel): void {
    this.released?.close();
    this.released = model;
  }

  /** Closes the model that is kept. */
  close(): void {
    this.released?.close();
    this.released = null;
  }
}

const keyOf = ({ dir, listener }: ModelPlace, { frames, batch }: ModelVariant): string =>
  `${dir} ${frames} ${batch} ${listenerKey(listener)}`;

/** The same for listeners that sound the same. */
export function listenerKey(listener: ModelPlace['listener']): string {
  if (listener === undefined || listener === null) return '';
  const { dir, delaySamples, adapter } = listener;
  return `${dir} ${delaySamples} ${adapter?.join() ?? ''}`;
}
