import type { ControllerActivity } from '../../protocol/controllers.js';

/** How long a light stays on after a message, in milliseconds. */
const LIT_MILLISECONDS = 150;

const lastAssignment = new Map<string, number>();
const lastInput = new Map<number, number>();

/** Takes the sources that have sent something. @param now of `performance.now()` */
export function noteActivity({ assignments, inputs }: ControllerActivity, now: number): void {
  for (const id of assignments) lastAssignment.set(id, now);
  for (const index of inputs) lastInput.set(index, now);
}

const isRecent = (last: number | undefined, now: number) =>
  last !== undefined && now - last < LIT_MILLISECONDS;

/** Whether the source of an assignment has sent something a moment ago. */
export const isAssignmentActive = (id: string, now: number): boolean => isRecent(lastAssignment.get(id), now);
/** The same of an input's own source. @param index 0-based */
export const isInputActive = (index: number, now: number): boolean => isRecent(lastInput.get(index), now);
