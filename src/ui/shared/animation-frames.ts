type Paint = (now: number, elapsedSeconds: number) => void;

const paints = new Set<Paint>();
let running = false;
let last = 0;

function tick(now: number): void {
  if (paints.size === 0) {
    running = false;
    return;
  }
  const elapsed = Math.min(0.1, (now - last) / 1000);
  last = now;
  requestAnimationFrame(tick);
  for (const paint of paints) {
    try {
      paint(now, elapsed);
    } catch (error) {
      // One failing canvas must not stop the others.
      reportError(error);
    }
  }
}

/**
 * Calls `paint` at every animation frame with the time in milliseconds of `performance.now()` and the seconds since the last
 * animation frame, at most 0.1. One request serves all callers.
 * @returns a function that ends it
 */
export function onAnimationFrame(paint: Paint): () => void {
  paints.add(paint);
  if (!running) {
    running = true;
    last = performance.now();
    requestAnimationFrame(tick);
  }
  return () => paints.delete(paint);
}
