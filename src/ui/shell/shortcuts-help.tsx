import { useEffect, useRef } from 'react';
import { store, usePage } from '../engine-client/page.js';
import { setView } from '../engine-client/view.js';
import { IconButton } from '../shared/controls/button.js';
import { SectionHead } from '../shared/controls/section-head.js';
import utilities from '../shared/styles/utilities.module.css';
import styles from './shortcuts-help.module.css';

/** In a plugin the host plays. */
const PLAY_KEY = 'Space';
const KEYS: readonly (readonly [string, string])[] = [
  ['C', 'capture what sounds at the cursor'],
  ['L', 'learn the mapping'],
  ['R', 'randomise within the reach'],
  ['S', 'snap back to the mapping'],
  ['F', 'freeze'],
  [PLAY_KEY, 'play and stop'],
  ['1 – 9', 'go to an example'],
  ['← ↑ → ↓', 'move the cursor, or the control in focus'],
  ['Shift', 'ten times finer'],
  ['Double-click', 'back to the initial value'],
  ['Right-click', 'on an input or a latent: more'],
  ['Enter', 'accept what was typed'],
  ['Esc', 'leave it as it was; stop hearing an example'],
  ['Ctrl Z', 'undo; with Shift redo'],
  ['Ctrl S', 'save the preset'],
  ['[ and ]', 'previous and next preset'],
  ['?', 'these keys'],
];

/** The keyboard map. */
export function ShortcutsHelp() {
  const shown = usePage(({ view }) => view.shortcutsShown);
  const live = usePage((state) => state.live !== null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (shown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [shown]);
  const close = () => setView(store, { shortcutsShown: false });
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label="Keys"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <SectionHead title="Keys">
        <div className={utilities.spacer} />
        <IconButton label="Close" icon="close" onPress={close} />
      </SectionHead>
      <dl className={styles.list}>
        {KEYS.filter(([key]) => live || key !== PLAY_KEY).map(([key, deed]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{deed}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
