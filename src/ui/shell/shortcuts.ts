import { togglePlay } from '../audio/transport.js';
import { learn, perform, redo, undo } from '../engine-client/commands.js';
import { store } from '../engine-client/page.js';
import { setView } from '../engine-client/view.js';
import { capture, acceptLabel, setLabelText } from '../features/examples/capture.js';
import { ARROWS, goTo, nudge } from '../features/inputs/cursor.js';
import { randomise, releaseAll } from '../features/latents/holds.js';
import { openPreset } from '../features/library/library-commands.js';
import { toggleFreeze } from '../features/output/freeze.js';

const FINE = 10;

/** Keys that play the instrument from anywhere but a text field. */
const DEEDS: Readonly<Record<string, (() => void) | undefined>> = {
  c: () => void capture(),
  l: learn,
  r: randomise,
  s: releaseAll,
  f: toggleFreeze,
  '?': () => setView(store, { shortcutsShown: true }),
  '[': () => stepPreset(-1),
  ']': () => stepPreset(1),
  Escape: () => {
    if (store.getState().waiting.auditioning !== null) perform({ type: 'audition', example: null });
    if (store.getState().waiting.midiLearn !== null) perform({ type: 'learn-midi', input: null });
  },
};

/** Opens the neighbour of the current preset in the list. */
export function stepPreset(by: 1 | -1): void {
  const { presets, current } = store.getState().library;
  if (presets.length === 0) return;
  const at = presets.findIndex(({ id }) => id === current);
  const from = at < 0 && by > 0 ? -1 : Math.max(0, at);
  const next = presets[(from + by + presets.length) % presets.length];
  if (next !== undefined) void openPreset(next.id);
}

const takesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type=range]), select, textarea');

/** A control that space presses by itself. */
const isPressed = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button') !== null;

/** Whether a pointer gave the focus: what was pressed in passing must not take the keys that play. */
let pointed = false;

function followFocus(): void {
  window.addEventListener('pointerdown', () => (pointed = true), true);
  window.addEventListener('keydown', ({ key }) => (pointed &&= key !== 'Tab'), true);
  // A list would go on to search for letters.
  window.addEventListener('change', ({ target }) => {
    if (pointed && target instanceof HTMLSelectElement) target.blur();
  });
}

export function installShortcuts(): void {
  followFocus();
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || takesText(event.target)) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      const key = event.key.toLowerCase();
      if (key === 'z') {
        if (event.shiftKey) redo();
        else undo();
      } else if (key === 'y') redo();
      else if (key === 's') perform({ type: 'save-preset' });
      else return;
      event.preventDefault();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (press(event)) event.preventDefault();
  });
}

/** What is typed between a capture and the field that asks for its label belongs to the label. */
function typeAhead({ key }: KeyboardEvent): boolean {
  const { labelling } = store.getState().view;
  if (labelling === null || labelling.done) return false;
  if (key === 'Enter') acceptLabel();
  else if (key === 'Backspace') setLabelText(labelling.text.slice(0, -1));
  else if ([...key].length === 1) setLabelText(labelling.text + key);
  else return false;
  return true;
}

function press(event: KeyboardEvent): boolean {
  if (typeAhead(event)) return true;
  const arrow = ARROWS[event.key];
  if (arrow !== undefined) {
    const fine = event.shiftKey ? FINE : 1;
    nudge(arrow[0] / fine, arrow[1] / fine);
    return true;
  }
  if (event.key === ' ') {
    const onButton = isPressed(event.target);
    if (onButton && !pointed) return false;
    // Some browsers press a button that has the focus all the same.
    if (onButton) (event.target as HTMLElement).blur();
    // In a plugin the key was meant for the host.
    if (store.getState().live === null) return onButton;
    void togglePlay();
    return true;
  }
  if (/^[1-9]$/.test(event.key)) {
    const example = store.getState().examples[Number(event.key) - 1];
    if (example !== undefined) goTo(example);
    return example !== undefined;
  }
  if (event.repeat) return false;
  const deed = DEEDS[event.key] ?? DEEDS[event.key.toLowerCase()];
  deed?.();
  return deed !== undefined;
}
