import { CAPTURE_STEP } from '../../../document/capture-step.js';
import { unusedLabel } from '../../../document/example-label.js';
import { RefusedError } from '../../engine-client/client.js';
import { edit } from '../../engine-client/commands.js';
import { client, store } from '../../engine-client/page.js';
import { toast, toastFault } from '../../engine-client/toasts.js';
import { setView } from '../../engine-client/view.js';

/** Longest label of an example, in characters. */
export const MAX_LABEL = 120;

/**
 * Captures the current latents at the cursor's position as a new example, then asks for its label: the timing of a capture
 * matters, its name can wait. The engine releases all held latents.
 */
export async function capture(): Promise<void> {
  if (store.getState().model.card === null) {
    toast(store, {
      level: 'info',
      text: 'There is no sound to capture yet.',
      hint: 'Choose a model in the library, then press play.',
    });
    return;
  }
  if (store.getState().view.labelling !== null) return;
  setView(store, { sweeping: null, labelling: { example: null, text: '', done: false } });
  try {
    const id = await client.ask({ type: 'capture', label: unusedLabel(store.getState().examples) });
    const { labelling } = store.getState().view;
    setView(store, {
      selectedExample: id,
      panel: 'examples',
      labelling: labelling && { ...labelling, example: id },
    });
    if (labelling?.done === true) acceptLabel();
  } catch (error) {
    setView(store, { labelling: null });
    if (!(error instanceof RefusedError)) throw error;
    toastFault(store, error.fault);
  }
}

/** Ends the labelling with the typed text; an empty one keeps the label that the capture proposed. */
export function acceptLabel(): void {
  const { labelling } = store.getState().view;
  if (labelling === null) return;
  if (labelling.example === null) {
    setView(store, { labelling: { ...labelling, done: true } });
    return;
  }
  setView(store, { labelling: null });
  const label = labelling.text.trim();
  if (label !== '') edit({ type: 'edit-example', id: labelling.example, change: { label } }, CAPTURE_STEP);
}

/** Sets the text of the label that is being typed. */
export function setLabelText(text: string): void {
  const { labelling } = store.getState().view;
  if (labelling !== null) setView(store, { labelling: { ...labelling, text: text.slice(0, MAX_LABEL) } });
}
