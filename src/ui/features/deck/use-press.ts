import { useRef, type MouseEvent, type PointerEvent } from 'react';

/** A press that is held for longer than this is undone when it ends: the switch was held, not switched. */
const HOLD_MILLISECONDS = 350;

interface Press {
  /** Called when a finger goes down. */
  down: () => void;
  /** Called when the finger that went down is lifted, or taken by the system. @param held whether it was held for long */
  up?: (held: boolean) => void;
}

/**
 * Handlers of a button that acts as soon as it is touched. Browsers make clicks of the first finger only: one that is pressed
 * while another plays the pad would never be clicked.
 */
export function usePress({ down, up }: Press) {
  const pressed = useRef<{ pointer: number; at: number } | null>(null);
  const end = (event: PointerEvent<HTMLElement>) => {
    const press = pressed.current;
    if (press?.pointer !== event.pointerId) return;
    pressed.current = null;
    up?.(event.timeStamp - press.at > HOLD_MILLISECONDS);
  };
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0 || pressed.current !== null) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      pressed.current = { pointer: event.pointerId, at: event.timeStamp };
      down();
    },
    onPointerUp: end,
    onPointerCancel: end,
    /** The keyboard and screen readers click without a pointer, which counts no clicks. */
    onClick(event: MouseEvent) {
      if (event.detail !== 0) return;
      down();
      up?.(false);
    },
  };
}
