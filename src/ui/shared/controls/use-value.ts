import { useEffect, useRef, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';
import { formatValue, type Unit } from './units.js';
import { fromPosition, toPosition, type ValueRange } from './value-range.js';

export type Gesture = 'begin' | 'move' | 'end';

export interface ValueProps extends ValueRange {
  label: string;
  value: number;
  /** What a double click goes back to. */
  initial: number;
  unit: Unit;
  help?: string;
  disabled?: boolean;
  /** `gesture` brackets what one undo takes back. */
  onChange: (value: number, gesture: Gesture) => void;
}

/** How far the pointer drags for the whole travel, in pixels; shift makes it ten times as far. */
const FINE = 10;
const KEY_STEP = 0.02;
const WHEEL_STEP = 0.02;
const WHEEL_PAUSE_MILLISECONDS = 300;

interface Options {
  /** Pixels for the whole travel. */
  pixels: (element: HTMLElement) => number;
  axis: 'x' | 'y';
  /** Whether a press takes the value under the pointer, as on a fader's track. */
  jump: boolean;
}

/**
 * The hand on one value, the same for every control: drag, shift for fine, wheel, arrows, page and end keys,
 * double click for the initial value.
 */
export function useValue(props: ValueProps, options: Options, target: RefObject<HTMLElement | null>) {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const drag = useRef<{ pointer: number; place: number; last: number } | null>(null);

  const put = (place: number, gesture: Gesture) => {
    const { onChange } = latest.current;
    onChange(fromPosition(latest.current, place), gesture);
  };
  const step = (by: number) => {
    const { min, max, unit, value } = latest.current;
    const stepped =
      unit === 'count'
        ? value + Math.sign(by)
        : fromPosition(latest.current, toPosition(latest.current, value) + by);
    const bounded = Math.min(max, Math.max(min, stepped));
    latest.current.onChange(bounded, 'begin');
    latest.current.onChange(bounded, 'end');
  };

  useEffect(() => {
    const element = target.current;
    if (element === null) return;
    let place: number | null = null;
    let ending: ReturnType<typeof setTimeout> | undefined;
    const wheel = (event: WheelEvent) => {
      const now = latest.current;
      if (now.disabled === true || event.ctrlKey) return;
      event.preventDefault();
      const direction = -Math.sign(event.deltaY || event.deltaX);
      const amount = WHEEL_STEP / (event.shiftKey ? FINE : 1);
      const begin = place === null;
      const from = place ?? toPosition(now, now.value);
      const count = now.unit === 'count' ? 1 / Math.max(1, now.max - now.min) : amount;
      place = Math.min(1, Math.max(0, from + direction * count));
      now.onChange(fromPosition(now, place), begin ? 'begin' : 'move');
      clearTimeout(ending);
      ending = setTimeout(() => {
        if (place !== null) latest.current.onChange(fromPosition(latest.current, place), 'end');
        place = null;
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
      let place = toPosition(latest.current, latest.current.value);
      if (options.jump && !event.shiftKey) {
        const box = element.getBoundingClientRect();
        place =
          options.axis === 'x'
            ? (event.clientX - box.left) / box.width
            : (box.bottom - event.clientY) / box.height;
        place = Math.min(1, Math.max(0, place));
        put(place, 'begin');
      } else latest.current.onChange(latest.current.value, 'begin');
      drag.current = { pointer: event.pointerId, place, last: coordinate(event) };
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const held = drag.current;
      if (held?.pointer !== event.pointerId) return;
      const at = coordinate(event);
      const way = (at - held.last) / options.pixels(event.currentTarget) / (event.shiftKey ? FINE : 1);
      held.last = at;
      if (way === 0) return;
      held.place = Math.min(1, Math.max(0, held.place + way));
      put(held.place, 'move');
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      if (drag.current?.pointer !== event.pointerId) return;
      put(drag.current.place, 'end');
      drag.current = null;
    },
    /** A gesture that the system takes over ends where it was: a host writes its automation until it hears of the end. */
    onPointerCancel(event: PointerEvent<HTMLElement>) {
      pointer.onPointerUp(event);
    },
    onDoubleClick() {
      if (latest.current.disabled === true) return;
      latest.current.onChange(latest.current.initial, 'begin');
      latest.current.onChange(latest.current.initial, 'end');
    },
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      if (latest.current.disabled === true || event.ctrlKey || event.metaKey || event.altKey) return;
      const fine = event.shiftKey ? FINE : 1;
      const steps: Record<string, number> = {
        ArrowUp: KEY_STEP / fine,
        ArrowRight: KEY_STEP / fine,
        ArrowDown: -KEY_STEP / fine,
        ArrowLeft: -KEY_STEP / fine,
        PageUp: 0.1,
        PageDown: -0.1,
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
  return { pointer, aria, place: toPosition(props, props.value) };
}
