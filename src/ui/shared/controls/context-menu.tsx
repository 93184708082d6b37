import { ContextMenu as Radix } from 'radix-ui';
import type { PointerEvent, ReactElement } from 'react';
import styles from './context-menu.module.css';

export interface MenuItem {
  label: string;
  disabled?: boolean;
  onPress: () => void;
}

interface ContextMenuProps {
  label: string;
  items: readonly MenuItem[];
  /** Called before the menu opens, with the element that was pressed. */
  onOpen?: (element: Element) => void;
  /** The one element that has the menu. */
  children: ReactElement;
}

const targetOf = ({ target }: { target: EventTarget }) => (target instanceof Element ? target : null);

/** Gives an element a menu, which opens by a right click, the context menu key, or a long press on a touch screen. */
export function ContextMenu({ label, items, onOpen, children }: ContextMenuProps) {
  const opening = (event: { target: EventTarget }) => {
    const element = targetOf(event);
    if (element !== null) onOpen?.(element);
  };
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger
        asChild
        onContextMenu={opening}
        onPointerDown={(event: PointerEvent) => event.pointerType !== 'mouse' && opening(event)}
      >
        {children}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={styles.menu}
          aria-label={label}
          collisionPadding={8}
          loop
          // The end of a long press may focus what was pressed.
          onFocusOutside={(event) => event.preventDefault()}
          onKeyDown={(event) => event.stopPropagation()}
        >
          {items.map((item) => (
            <Radix.Item key={item.label} disabled={item.disabled === true} onSelect={item.onPress}>
              {item.label}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
