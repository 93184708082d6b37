import type { Command } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { client, store } from '../../engine-client/page.js';
import { toast } from '../../engine-client/toasts.js';
import { mapRequest } from '../starter-map/map-request.js';

/**
 * Opens another preset in place of the current one; where that had unsaved changes, a toast says how to get back to it.
 * @returns whether the engine opened it
 */
async function replacePreset(command: Command): Promise<boolean> {
  const { about, history } = store.getState();
  if (!(await client.perform(command))) return false;
  if (history.dirty)
    toast(store, {
      level: 'info',
      text: `“${about.name || 'Untitled'}” was left with unsaved changes.`,
      hint: 'Undo brings it back.',
    });
  return true;
}

export const openPreset = (id: string): Promise<boolean> => replacePreset({ type: 'open-preset', id });
/** @param model SHA-256 of the model that the new instrument plays; the present one where left out */
export const newPreset = (model?: string): Promise<boolean> =>
  replacePreset({ type: 'new-preset', ...(model === undefined ? {} : { model }) });

/** Opens an empty instrument on a model and has it mapped, over its two inputs; an effect has nothing to map, which is said. @param model its SHA-256 */
export async function newMap(model: string): Promise<void> {
  const card = store.getState().library.models.find(({ sha256 }) => sha256 === model);
  if (card?.latentDims === 0) {
    const text = `“${card.name}” is an effect: it has no latents that could be mapped.`;
    toast(store, { level: 'error', text, hint: 'Play audio through it.' });
    return;
  }
  if (await newPreset(model)) perform(mapRequest(0, 1, 'loudness'));
}

/** Opens the next (1) or previous (-1) preset of the list, around its ends. */
export function stepPreset(by: 1 | -1): void {
  const { presets, current } = store.getState().library;
  if (presets.length === 0) return;
  const at = presets.findIndex(({ id }) => id === current);
  const from = at < 0 && by > 0 ? -1 : Math.max(0, at);
  const next = presets[(from + by + presets.length) % presets.length];
  if (next !== undefined) void openPreset(next.id);
}

/** Sends a command that removes something, then shows a toast with an Undo button. */
async function remove(command: Command, restore: Command, text: string, hint: string | null): Promise<void> {
  if (!(await client.perform(command))) return;
  toast(store, { level: 'info', text, hint, actions: [{ label: 'Undo', run: () => perform(restore) }] });
}

/** Moves a preset to the trash, and offers to undo that. */
export function deletePreset(id: string, name: string): void {
  void remove({ type: 'delete-preset', id }, { type: 'restore-preset', id }, `“${name}” was deleted.`, null);
}

/** Moves a model to the trash, and offers to undo that. */
export function removeModel(sha256: string, name: string): void {
  const playing = store.getState().model.card?.sha256 === sha256;
  void remove(
    { type: 'remove-model', sha256 },
    { type: 'restore-model', sha256 },
    `“${name}” was removed from the library.`,
    playing ? 'It was playing: the dry sound passes until it is back or you choose another model.' : null,
  );
}
