import { useEffect, useRef, useState, type MouseEvent, type PointerEvent, type ReactNode } from 'react';
import { edit, perform } from '../../engine-client/commands.js';
import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { Menu } from '../../shared/controls/menu.js';
import styles from './input-menu.module.css';

const LONG_PRESS_MILLISECONDS = 550;

/** What a right click, or a long press, on anything that plays an input offers. */
export function InputMenu({ index, children }: { index: number; children: ReactNode }) {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  const pressing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const name = usePage(({ inputs }) => inputs[index]?.name ?? 'Input');
  const onPad = usePage(({ inputs }) => inputs[index]?.source.kind === 'pad');
  const learning = usePage(({ waiting }) => waiting.midiLearn === index);
  useEffect(() => () => clearTimeout(pressing.current), []);

  const open = (event: MouseEvent) => {
    event.preventDefault();
    setAt({ x: event.clientX, y: event.clientY });
  };
  const press = (event: PointerEvent) => {
    if (event.pointerType !== 'touch') return;
    const place = { x: event.clientX, y: event.clientY };
    pressing.current = setTimeout(() => setAt(place), LONG_PRESS_MILLISECONDS);
  };
  const letGo = () => clearTimeout(pressing.current);

  return (
    <div
      className={styles.withMenu}
      onContextMenu={open}
      onPointerDown={press}
      onPointerMove={letGo}
      onPointerUp={letGo}
      onPointerCancel={letGo}
    >
      {children}
      {at !== null && (
        <Menu
          label={name}
          at={at}
          onClose={() => setAt(null)}
          items={[
            {
              label: learning ? 'Stop learning MIDI' : 'Learn MIDI',
              onPress: () => perform({ type: 'learn-midi', input: learning ? null : index }),
            },
            {
              label: 'Clear its source',
              disabled: onPad,
              onPress: () => edit({ type: 'edit-input', index, change: { source: { kind: 'pad' } } }),
            },
            { label: 'Set its range and curve', onPress: () => setView(store, { panel: 'inputs' }) },
          ]}
        />
      )}
    </div>
  );
}
