import { perform } from '../../engine-client/commands.js';
import { client, store } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';

/** Holds a latent at a value until the next one, as a sweep does; the hold ends with this window. */
export function holdWhileOpen(dimension: number, value: number): void {
  client.send({ type: 'hold', dimension, value, whileOpen: true });
}

/**
 * Holds a latent at a value, in place of what the mapping gives.
 * @param dimension index of the latent
 * @param value in latent units; null releases it
 */
export function hold(dimension: number, value: number | null): void {
  client.sendConfirmed({ type: 'hold', dimension, value });
}

/** Releases every held latent and ends a sweep: the mapping plays all latents again. */
export function releaseAll(): void {
  setView(store, { sweeping: null });
  perform({ type: 'release-all' });
}

/** Goes back to what was held before the last random draw (−1), or forward again (1). */
export const stepDraw = (by: -1 | 1): void => perform({ type: 'step-draw', by });

/** Holds every unlocked latent at a random value near the current one. */
export const randomise = (): void =>
  perform({ type: 'randomise', radius: store.getState().view.randomRadius });
