import type { ModelVariant } from '../model/manifest.js';
import { openModel } from '../model/run/open-model.js';
import type { RunningModel } from '../model/run/running-model.js';
import type { StreamCommand } from './messages.js';

export type ModelPlace = NonNullable<Extract<StreamCommand, { type: 'load' }>['model']>;

/**
 * Opens models for the streaming thread, which cannot play meanwhile, and keeps the last one that was let go: going
 * back and forth between two presets opens each model once.
 */
export class ModelCache {
  private readonly keys = new WeakMap<RunningModel, string>();
  private spare: RunningModel | null = null;

  /** @throws TillerError as `openModel` does */
  async open({ dir, manifest }: ModelPlace, variant: ModelVariant): Promise<RunningModel> {
    const key = `${dir} ${variant.frames} ${variant.batch}`;
    const { spare } = this;
    if (spare !== null && this.keys.get(spare) === key) {
      this.spare = null;
      spare.reset();
      return spare;
    }
    const opened = await openModel(dir, manifest, variant);
    this.keys.set(opened, key);
    return opened;
  }

  /** `model` is played no longer. */
  release(model: RunningModel): void {
    this.spare?.close();
    this.spare = model;
  }

  close(): void {
    this.spare?.close();
    this.spare = null;
  }
}
