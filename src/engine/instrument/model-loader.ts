import { TillerError } from '../../document/tiller-error.js';
import type { ModelReference } from '../../document/preset.js';
import type { ModelManifest } from '../model/manifest.js';
import type { StreamLink } from '../stream/messages.js';
import type { ModelSource } from './instrument-state.js';
import type { StateStore } from './state-store.js';

/** Finds a document's model in the library and has the streaming worker play it. Main thread. */
export class ModelLoader {
  private loads = 0;

  constructor(
    private readonly store: StateStore,
    private readonly link: StreamLink,
    private readonly models: ModelSource,
  ) {}

  /**
   * Has the streaming worker play `reference`, or nothing where it is null or missing; of several loads the last one
   * counts. Resolves when the worker has been told. A library that cannot be read counts as a missing model, since the
   * worker waits for the `load` that was announced to it; the player sees the error.
   * @param absence `expected`: a missing model is shown in the state only, without a notice
   */
  async load(reference: ModelReference | null, absence: 'expected' | 'unexpected'): Promise<void> {
    const load = ++this.loads;
    const { store } = this;
    store.change({ model: { ...store.state.model, loading: true } }, 'engine');
    const found = reference && (await this.find(reference));
    if (load !== this.loads) return;
    this.link.send({ type: 'load', model: found });
    store.change(
      { model: { manifest: found?.manifest ?? null, missing: found ? null : reference, loading: false } },
      'engine',
    );
    if (reference && !found && absence === 'unexpected')
      store.notify(
        new TillerError(
          'model-missing',
          `This preset plays the model “${reference.name}”, which is not in the library.`,
          'Import its .ts file, or choose another model: every example is kept.',
        ),
      );
  }

  /** @throws TillerError `model-missing` where the library does not have a model of this identity */
  async require(sha256: string): Promise<{ manifest: ModelManifest }> {
    const found = await this.models.find(sha256);
    if (found === null)
      throw new TillerError('model-missing', 'This model is not in the library.', 'Import its .ts file.');
    return found;
  }

  private async find({ sha256 }: ModelReference): ReturnType<ModelSource['find']> {
    try {
      return await this.models.find(sha256);
    } catch (error) {
      this.store.notify(error);
      return null;
    }
  }
}
