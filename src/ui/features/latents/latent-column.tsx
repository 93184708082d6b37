import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { DimensionSteering, SteeringMode } from '../../../document/steering.js';
import { edit } from '../../engine-client/commands.js';
import { store, usePage, values } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { Icon } from '../../shared/controls/icon.js';
import { Menu } from '../../shared/controls/menu.js';
import { formatValue } from '../../shared/controls/units.js';
import { hold } from './holds.js';
import { BOTTOM, TOP } from './latents-scale.js';
import { startSweep, stopSweep } from './sweep.js';
import styles from './latent-column.module.css';

const MODES: readonly SteeringMode[] = ['off', 'override', 'add', 'multiply'];
export const MODE_GLYPH: Readonly<Record<SteeringMode, string>> = {
  off: '–',
  override: '=',
  add: '+',
  multiply: '×',
};
export const MODE_HELP: Readonly<Record<SteeringMode, string>> = {
  off: 'off: the sound passes as it is',
  override: 'override: the hand replaces the sound',
  add: 'add: the hand is added to the sound',
  multiply: 'multiply: the hand scales the sound',
};
const FINE = 10;
const KEY_STEP = 0.02;
const LONG_PRESS_MILLISECONDS = 550;
const ECHO_MILLISECONDS = 250;

interface ColumnProps {
  index: number;
  width: number;
  /** Latent value at the column's ends. */
  reach: number;
  steering: DimensionSteering;
  hold: number | null;
  selected: boolean;
}

/** The hand on one latent: drag to hold it, double click to give it back. The picture is the canvas behind. */
export function LatentColumn({ index, width, reach, steering, hold: held, selected }: ColumnProps) {
  const track = useRef<HTMLDivElement>(null);
  const drag = useRef<{ pointer: number; value: number; lastY: number } | null>(null);
  const own = useRef({ value: 0, at: -Infinity });
  const pressing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const sweeping = usePage(({ view }) => view.sweeping === index);
  const label = usePage(({ model }) => model.card?.dimensionLabels[index]);
  const name = `Latent ${index + 1}`;
  const meaning = label === undefined ? name : `${name}, ${label}`;
  useEffect(() => () => clearTimeout(pressing.current), []);

  /** Where the next step starts: from this hand's own last step while the engine's echo is on its way. */
  const sounding = () => {
    const { value, at } = own.current;
    if (performance.now() - at < ECHO_MILLISECONDS) return value;
    return held ?? values.frame?.decoded[index] ?? 0;
  };
  const put = (wanted: number) => {
    const value = Math.min(reach, Math.max(-reach, wanted));
    own.current = { value, at: performance.now() };
    hold(index, value);
  };
  const release = () => {
    own.current.at = -Infinity;
    hold(index, null);
  };
  const perPixel = () => (2 * reach) / Math.max(1, track.current?.clientHeight ?? 1);

  useEffect(() => {
    const element = track.current;
    if (element === null) return;
    const wheel = (event: WheelEvent) => {
      if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      const step = (2 * reach * KEY_STEP) / (event.shiftKey ? FINE : 1);
      const from = store.getState().holds[index] ?? values.frame?.decoded[index] ?? 0;
      hold(index, Math.min(reach, Math.max(-reach, from - Math.sign(event.deltaY || event.deltaX) * step)));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [index, reach]);

  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || drag.current !== null) return;
    setView(store, { dimension: index });
    if (sweeping) stopSweep();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { pointer: event.pointerId, value: sounding(), lastY: event.clientY };
    if (event.pointerType === 'touch') {
      const at = { x: event.clientX, y: event.clientY };
      pressing.current = setTimeout(() => setMenu(at), LONG_PRESS_MILLISECONDS);
    }
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const current = drag.current;
    if (current?.pointer !== event.pointerId || event.clientY === current.lastY) return;
    clearTimeout(pressing.current);
    current.value += ((current.lastY - event.clientY) * perPixel()) / (event.shiftKey ? FINE : 1);
    current.lastY = event.clientY;
    put(current.value);
  };
  const up = (event: PointerEvent<HTMLElement>) => {
    if (drag.current?.pointer !== event.pointerId) return;
    clearTimeout(pressing.current);
    drag.current = null;
  };

  const key = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (2 * reach * KEY_STEP) / (event.shiftKey ? FINE : 1);
    if (event.key === 'ArrowUp') put(sounding() + step);
    else if (event.key === 'ArrowDown') put(sounding() - step);
    else if (event.key === 'Backspace' || event.key === 'Delete') release();
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') focusColumn(event, index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const steer = (change: Partial<DimensionSteering>) =>
    edit({ type: 'steer-dimensions', dimensions: [index], change });
  const nextMode = MODES[(MODES.indexOf(steering.mode) + 1) % MODES.length] ?? 'override';

  return (
    <div
      className={styles.column}
      style={{ width: `${width}px` }}
      data-held={held !== null}
      data-selected={selected}
    >
      <button
        type="button"
        className={styles.mode}
        data-off={steering.mode === 'off'}
        aria-label={`${name} mode: ${steering.mode}`}
        data-help={`${name} ${MODE_HELP[steering.mode]}. Press for the next mode.`}
        onClick={() => steer({ mode: nextMode })}
      >
        {MODE_GLYPH[steering.mode]}
      </button>
      <div
        ref={track}
        className={styles.track}
        style={{ top: `${TOP}px`, bottom: `${BOTTOM}px` }}
        role="slider"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={name}
        aria-valuemin={-reach}
        aria-valuemax={reach}
        aria-valuenow={held ?? 0}
        aria-valuetext={held === null ? 'played by the mapping' : `held at ${formatValue(held, 'latent')}`}
        data-help={`${meaning}. Drag to hold it by hand, double-click to give it back, right-click for more.`}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onDoubleClick={release}
        onKeyDown={key}
        onContextMenu={(event) => {
          event.preventDefault();
          setMenu({ x: event.clientX, y: event.clientY });
        }}
      />
      <span className={styles.number} aria-hidden="true">
        {index + 1}
      </span>
      <button
        type="button"
        className={styles.lock}
        aria-label={`Lock latent ${index + 1}`}
        aria-pressed={steering.locked}
        data-help={
          steering.locked
            ? `${name} is locked: randomise leaves it alone.`
            : `Lock ${name.toLowerCase()}: randomise then leaves it alone.`
        }
        onClick={() => steer({ locked: !steering.locked })}
      >
        <Icon name={steering.locked ? 'lock' : 'unlock'} />
      </button>
      {menu !== null && (
        <Menu
          label={name}
          at={menu}
          onClose={() => setMenu(null)}
          items={[
            { label: 'Give back to the mapping', disabled: held === null, onPress: release },
            { label: 'Hold what sounds', onPress: () => put(sounding()) },
            sweeping
              ? { label: 'Stop the sweep', onPress: stopSweep }
              : { label: 'Sweep it alone', onPress: () => startSweep(index) },
            {
              label: steering.locked ? 'Unlock' : 'Lock',
              onPress: () => steer({ locked: !steering.locked }),
            },
            ...MODES.filter((mode) => mode !== steering.mode).map((mode) => ({
              label: `Mode: ${mode}`,
              onPress: () => steer({ mode }),
            })),
          ]}
        />
      )}
    </div>
  );
}

/** Left and right walk from column to column. */
function focusColumn(event: KeyboardEvent<HTMLElement>, index: number): void {
  const tracks = event.currentTarget
    .closest('[data-columns]')
    ?.querySelectorAll<HTMLElement>('[role=slider]');
  tracks?.[index + (event.key === 'ArrowRight' ? 1 : -1)]?.focus();
}
