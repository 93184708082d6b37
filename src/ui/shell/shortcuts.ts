import { togglePlay } from '../audio/transport.js';
import { compare, learn, perform, redo, undo } from '../engine-client/commands.js';
import { store } from '../engine-client/page.js';
import { setView } from '../engine-client/view.js';
import { capture, acceptLabel, setLabelText } from '../features/examples/capture.js';
import { nudgeSelected, toggleMoving } from '../features/examples/move-example.js';
import { pressAssigned, releaseAssigned } from '../features/controllers/keys.js';
import { ARROWS, goTo, moveCursor } from '../features/inputs/cursor.js';
import { closeDeck, openDeck } from '../features/deck/open-deck.js';
import { randomise, releaseAll, stepDraw } from '../features/latents/holds.js';
import { stepPreset } from '../features/library/library-commands.js';
import { cue } from '../features/source/position.js';
import { tapTempo } from '../features/source/tempo.js';
import { fineDivisor } from '../shared/fine-step.js';
import { toggleFreeze } from '../features/output/freeze.js';

/** The shortcuts without modifier keys; they work anywhere but in a text field. */
const SHORTCUTS: Readonly<Record<string, (() => void) | undefined>> = {
  c: () => void capture(),
  b: compare,
  l: learn,
  r: randomise,
  ',': () => stepDraw(-1),
  '.': () => stepDraw(1),
  s: releaseAll,
  f: toggleFreeze,
  p: () => perform({ type: 'trigger', action: { id: 'panic' } }),
  m: toggleMoving,
  '?': () => setView(store, { shortcutsShown: true }),
  '[': () => stepPreset(-1),
  ']': () => stepPreset(1),
  q: () => void cue(),
  t: () => {
    if (store.getState().live !== null) tapTempo();
  },
  d: () => (store.getState().view.deck ? closeDeck() : openDeck()),
  Escape: () => {
    const { view, waiting } = store.getState();
    if (waiting.auditioning !== null) perform({ type: 'audition', example: null });
    if (waiting.midiLearn !== null) perform({ type: 'learn-midi', input: null });
    const ended = view.moving || waiting.auditioning !== null || waiting.midiLearn !== null;
    setView(store, { moving: false });
    if (view.deck && !ended) closeDeck();
  },
};

const takesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type=range]), select, textarea');

/** Whether the browser presses the focused control on space. */
const isButton = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button') !== null;

/** Whether the last focus came from a pointer: a button that was clicked must not react to the keys that play. */
let focusedByPointer = false;

/** The dialogs and menus that keep the focus in them while they are open. */
const KEEPS_FOCUS = 'dialog, [role=dialog], [role=menu], [role=listbox]';

function trackFocus(): void {
  let clicked: HTMLElement | null = null;
  const root = document.documentElement;
  window.addEventListener(
    'pointerdown',
    () => {
      focusedByPointer = true;
      root.dataset.pointer = 'true';
    },
    true,
  );
  window.addEventListener(
    'keydown',
    ({ key }) => {
      delete root.dataset.pointer;
      if (key !== 'Tab') return;
      focusedByPointer = false;
      // Tab goes on from the button that was clicked.
      if (document.activeElement === document.body) clicked?.focus();
    },
    true,
  );
  // In a plugin, space is the host's transport key. A focused button would use it, whether or not its default is prevented, and the
  // web view sends on to the host only what the page has left unused.
  window.addEventListener('focusin', ({ target }) => {
    clicked = null;
    if (!focusedByPointer || store.getState().live !== null || !(target instanceof HTMLElement)) return;
    if (!isButton(target) || target.closest(KEEPS_FOCUS) !== null) return;
    target.blur();
    clicked = target;
  });
  // A focused drop-down list would take letters as a search.
  window.addEventListener('change', ({ target }) => {
    if (focusedByPointer && target instanceof HTMLSelectElement) target.blur();
  });
}

/** Handles the keyboard shortcuts of the page. */
export function installShortcuts(): void {
  trackFocus();
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || takesText(event.target)) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      if (store.getState().kind === 'deck') return;
      const key = event.key.toLowerCase();
      const arrow = ARROWS[event.key];
      const fine = fineDivisor(event);
      if (key === 'z') {
        if (event.shiftKey) redo();
        else undo();
      } else if (key === 'y') redo();
      else if (key === 's') perform({ type: 'save-preset' });
      else if (arrow !== undefined) nudgeSelected(arrow[0] / fine, arrow[1] / fine);
      else return;
      event.preventDefault();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (typeAhead(event) || pressAssigned(event) || handleKey(event)) event.preventDefault();
  });
  window.addEventListener('keyup', ({ key }) => releaseAssigned(key));
}

/** Keys typed between a capture and the appearance of its label field belong to the label. */
function typeAhead({ key }: KeyboardEvent): boolean {
  const { labelling } = store.getState().view;
  if (labelling === null || labelling.done) return false;
  if (key === 'Enter') acceptLabel();
  else if (key === 'Backspace') setLabelText(labelling.text.slice(0, -1));
  else if ([...key].length === 1) setLabelText(labelling.text + key);
  else return false;
  return true;
}

/** The shortcuts of a deck in the network, beside those that move the cursor. */
const DECK_KEYS = new Set(['f', 'p']);

/** @returns whether the key was handled */
function handleKey(event: KeyboardEvent): boolean {
  const arrow = ARROWS[event.key];
  if (arrow !== undefined) {
    const fine = fineDivisor(event);
    const move = store.getState().view.moving ? nudgeSelected : moveCursor;
    move(arrow[0] / fine, arrow[1] / fine);
    return true;
  }
  if (event.key === ' ') {
    if (store.getState().live === null) return false;
    const onButton = isButton(event.target);
    if (onButton && !focusedByPointer) return false;
    // Some browsers press the focused button on space even where the default is prevented.
    if (onButton) (event.target as HTMLElement).blur();
    void togglePlay();
    return true;
  }
  // Speech input types letters: WCAG 2.1.4 asks for a way to switch such keys off.
  if (event.key !== 'Escape' && !store.getState().view.singleKeys) return false;
  if (/^[1-9]$/.test(event.key)) {
    const example = store.getState().examples[Number(event.key) - 1];
    if (example !== undefined) goTo(example);
    return example !== undefined;
  }
  if (event.repeat) return false;
  if (store.getState().kind === 'deck' && !DECK_KEYS.has(event.key.toLowerCase())) return false;
  const shortcut = SHORTCUTS[event.key] ?? SHORTCUTS[event.key.toLowerCase()];
  shortcut?.();
  return shortcut !== undefined;
}
