import type { RegressorSettings } from '../../document/learning.js';

/**
 * What starter maps are learned with. It passes through its examples, and between them stays within what they are: no place is louder
 * than measured because of an overshoot.
 */
export const STARTER_REGRESSOR = { kind: 'knn', k: 6, falloff: 2 } as const satisfies RegressorSettings;
