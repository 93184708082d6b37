import type { Edit } from '../../protocol/interface-document.js';
import { CAPTURE_STEP, clampParameter, PARAMETER_INDEX } from '../../protocol/interface-document.js';
import type { Command } from '../../protocol/interface.js';
import { RefusedError } from './client.js';
import type { Gesture } from '../shared/controls/use-value.js';
import { client, store, values } from './page.js';
import { setView, toast, toastFault } from './store.js';

/** Moves an automatable parameter; shown at once, confirmed by the engine. */
export function setParameter(index: number, value: number, gesture: Gesture): void {
  const bounded = clampParameter(index, value);
  values.setByHand(index, bounded, performance.now());
  client.send({ type: 'parameter', index, value: bounded, gesture });
}

/** Sets a switch among the parameters. */
export function setSwitch(index: number, on: boolean): void {
  setParameter(index, on ? 1 : 0, 'begin');
  setParameter(index, on ? 1 : 0, 'end');
}

export function edit(change: Edit, coalesce?: string): void {
  void client.perform({ type: 'edit', edit: change, ...(coalesce === undefined ? {} : { coalesce }) });
}

let gestures = 0;

/** One undo step for each gesture: edits between a `begin` and the next one share a key. */
export function editGesture(change: Edit, gesture: Gesture): void {
  if (gesture === 'begin') gestures += 1;
  edit(change, `gesture-${gestures}`);
}

export const perform = (command: Command): void => void client.perform(command);

export const undo = (): void => perform({ type: 'undo' });
export const redo = (): void => perform({ type: 'redo' });
export const learn = (): void => perform({ type: 'train' });
export const snapBack = (): void => {
  setView(store, { sweeping: null });
  perform({ type: 'release-all' });
};
export const randomise = (): void => perform({ type: 'randomise', radius: store.getState().view.radius });

export function toggleFreeze(): void {
  const { freeze } = store.getState().output;
  // A second press must not wait for the echo of the first.
  const frozen = values.parameter(PARAMETER_INDEX.freeze, Number(freeze), performance.now()) >= 0.5;
  setSwitch(PARAMETER_INDEX.freeze, !frozen);
}

export function hold(dimension: number, value: number | null): void {
  client.send({ type: 'hold', dimension, value });
}

/** Longest label of an example, in characters. */
export const MAX_LABEL = 120;

/** A label nobody has given yet. */
function freshLabel(): string {
  const taken = new Set(store.getState().examples.map(({ label }) => label));
  let number = taken.size + 1;
  while (taken.has(`Sound ${number}`)) number += 1;
  return `Sound ${number}`;
}

/**
 * Takes what sounds at this moment, then asks for its label: the ear decides when, the name can wait. The
 * engine gives the columns back to the mapping.
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
    const id = await client.ask({ type: 'capture', label: freshLabel() });
    const { labelling } = store.getState().view;
    setView(store, {
      selectedExample: id,
      panel: 'examples',
      labelling: labelling && { ...labelling, example: id },
    });
    if (labelling?.done === true) keepLabel();
  } catch (error) {
    setView(store, { labelling: null });
    if (!(error instanceof RefusedError)) throw error;
    toastFault(store, error.fault);
  }
}

/** Ends the asking for a label with what was typed; without any, the one proposed stays. */
export function keepLabel(): void {
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

/** Types into the label that is asked for. */
export function typeLabel(text: string): void {
  const { labelling } = store.getState().view;
  if (labelling !== null) setView(store, { labelling: { ...labelling, text: text.slice(0, MAX_LABEL) } });
}

/** Fetches a file of the engine's and lets the browser save it. */
export async function saveFile(kind: 'csv' | 'midi' | 'preset', name: string, query = ''): Promise<void> {
  try {
    const url = URL.createObjectURL(await client.download(kind, query));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    toastFault(store, error.fault);
  }
}

/** Opens another document in place of the present one; says how to come back to what was not saved of that. */
async function replaceDocument(deed: Command): Promise<boolean> {
  const { about, history } = store.getState();
  if (!(await client.perform(deed))) return false;
  if (history.dirty)
    toast(store, {
      level: 'info',
      text: `“${about.name || 'Untitled'}” was left with unsaved changes.`,
      hint: 'Undo leads back to it.',
    });
  return true;
}

export const openPreset = (id: string): Promise<boolean> => replaceDocument({ type: 'open-preset', id });
export const newPreset = (): Promise<boolean> => replaceDocument({ type: 'new-preset' });

/** Takes something out of the library, with the way back in a toast. */
async function takeAway(deed: Command, undoing: Command, text: string, hint: string | null): Promise<void> {
  if (!(await client.perform(deed))) return;
  toast(store, { level: 'info', text, hint, action: { label: 'Undo', run: () => perform(undoing) } });
}

export function deletePreset(id: string, name: string): void {
  void takeAway(
    { type: 'delete-preset', id },
    { type: 'restore-preset', id },
    `“${name}” was deleted.`,
    null,
  );
}

export function removeModel(sha256: string, name: string): void {
  const plays = store.getState().model.card?.sha256 === sha256;
  void takeAway(
    { type: 'remove-model', sha256 },
    { type: 'restore-model', sha256 },
    `“${name}” was removed from the library.`,
    plays ? 'It played: the dry sound passes until it is back or another model is chosen.' : null,
  );
}
