import type { ReactNode } from 'react';
import { edit, perform } from '../../engine-client/commands.js';
import { store, usePage } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';
import { ContextMenu } from '../../shared/controls/context-menu.js';
import styles from './input-menu.module.css';

/** Gives the control of an input a context menu. */
export function InputMenu({ index, children }: { index: number; children: ReactNode }) {
  const name = usePage(({ inputs }) => inputs[index]?.name ?? 'Input');
  const onPad = usePage(({ inputs }) => inputs[index]?.source.kind === 'pad');
  const learning = usePage(({ waiting }) => waiting.midiLearn === index);
  return (
    <ContextMenu
      label={name}
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
    >
      <div className={styles.withMenu}>{children}</div>
    </ContextMenu>
  );
}
