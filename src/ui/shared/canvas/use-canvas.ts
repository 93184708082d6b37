import { useEffect, type RefObject } from 'react';
import { onAnimationFrame } from '../animation-frames.js';
import { palette, type Palette } from './palette.js';

export interface Surface {
  context: CanvasRenderingContext2D;
  /** In CSS pixels; the context is scaled to them. */
  width: number;
  height: number;
  /** Milliseconds of `performance.now()`. */
  now: number;
  /** Seconds since the last animation frame. */
  elapsed: number;
  /**
   * True where everything must be painted anew: the function, the size or the colours have changed. Otherwise paint only where
   * something has moved: a page at rest must not keep the processor busy beside the audio.
   */
  stale: boolean;
}

/**
 * Calls `paint` at every animation frame with a context that is scaled to CSS pixels. The canvas follows the size of its
 * element and the pixel density of the screen. Memoise `paint`: a new function subscribes anew.
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
    let painted: Palette | null = null;
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
      const colours = palette();
      const stale = resized || colours !== painted;
      painted = colours;
      context.setTransform(density, 0, 0, density, 0, 0);
      paint({ context, width, height, now, elapsed, stale });
    });
    return () => {
      stop();
      observer.disconnect();
    };
  }, [canvas, paint]);
}
