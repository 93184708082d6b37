import { useEffect, type RefObject } from 'react';
import { onAnimationFrame } from '../animation-frames.js';

export interface Surface {
  context: CanvasRenderingContext2D;
  /** In CSS pixels; the context is scaled to them. */
  width: number;
  height: number;
  now: number;
  elapsed: number;
  /** True when the canvas was emptied by a change of its size. */
  resized: boolean;
}

/**
 * Calls `paint` at every animation frame with a context in CSS pixels. The canvas follows its element's size
 * and the screen's density. `paint` must be stable or cheap to subscribe again.
 */
export function useCanvas(
  canvas: RefObject<HTMLCanvasElement | null>,
  paint: (surface: Surface) => void,
): void {
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d') ?? null;
    if (element === null || context === null) return;
    let width = element.clientWidth;
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      width = element.clientWidth;
      height = element.clientHeight;
    });
    observer.observe(element);
    const stop = onAnimationFrame((now, elapsed) => {
      const density = window.devicePixelRatio;
      const columns = Math.round(width * density);
      const rows = Math.round(height * density);
      if (columns === 0 || rows === 0) return;
      const resized = element.width !== columns || element.height !== rows;
      if (resized) {
        element.width = columns;
        element.height = rows;
      }
      context.setTransform(density, 0, 0, density, 0, 0);
      paint({ context, width, height, now, elapsed, resized });
    });
    return () => {
      stop();
      observer.disconnect();
    };
  }, [canvas, paint]);
}
