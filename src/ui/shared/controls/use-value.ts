import { useEffect, useRef, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';
import { formatValue, type Unit } from './units.js';
import { fineDivisor } from '../fine-step.js';
import { wheelNotches } from './steps.js';
import { useRecent } from './use-recent.js';
import { fromPosition, toPosition, type ValueRange } from './value-range.js';

export type Gesture = 'begin' | 'move' | 'end';

export interface ValueProps extends ValueRange {
  label: string;
  value: number;
  /** The value that a double click restores. */
  initial: number;
  unit: Unit;
  help?: string;
  disabled?: boolean;
  /** Called with every new value; the values from `begin` to `end` are one undo step. */
  onChange: (value: number, gesture: Gesture) => void;
}

/** Steps as shares of the value range. */
const KEY_STEP = 0.02;
const PAGE_STEP = 0.1;
const WHEEL_STEP = 0.02;
const WHEEL_PAUSE_MILLISECONDS = 300;

interface Options {
  /** Pixels to drag for the whole value range. */
  pixels: (element: HTMLElement) => number;
  axis: 'x' | 'y';
  /** Whether a press sets the value under the pointer, as on the track of a fader. */
  jump: boolean;
}

/**
 * Pointer, wheel and keyboard handling shared by all controls of one value: drag (with shift in fine steps), wheel, arrow, page,
 * home and end keys, double click or delete for the initial value.
 * @param target the element that receives the events
 * @returns handlers and ARIA attributes for `target`, and the value's normalised position (0 to 1)
 */
export function useValue(props: ValueProps, options: Options, target: RefObject<HTMLElement | null>) {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const recent = useRecent<number>();
  const drag = useRef<{ pointer: number; position: number; last: number } | null>(null);

  const setPosition = (position: number, gesture: Gesture) =>
    latest.current.onChange(fromPosition(latest.current, position), gesture);
  const step = (by: number) => {
    const { min, max, unit } = latest.current;
    const value = recent.or(latest.current.value);
    const stepped =
      unit === 'count'
        ? value + Math.sign(by)
        : fromPosition(latest.current, toPosition(latest.current, value) + by);
    const bounded = Math.min(max, Math.max(min, stepped));
    latest.current.onChange(bounded, 'begin');
    latest.current.onChange(bounded, 'end');
    recent.set(bounded);
  };

  useEffect(() => {
    const element = target.current;
    if (element === null) return;
    let position: number | null = null;
    let ending: ReturnType<typeof setTimeout> | undefined;
    const wheel = (event: WheelEvent) => {
      const now = latest.current;
      if (now.disabled === true || event.ctrlKey) return;
      event.preventDefault();
      const notches = wheelNotches(event);
      const amount = WHEEL_STEP / fineDivisor(event);
      const begin = position === null;
      const from = position ?? toPosition(now, now.value);
      const count = now.unit === 'count' ? 1 / Math.max(1, now.max - now.min) : amount;
      position = Math.min(1, Math.max(0, from + notches * count));
      now.onChange(fromPosition(now, position), begin ? 'begin' : 'move');
      clearTimeout(ending);
      ending = setTimeout(() => {
        if (position !== null) setPosition(position, 'end');
        position = null;
      }, WHEEL_PAUSE_MILLISECONDS);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [target]);

  const coordinate = (event: PointerEvent) => (options.axis === 'x' ? event.clientX : -event.clientY);

  const pointer = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0 || latest.current.disabled === true || drag.current !== null) return;
      const element = event.currentTarget;
      element.setPointerCapture(event.pointerId);
      let position = toPosition(latest.current, latest.current.value);
      if (options.jump && !event.shiftKey) {
        const box = element.getBoundingClientRect();
        position =
          options.axis === 'x'
            ? (event.clientX - box.left) / box.width
            : (box.bottom - event.clientY) / box.height;
        position = Math.min(1, Math.max(0, position));
        setPosition(position, 'begin');
      } else latest.current.onChange(latest.current.value, 'begin');
      drag.current = { pointer: event.pointerId, position, last: coordinate(event) };
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const held = drag.current;
      if (held?.pointer !== event.pointerId) return;
      const at = coordinate(event);
      const distance = (at - held.last) / options.pixels(event.currentTarget) / fineDivisor(event);
      held.last = at;
      if (distance === 0) return;
      held.position = Math.min(1, Math.max(0, held.position + distance));
      setPosition(held.position, 'move');
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      if (drag.current?.pointer !== event.pointerId) return;
      setPosition(drag.current.position, 'end');
      drag.current = null;
    },
    /** A cancelled gesture ends at its last value: a host writes automation until it gets the end of the gesture. */
    onPointerCancel(event: PointerEvent<HTMLElement>) {
      pointer.onPointerUp(event);
    },
    onDoubleClick() {
      if (latest.current.disabled === true) return;
      recent.clear();
      latest.current.onChange(latest.current.initial, 'begin');
      latest.current.onChange(latest.current.initial, 'end');
    },
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      if (latest.current.disabled === true || event.ctrlKey || event.metaKey || event.altKey) return;
      const fine = fineDivisor(event);
      const steps: Record<string, number> = {
        ArrowUp: KEY_STEP / fine,
        ArrowRight: KEY_STEP / fine,
        ArrowDown: -KEY_STEP / fine,
        ArrowLeft: -KEY_STEP / fine,
        PageUp: PAGE_STEP,
        PageDown: -PAGE_STEP,
        Home: -1,
        End: 1,
      };
      const by = steps[event.key];
      if (by !== undefined) step(by);
      else if (event.key === 'Backspace' || event.key === 'Delete') pointer.onDoubleClick();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };

  const aria = {
    role: 'slider',
    tabIndex: props.disabled === true ? -1 : 0,
    'aria-label': props.label,
    'aria-valuemin': props.min,
    'aria-valuemax': props.max,
    'aria-valuenow': Number.isFinite(props.value) ? props.value : props.min,
    'aria-valuetext': formatValue(props.value, props.unit),
    'aria-disabled': props.disabled === true,
    'data-help': props.help,
  } as const;
  return { pointer, aria, position: toPosition(props, props.value) };
}
