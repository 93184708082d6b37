import type { ActionReference } from '../document/action.js';
import type { Assignment } from '../document/assignment.js';

/** The player's controller map, and what waits for a controller. */
export interface ControllersState {
  readonly assignments: readonly Assignment[];
  /** The action that the next source which moves is assigned to, in the assignment `id` or a new one; null where none waits. */
  readonly learning: { readonly action: ActionReference; readonly id: string | null } | null;
}

export const NO_CONTROLLERS: ControllersState = { assignments: [], learning: null };

/** Sources that have sent something: of which assignments, and of which inputs by their own source. */
export interface ControllerActivity {
  readonly assignments: readonly string[];
  readonly inputs: readonly number[];
}
