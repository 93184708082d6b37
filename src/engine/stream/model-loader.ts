import type { ModelManifest, PlayedVariant } from '../model/manifest.js';
import type { RunningModel } from '../model/run/running-model.js';
import { ModelCache, sameVariant } from './model-cache.js';
import { openHere, samePlace, type ModelOpener, type ModelPlace } from './model-opener.js';

/** What the loader needs of the player. */
export interface ModelUser {
  /** True once the player was prepared for a track. */
  isPrepared(): boolean;
  /** True once a block was played: from then on the next one must not wait. */
  hasStarted(): boolean;
  /** The variant of a model that the settings and the track require. */
  variantFor(manifest: ModelManifest): PlayedVariant;
  /** Plays a model from now on, or the dry track; `ModelLoader.model` is that one. May ask for another at once. */
  play(): void;
  /** True while a model is heard: it must not be closed yet. */
  plays(model: RunningModel): boolean;
  /** A model could not be opened. */
  failed(error: Error): void;
}

/** The wait for the models that are being opened, until the last one plays. */
interface Opening {
  readonly promise: Promise<void>;
  readonly settle: () => void;
}

/**
 * Has the model of the document opened, in the variant that the settings require, while the one before it plays on; closes
 * models that are no longer heard. Of several requests the last one counts. One thread, the streaming worker's.
 */
export class ModelLoader {
  private readonly cache = new ModelCache();
  /** Where the document's model lies; null where the document has none. */
  private place: ModelPlace | null = null;
  private playing: RunningModel | null = null;
  /** Earlier models that are still heard. */
  private leaving: RunningModel[] = [];
  /** Counts loads, so that one overtaken by a newer one is dropped. */
  private loads = 0;
  private opening: Opening | null = null;
  /** The model that is being opened: it is not ordered twice. */
  private ordered: { readonly place: ModelPlace; readonly variant: PlayedVariant } | null = null;
  private closed = false;

  /** @param opener opens models once something plays; before, they are opened on this thread */
  constructor(
    private readonly user: ModelUser,
    private readonly opener: ModelOpener,
  ) {}

  /** The model that plays; null without one. */
  get model(): RunningModel | null {
    return this.playing;
  }

  /** Settles when the model that is being opened plays; null while none is. */
  get loading(): Promise<void> | null {
    return this.opening?.promise ?? null;
  }

  /** True where the model at `place` is the one that was asked for last and is being opened. */
  opens(place: ModelPlace | null): boolean {
    return samePlace(place, this.place) && this.opening !== null;
  }

  /** True where the model at `place` is the one that was asked for last and plays. */
  hasLoaded(place: ModelPlace | null): boolean {
    return samePlace(place, this.place) && this.opening === null && this.playing !== null;
  }

  /** Opens the model at `place` and has it played; with null the dry track is played. */
  load(place: ModelPlace | null): void {
    if (!samePlace(place, this.place)) this.place = place;
    this.open();
  }

  /** Settings or track have changed: opens another variant of the model where they require one. */
  follow(): void {
    if (this.needsOtherVariant()) this.open();
  }

  /** Releases the models that are no longer heard. Allocates nothing while nothing leaves. */
  releaseUnheard(): void {
    for (let i = this.leaving.length - 1; i >= 0; i--) {
      const model = this.leaving[i] as RunningModel;
      if (this.user.plays(model)) continue;
      this.leaving.splice(i, 1);
      this.cache.release(model);
    }
  }

  /** Closes every model, also those that are still being opened. */
  close(): void {
    this.closed = true;
    this.loads++;
    for (const model of this.leaving.splice(0)) this.cache.release(model);
    this.playing?.close();
    this.playing = null;
    this.cache.close();
  }

  private needsOtherVariant(): boolean {
    const { playing, place, user } = this;
    if (playing === null || place === null || !user.isPrepared()) return false;
    return !sameVariant(user.variantFor(place.manifest), playing.shape);
  }

  private open(): void {
    this.opening ??= begin();
    const { place, cache } = this;
    const variant = place && this.user.variantFor(place.manifest);
    if (place === this.ordered?.place && sameVariant(variant, this.ordered?.variant)) return;
    const load = ++this.loads;
    this.ordered = null;
    const kept = place && variant && cache.take(place, variant);
    if (place === null || variant === null || kept !== null) {
      this.play(kept);
      return;
    }
    this.ordered = { place, variant };
    const opener = this.user.hasStarted() ? this.opener : openHere;
    opener.open(place, variant, (opened) => {
      if (!(opened instanceof Error)) cache.opened(opened, place, variant);
      if (load === this.loads) {
        this.ordered = null;
        if (opened instanceof Error) this.user.failed(opened);
        this.play(opened instanceof Error ? null : opened);
      } else if (opened instanceof Error) return;
      else if (this.closed) opened.close();
      else cache.release(opened);
    });
  }

  private play(model: RunningModel | null): void {
    const { loads } = this;
    if (this.playing !== null) this.leaving.push(this.playing);
    this.playing = model;
    this.user.play();
    // What the player applied may have required another model or variant.
    if (loads !== this.loads) return;
    // The settings may have come to require another variant while the model was being opened.
    if (this.needsOtherVariant()) this.open();
    else {
      this.opening?.settle();
      this.opening = null;
    }
  }
}

function begin(): Opening {
  let settle = () => undefined as void;
  const promise = new Promise<void>((resolve) => (settle = resolve));
  return { promise, settle };
}
