import type { Command } from '../../protocol/interface.js';
import type { Edit } from '../../document/edit.js';
import { clampParameter } from '../../document/parameters.js';
import { client, values } from './page.js';

/** Where in a gesture a value is: edits from `begin` to `end` make one step of the undo history. */
export type Gesture = 'begin' | 'move' | 'end';

/**
 * Sets an automatable parameter. The page shows the value at once, and until the engine, which answers the end of a gesture, must
 * have announced it.
 * @param index place in `PARAMETERS`
 * @param value in the parameter's own unit; clamped to its range
 */
export function setParameter(index: number, value: number, gesture: Gesture): void {
  const bounded = clampParameter(index, value);
  const command = { type: 'parameter', index, value: bounded, gesture } as const;
  if (gesture === 'end') client.sendConfirmed(command);
  else client.send(command);
  values.setLocally(index, bounded, performance.now(), gesture === 'end' ? client.settled() : null);
}

/** Sets a parameter to its value at the end of a gesture that begins with it. */
export function setParameterOnce(index: number, value: number): void {
  setParameter(index, value, 'begin');
  setParameter(index, value, 'end');
}

/** Sets an automatable switch. */
export const setSwitch = (index: number, on: boolean): void => setParameterOnce(index, on ? 1 : 0);

/** Sends a command; a failure is shown as a toast. */
export const perform = (command: Command): void => void client.perform(command);

/** @param coalesce edits with the same key make one step of the undo history */
export const edit = (change: Edit, coalesce?: string): void =>
  perform({ type: 'edit', edit: change, ...(coalesce === undefined ? {} : { coalesce }) });

let gestures = 0;

/** Sends an edit that belongs to a gesture: those from one `begin` to the next make one step of the undo history. */
export function editGesture(change: Edit, gesture: Gesture): void {
  if (gesture === 'begin') gestures += 1;
  edit(change, `gesture-${gestures}`);
}

/** Takes the last step back. */
export const undo = (): void => perform({ type: 'undo' });
/** Takes the last undone step again. */
export const redo = (): void => perform({ type: 'redo' });
/** Exchanges the document for the other of the two that are compared. */
export const compare = (): void => perform({ type: 'compare' });
/** Trains the mapping on the examples. */
export const learn = (): void => perform({ type: 'train' });
