import type { ReactNode } from 'react';
import { edit, perform } from '../../engine-client/commands.js';
import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { Menu } from '../../shared/controls/menu.js';
import { useContextMenu } from '../../shared/controls/use-context-menu.js';
import styles from './input-menu.module.css';

/** Gives the control of an input a context menu. */
export function InputMenu({ index, children }: { index: number; children: ReactNode }) {
  const menu = useContextMenu();
  const name = usePage(({ inputs }) => inputs[index]?.name ?? 'Input');
  const onPad = usePage(({ inputs }) => inputs[index]?.source.kind === 'pad');
  const learning = usePage(({ waiting }) => waiting.midiLearn === index);
  return (
    <div
      className={styles.withMenu}
      onContextMenu={menu.onContextMenu}
      onPointerDown={menu.press}
      onPointerMove={menu.cancelPress}
      onPointerUp={menu.cancelPress}
      onPointerCancel={menu.cancelPress}
    >
      {children}
      {menu.at !== null && (
        <Menu
          label={name}
          at={menu.at}
          onClose={menu.close}
          items={[
            {
              label: learning ? 'Stop learning MIDI' : 'Learn MIDI',
              onPress: () => perform({ type: 'learn-midi', input: learning ? null : index }),
            },
            {
              label: 'Clear source',
              disabled: onPad,
              onPress: () => edit({ type: 'edit-input', index, change: { source: { kind: 'pad' } } }),
            },
            { label: 'Set range and curve', onPress: () => setView(store, { panel: 'inputs' }) },
          ]}
        />
      )}
    </div>
  );
}
