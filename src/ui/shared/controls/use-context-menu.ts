import { useEffect, useRef, useState, type MouseEvent, type PointerEvent } from 'react';

const LONG_PRESS_MILLISECONDS = 550;

/**
 * Opens a menu by a right click, or by a long press on a touch screen.
 * @returns `at`: where the menu is open, in pixels of the window, or null; `press` and `cancelPress` for the pointer going down
 *   and for its moving or going up
 */
export function useContextMenu() {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  const longPress = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const cancelPress = () => clearTimeout(longPress.current);
  useEffect(() => cancelPress, []);
  return {
    at,
    close: () => setAt(null),
    cancelPress,
    onContextMenu: (event: MouseEvent) => {
      event.preventDefault();
      setAt({ x: event.clientX, y: event.clientY });
    },
    press: (event: PointerEvent) => {
      if (event.pointerType !== 'touch') return;
      const position = { x: event.clientX, y: event.clientY };
      longPress.current = setTimeout(() => setAt(position), LONG_PRESS_MILLISECONDS);
    },
  };
}
