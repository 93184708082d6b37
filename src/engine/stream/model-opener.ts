import { TillerError } from '../../document/tiller-error.js';
import { lightFiles, type PlayedVariant } from '../model/manifest.js';
import { sameListener } from '../model/run/listener.js';
import type { ModelDelivery, ModelOrder } from '../model/run/model-threads.js';
import { openModel } from '../model/run/open-model.js';
import type { RunningModel } from '../model/run/running-model.js';
import { ThreadedModel } from '../model/run/threaded-model.js';
import type { PlacedModel } from './messages.js';

export type ModelPlace = PlacedModel;

/** Whether two places hold the same graphs, or there are none. */
export const samePlace = (a: ModelPlace | null, b: ModelPlace | null): boolean =>
  a?.manifest.sha256 === b?.manifest.sha256 &&
  a?.dir === b?.dir &&
  // A light form may be made, or made again, while the model plays.
  lightFilesOf(a) === lightFilesOf(b) &&
  sameListener(a?.listener, b?.listener);

const lightFilesOf = (place: ModelPlace | null): string | undefined =>
  place === null ? undefined : lightFiles(place.manifest).join();

/** Opens models for a player, on the player's thread or in another. */
export interface ModelOpener {
  /** Calls `done` once, between two blocks, with the model or the error. */
  open(place: ModelPlace, variant: PlayedVariant, done: (opened: RunningModel | Error) => void): void;
}

/** Opens models on the calling thread, which plays nothing meanwhile. */
export const openHere: ModelOpener = {
  open({ dir, manifest, listener = null }, variant, done) {
    openModel(dir, manifest, variant, listener).then(done, (error: unknown) =>
      done(error instanceof Error ? error : new Error(String(error))),
    );
  },
};

/** Opens models in threads of their own (`ModelThreads`), while the calling thread plays on. */
export class ThreadOpener implements ModelOpener {
  private readonly pending = new Map<
    number,
    { place: ModelPlace; variant: PlayedVariant; done: (opened: RunningModel | Error) => void }
  >();
  private orders = 0;

  /** @param order passes an order to the main thread, which answers with a delivery */
  constructor(private readonly order: (order: ModelOrder) => void) {}

  open(place: ModelPlace, variant: PlayedVariant, done: (opened: RunningModel | Error) => void): void {
    const id = ++this.orders;
    this.pending.set(id, { place, variant, done });
    const { dir, manifest, listener = null } = place;
    this.order({ id, dir, manifest, variant, listener });
  }

  /** Takes the answer to an order. */
  deliver(delivery: ModelDelivery): void {
    const order = this.pending.get(delivery.id);
    if (order === undefined) return;
    this.pending.delete(delivery.id);
    if ('memory' in delivery)
      order.done(
        new ThreadedModel(order.place.manifest, order.variant, delivery.memory, order.place.listener ?? null),
      );
    else {
      const { code, message, hint } = delivery.failure;
      order.done(new TillerError(code, message, hint));
    }
  }
}
