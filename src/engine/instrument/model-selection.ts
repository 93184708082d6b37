import { TillerError } from '../../document/tiller-error.js';
import type { ModelReference } from '../../document/preset.js';
import { useModel, withAttributesOf } from '../../document/use-model.js';
import type { ModelManifest } from '../model/manifest.js';
import { listenerOf, unheard } from '../model/run/listener.js';
import type { StreamLink } from '../stream/messages.js';
import type { DocumentOwner } from './document-owner.js';
import type { Holds } from './holds.js';
import type { ModelSource } from './instrument-state.js';
import type { StateStore } from './state-store.js';

/** Which model of the library the document plays: finds it, has the streaming worker open it, and changes it. Main thread. */
export class ModelSelection {
  private loads = 0;

  constructor(
    private readonly store: StateStore,
    private readonly link: StreamLink,
    private readonly models: ModelSource,
    private readonly holds: Holds,
    private readonly owner: DocumentOwner,
  ) {}

  /**
   * Plays another model of the library, as one step of the undo history. Examples, mapping and settings of each latent belong
   * to their model and change with it (`useModel`). Resolves when the streaming worker has been asked to open it.
   * @param sha256 the model's identity, 64 hexadecimal digits
   * @throws TillerError `model-missing` where the library does not have it, `argument-invalid` as `useModel`; the document is
   * then unchanged
   */
  async select(sha256: string): Promise<void> {
    const manifest = await this.require(sha256);
    const { store, owner } = this;
    const before = store.state.preset;
    // Without an outdated mapping, which would be taken for the right one when this model comes back.
    const next = useModel(before, manifest, manifest.latentRanges, owner.document().trained);
    if (next !== before) {
      store.history.record(before, 'change model');
      owner.adopt(next, 'page');
    }
    store.change({ notice: null }, 'page');
    // Also where it plays already: it may have failed, or have been imported again.
    await this.load(next.model);
  }

  /**
   * Looks for the document's model, and the one that it listens with, again, after the player removed one from the library or restored
   * it; shows no notice of its own model.
   */
  lookAgain(): Promise<void> {
    return this.load(this.store.state.preset.model, 'expected');
  }

  /**
   * Has the streaming worker play `reference`, the document's model, or nothing where it is null or missing; of several loads
   * the last one counts. Resolves when the worker has been asked to. A library that cannot be read counts as a missing model,
   * since the worker waits for the `load` that was announced to it; the player sees the error.
   * @param absence `expected`: a missing model is shown in the state only, without a notice
   */
  async load(
    reference: ModelReference | null,
    absence: 'expected' | 'unexpected' = 'unexpected',
  ): Promise<void> {
    const load = ++this.loads;
    const { store } = this;
    this.holds.clearHeard();
    store.change({ model: { ...store.state.model, loading: true } }, 'engine');
    const { listenWith } = store.state.preset;
    const found = reference && (await this.find(reference));
    const listened = found && listenWith && (await this.find(listenWith.model));
    const listener = found && listenWith && listenerOf(listenWith, listened, found.manifest);
    if (load === this.loads) {
      this.link.send({ type: 'load', model: found && { ...found, listener } });
      store.change(
        { model: { manifest: found?.manifest ?? null, missing: found ? null : reference, loading: false } },
        'engine',
      );
      if (reference && !found && absence === 'unexpected') store.notify(missing(reference));
      else if (found && listenWith && !listener) store.notify(unheard(listenWith, listened));
    }
    this.completeAttributes();
  }

  /** @throws TillerError `model-missing` where the library does not have a model of this identity */
  async require(sha256: string): Promise<ModelManifest> {
    const found = await this.models.find(sha256);
    if (found === null)
      throw new TillerError('model-missing', 'This model is not in the library.', 'Import its .ts file.');
    return found.manifest;
  }

  private async find({ sha256 }: ModelReference): ReturnType<ModelSource['find']> {
    try {
      return await this.models.find(sha256);
    } catch (error) {
      this.store.notify(error);
      return null;
    }
  }

  /** A preset of an older version, or one whose model was imported again, may lack what its model lets be set. */
  private completeAttributes(): void {
    const { preset, model } = this.store.state;
    if (model.manifest === null || model.manifest.sha256 !== preset.model?.sha256) return;
    const next = withAttributesOf(preset, model.manifest);
    if (next !== preset) this.owner.adopt(next, 'engine');
  }
}

const missing = (reference: ModelReference) =>
  new TillerError(
    'model-missing',
    `This preset plays the model “${reference.name}”, which is not in the library.`,
    'Import its .ts file, or choose another model: every example is kept.',
  );
