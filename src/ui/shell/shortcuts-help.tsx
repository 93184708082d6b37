import { useEffect, useRef } from 'react';
import { store, usePage } from '../engine-client/page.js';
import { setView } from '../engine-client/view.js';
import { Button, IconButton } from '../shared/controls/button.js';
import { SectionHead } from '../shared/controls/section-head.js';
import { COMMAND_KEY } from '../shared/platform.js';
import { Toggle } from '../shared/controls/toggle.js';
import utilities from '../shared/styles/utilities.module.css';
import styles from './shortcuts-help.module.css';

/** Not shown in a plugin, where the host has transport and tempo. */
const PLAY_KEY = 'Space';
const CUE_KEY = 'Q';
const TAP_KEY = 'T';
const LIVE_KEYS = [PLAY_KEY, CUE_KEY, TAP_KEY];
const SHORTCUTS: readonly (readonly [string, string])[] = [
  ['C', 'capture the sound at the cursor'],
  ['L', 'learn the mapping'],
  ['B', 'switch between A and B, to compare'],
  ['R', 'random latents within the range'],
  [', and .', 'earlier and later random draw'],
  ['S', 'release all held latents'],
  ['F', 'freeze'],
  ['P', 'panic: fade to the dry sound'],
  [PLAY_KEY, 'play and stop'],
  [CUE_KEY, 'back to the cue point; while stopped, set it'],
  [TAP_KEY, 'tap the tempo, on each beat'],
  ['1 – 9', 'go to an example'],
  ['← ↑ → ↓', 'move the cursor, or the control in focus'],
  ['M', 'move examples by dragging, on and off'],
  [`${COMMAND_KEY} drag`, 'move an example'],
  [`${COMMAND_KEY} ← ↑ → ↓`, 'move the selected example'],
  ['Shift', 'ten times finer'],
  ['Double-click', 'back to the initial value'],
  ['Right-click', 'menu of an input or a latent'],
  ['Enter', 'accept a typed text'],
  ['Esc', 'discard a typed text; end an audition'],
  [`${COMMAND_KEY} Z`, 'undo; with Shift redo'],
  [`${COMMAND_KEY} S`, 'save the preset'],
  ['D', 'deck view, in sizes for fingers; Esc leaves it'],
  ['[ and ]', 'previous and next preset'],
  ['?', 'this list'],
];

const MARKS = [
  ['cursor', 'the inputs as they are'],
  ['example', 'an example'],
  ['off', 'an example that is not learned from'],
  ['selected', 'the selected example'],
  ['heard', 'the example that is heard in place of the mapping'],
  ['missed', 'the mapping does not reach this example'],
  ['hatched', 'louder than the ceiling'],
] as const;

/** The dialog that lists the keyboard shortcuts. */
export function ShortcutsHelp() {
  const shown = usePage(({ view }) => view.shortcutsShown);
  const live = usePage((state) => state.live !== null);
  const singleKeys = usePage(({ view }) => view.singleKeys);
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
      aria-label="Keyboard shortcuts"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <SectionHead title="Keyboard shortcuts">
        <div className={utilities.spacer} />
        <IconButton label="Close" icon="close" onPress={close} />
      </SectionHead>
      <dl className={styles.list}>
        {SHORTCUTS.filter(([key]) => live || !LIVE_KEYS.includes(key)).map(([key, action]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.option}>
        <Toggle
          label="Single keys"
          help="Off: letters, digits and signs are no shortcuts, for instance with speech input. Arrows, Space and keys with Ctrl or Cmd are not affected."
          checked={singleKeys}
          onChange={(on) => setView(store, { singleKeys: on })}
        />
        <div className={utilities.spacer} />
        <Button
          label="First steps"
          help="Shows the three steps of the method on the pad."
          onPress={() => setView(store, { firstSteps: 'shown', shortcutsShown: false })}
        />
      </div>
      <h3 className={styles.heading}>Marks on the pad</h3>
      <dl className={styles.list}>
        {MARKS.map(([mark, meaning]) => (
          <div key={meaning}>
            <dt>
              <span className={styles.mark} data-mark={mark} aria-hidden="true">
                {mark === 'missed' ? '≠' : ''}
              </span>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
