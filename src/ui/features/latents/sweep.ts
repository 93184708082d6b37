import { store } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { onAnimationFrame } from '../../shared/animation-frames.js';
import { hold, holdWhileOpen } from './holds.js';

const PERIOD_SECONDS = 4;
const SEND_MILLISECONDS = 33;

let stop: (() => void) | null = null;

/** Ends the sweep and releases its latent. */
export function stopSweep(): void {
  const { sweeping } = store.getState().view;
  stop?.();
  stop = null;
  setView(store, { sweeping: null });
  if (sweeping !== null) hold(sweeping, null);
}

/** Moves one latent slowly through its calibrated range, so that its effect can be heard. Ends the sweep of any other latent. */
export function startSweep(dimension: number): void {
  stopSweep();
  setView(store, { sweeping: dimension });
  const [low, high] = store.getState().model.card?.latentRanges[dimension] ?? [-2, 2];
  const began = performance.now();
  let sent = -Infinity;
  stop = onAnimationFrame((now) => {
    if (store.getState().view.sweeping !== dimension) {
      stop?.();
      stop = null;
      return;
    }
    if (now - sent < SEND_MILLISECONDS) return;
    sent = now;
    const phase = (2 * Math.PI * (now - began)) / 1000 / PERIOD_SECONDS;
    holdWhileOpen(dimension, low + (high - low) * (0.5 + 0.5 * Math.sin(phase)));
  });
}
