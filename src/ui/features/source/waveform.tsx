import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { store, usePage } from '../../engine-client/page.js';
import { palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import { fineDivisor } from '../../shared/fine-step.js';
import { clockTime, heardSeconds, seek } from './position.js';
import styles from './waveform.module.css';

/** A step of the arrow keys, and of Page Up and Page Down, as a share of the source's length. */
const STEP = 0.01;
const LARGE_STEP = 0.1;
const REFRESH_MILLISECONDS = 250;

/** The position to be read as text, so updated only a few times a second. */
export function useHeardSeconds(): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const read = () => setSeconds(heardSeconds(performance.now()));
    read();
    const timer = setInterval(read, REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return seconds;
}

/** The waveform of the source with the position and the cue point; a press or an arrow key goes to another position. */
export function WaveformSlider() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painted = useRef(NaN);
  const dragged = useRef<number | null>(null);
  const waveform = usePage((state) => state.waveform);
  const cueSeconds = usePage(({ live }) => live?.cueSeconds ?? 0);
  const seconds = useHeardSeconds();

  const paint = useCallback(
    ({ context, width, height, now, stale }: Surface) => {
      const length = waveform?.seconds ?? 0;
      const at = length > 0 ? Math.round((width * heardSeconds(now)) / length) : 0;
      if (!stale && at === painted.current) return;
      painted.current = at;
      context.clearRect(0, 0, width, height);
      if (waveform === null || length === 0) return;
      const colours = palette();
      const { peaks } = waveform;
      const middle = height / 2;
      for (let x = 0; x < width; x += 2) {
        const from = Math.floor((x * peaks.length) / width);
        const to = Math.max(from + 1, Math.floor(((x + 2) * peaks.length) / width));
        let peak = 0;
        for (let i = from; i < to; i++) peak = Math.max(peak, peaks[i] ?? 0);
        const half = Math.max(0.5, (peak / 255) * (middle - 1));
        context.fillStyle = x < at ? colours.input : colours.textFaint;
        context.fillRect(x, middle - half, 1.5, 2 * half);
      }
      const cue = Math.round((width * cueSeconds) / length);
      context.fillStyle = colours.control;
      context.beginPath();
      context.moveTo(cue - 4, 0);
      context.lineTo(cue + 4, 0);
      context.lineTo(cue, 6);
      context.fill();
      context.fillStyle = colours.text;
      context.fillRect(at - 0.75, 0, 1.5, height);
    },
    [waveform, cueSeconds],
  );
  useCanvas(canvas, paint);

  const goTo = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    seek(((event.clientX - left) / width) * (store.getState().waveform?.seconds ?? 0));
  };
  const key = (event: KeyboardEvent) => {
    if (waveform === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -STEP,
      ArrowDown: -STEP,
      ArrowRight: STEP,
      ArrowUp: STEP,
      PageDown: -LARGE_STEP,
      PageUp: LARGE_STEP,
    };
    const by = steps[event.key];
    if (by !== undefined)
      seek(heardSeconds(performance.now()) + (by * waveform.seconds) / fineDivisor(event));
    else if (event.key === 'Home') seek(0);
    else if (event.key === 'End') seek(waveform.seconds);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const length = waveform?.seconds ?? 0;
  return (
    <div
      className={styles.waveform}
      role="slider"
      tabIndex={waveform === null ? -1 : 0}
      aria-label="Position"
      aria-disabled={waveform === null}
      aria-valuemin={0}
      aria-valuemax={Math.round(length)}
      aria-valuenow={Math.round(Math.min(seconds, length))}
      aria-valuetext={`${clockTime(seconds)} of ${clockTime(length)}`}
      data-help="The source: press to go to a position. The triangle is the cue point."
      onPointerDown={(event) => {
        if (event.button !== 0 || waveform === null) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = event.pointerId;
        goTo(event);
      }}
      onPointerMove={(event) => dragged.current === event.pointerId && goTo(event)}
      onPointerUp={() => (dragged.current = null)}
      onPointerCancel={() => (dragged.current = null)}
      onKeyDown={key}
    >
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}
