import type { ModelReference } from '../document/model-reference.js';

/** How far it is found out what another model's encoder needs to be played with. */
export interface PreparingListener {
  /** Name of that model. */
  model: string;
  /** Share done, 0..1. */
  progress: number;
}

/** Whose encoder hears the track. */
export interface ListeningWith {
  /** Null for the model's own. */
  model: ModelReference | null;
  /** Whether its latents are changed to those of the model that plays. */
  adapted: boolean;
  preparing: PreparingListener | null;
}
