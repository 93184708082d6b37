import { memo, useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import type { DimensionSteering } from '../../../document/steering.js';
import { edit } from '../../engine-client/commands.js';
import { store, usePage, values } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { Icon } from '../../shared/controls/icon.js';
import { wheelNotches } from '../../shared/controls/steps.js';
import { useRecent } from '../../shared/controls/use-recent.js';
import { fineDivisor } from '../../shared/fine-step.js';
import { formatValue } from '../../shared/controls/units.js';
import { hold } from './holds.js';
import { MODE_HELP, MODE_SYMBOL, nextMode } from '../steering/modes.js';
import { BOTTOM, TOP } from './latents-scale.js';
import { stopSweep } from './sweep.js';
import styles from './latent-column.module.css';

/** A step of a key or of the wheel, as a share of the column. */
const STEP = 0.02;

interface ColumnProps {
  index: number;
  width: number;
  /** Latent value at the top of the column; its negative is at the bottom. */
  extent: number;
  steering: DimensionSteering;
  hold: number | null;
  selected: boolean;
  /** Whether the Tab key reaches this column; arrow keys move on to the others. */
  tabStop: boolean;
  onFocus: (index: number) => void;
}

/** Width of a column in pixels from which its mode is written as a word. */
const WORD_WIDTH = 66;
/** Width from which its ends are described. */
const ENDS_WIDTH = 44;

/** What a latent does, by the first of its descriptions: "dark to bright, soft to loud" as low end and high end. */
function endsOf(label: string | undefined): readonly [low: string, high: string] | null {
  const [, low, high] = /^(\S+) to ([^\s,]+)/.exec(label ?? '') ?? [];
  return low === undefined || high === undefined ? null : [low, high];
}

/** The controls of one latent: drag to hold it, double-click to release it. Its values are painted on the canvas behind. */
export const LatentColumn = memo(function LatentColumn({
  index,
  width,
  extent,
  steering,
  hold: held,
  selected,
  tabStop,
  onFocus,
}: ColumnProps) {
  const track = useRef<HTMLDivElement>(null);
  const drag = useRef<{ pointer: number; value: number; lastY: number } | null>(null);
  const recent = useRecent<number>();
  const sweeping = usePage(({ view }) => view.sweeping === index);
  const label = usePage(({ model }) => model.card?.dimensionLabels[index]);
  const ends = endsOf(label);
  const name = `Latent ${index + 1}`;
  const meaning = label === undefined ? name : `${name}, ${label}`;

  /** The value that the next step starts from: the last one set here, until the engine must have announced it. */
  const currentValue = () => recent.or(held ?? values.frame?.decoded[index] ?? 0);
  const holdAt = (wanted: number) => {
    const value = Math.min(extent, Math.max(-extent, wanted));
    hold(index, value);
    recent.set(value);
  };
  const release = () => {
    recent.clear();
    hold(index, null);
  };
  const perPixel = () => (2 * extent) / Math.max(1, track.current?.clientHeight ?? 1);

  const onWheel = useRef<(event: WheelEvent) => void>(() => undefined);
  useEffect(() => {
    onWheel.current = (event) => {
      if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      holdAt(currentValue() + wheelNotches(event) * 2 * extent * (STEP / fineDivisor(event)));
    };
  });
  useEffect(() => {
    const element = track.current;
    if (element === null) return;
    const wheel = (event: WheelEvent) => onWheel.current(event);
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);

  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || drag.current !== null) return;
    setView(store, { dimension: index });
    if (sweeping) stopSweep();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { pointer: event.pointerId, value: currentValue(), lastY: event.clientY };
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const current = drag.current;
    if (current?.pointer !== event.pointerId || event.clientY === current.lastY) return;
    current.value += ((current.lastY - event.clientY) * perPixel()) / fineDivisor(event);
    current.lastY = event.clientY;
    holdAt(current.value);
  };
  const up = (event: PointerEvent<HTMLElement>) => {
    if (drag.current?.pointer !== event.pointerId) return;
    drag.current = null;
  };

  const key = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (2 * extent * STEP) / fineDivisor(event);
    if (event.key === 'ArrowUp') holdAt(currentValue() + step);
    else if (event.key === 'ArrowDown') holdAt(currentValue() - step);
    else if (event.key === 'Backspace' || event.key === 'Delete') release();
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') focusColumn(event, index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const steer = (change: Partial<DimensionSteering>) =>
    edit({ type: 'steer-dimensions', dimensions: [index], change });

  return (
    <div
      className={styles.column}
      style={{ width: `${width}px` }}
      data-latent={index}
      data-held={held !== null}
      data-selected={selected}
    >
      <button
        type="button"
        className={styles.mode}
        data-off={steering.mode === 'off'}
        tabIndex={-1}
        aria-label={`${name} mode: ${steering.mode}`}
        data-help={`${name} ${MODE_HELP[steering.mode]}. Press for the next mode.`}
        onClick={() => steer({ mode: nextMode(steering.mode) })}
      >
        {width < WORD_WIDTH ? MODE_SYMBOL[steering.mode] : steering.mode}
      </button>
      <div
        ref={track}
        className={styles.track}
        style={{ top: `${TOP}px`, bottom: `${BOTTOM}px` }}
        role="slider"
        tabIndex={tabStop ? 0 : -1}
        aria-orientation="vertical"
        aria-label={name}
        aria-description={label}
        onFocus={() => onFocus(index)}
        aria-valuemin={-extent}
        aria-valuemax={extent}
        aria-valuenow={held ?? 0}
        aria-valuetext={held === null ? 'follows the mapping' : `held at ${formatValue(held, 'latent')}`}
        data-help={`${meaning}. Drag to hold it, double-click to release it, right-click for more.`}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onDoubleClick={release}
        onKeyDown={key}
      />
      {ends !== null && width >= ENDS_WIDTH && (
        <span className={styles.ends} style={{ top: `${TOP}px`, bottom: `${BOTTOM}px` }} aria-hidden="true">
          <span>{ends[1]}</span>
          <span>{ends[0]}</span>
        </span>
      )}
      <span className={styles.number} aria-hidden="true">
        {index + 1}
      </span>
      <button
        type="button"
        className={styles.lock}
        tabIndex={-1}
        aria-label={`Lock latent ${index + 1}`}
        aria-pressed={steering.locked}
        data-help={
          steering.locked
            ? `${name} is locked: Random does not move it.`
            : `Lock ${name.toLowerCase()}, so that Random does not move it.`
        }
        onClick={() => steer({ locked: !steering.locked })}
      >
        <Icon name={steering.locked ? 'lock' : 'unlock'} />
      </button>
    </div>
  );
});

/** Left and right move the focus between columns. */
function focusColumn(event: KeyboardEvent<HTMLElement>, index: number): void {
  const tracks = event.currentTarget
    .closest('[data-columns]')
    ?.querySelectorAll<HTMLElement>('[role=slider]');
  tracks?.[index + (event.key === 'ArrowRight' ? 1 : -1)]?.focus();
}
