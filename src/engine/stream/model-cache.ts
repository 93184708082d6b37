import type { Precision } from '../../document/output.js';
import type { PlayedVariant } from '../model/manifest.js';
import type { RunningModel } from '../model/run/running-model.js';
import { samePlace, type ModelPlace } from './model-opener.js';

/** What a model was opened from. */
interface Origin {
  readonly place: ModelPlace;
  readonly variant: PlayedVariant;
}

/** Keeps the last model that was released: going back and forth between two presets opens each model once. */
export class ModelCache {
  private readonly origins = new WeakMap<RunningModel, Origin>();
  private released: RunningModel | null = null;

  /** The model in this variant, where it is the one that was released last; then it is no longer kept here. */
  take(place: ModelPlace, variant: PlayedVariant): RunningModel | null {
    const { released } = this;
    if (released === null || !isFrom(this.origins.get(released), place, variant)) return null;
    this.released = null;
    released.reset();
    return released;
  }

  /** Remembers where a model was opened from, so that `take` finds it once it is released. */
  opened(model: RunningModel, place: ModelPlace, variant: PlayedVariant): void {
    this.origins.set(model, { place, variant });
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

function isFrom(origin: Origin | undefined, place: ModelPlace, variant: PlayedVariant): boolean {
  return origin !== undefined && samePlace(origin.place, place) && sameVariant(origin.variant, variant);
}

/** Whether two variants are the same, or there are none. */
export const sameVariant = (
  a: PlayedVariant | null | undefined,
  b: PlayedVariant | null | undefined,
): boolean => a?.frames === b?.frames && a?.batch === b?.batch && precisionOf(a) === precisionOf(b);

const precisionOf = (variant: PlayedVariant | null | undefined): Precision => variant?.precision ?? 'exact';
