import type { Preset } from '../../document/preset.js';

/** Two states of one document that are compared, A and B: one of them plays. */
export interface Comparison {
  /** The one that plays. */
  readonly side: 'A' | 'B';
  /** The document of the other side, as it was left; null before the first exchange. */
  readonly other: Preset | null;
}

export const NO_COMPARISON: Comparison = { side: 'A', other: null };

/** Label of an exchange in the undo history. */
export const EXCHANGE_LABEL = 'switch between A and B';

/** The comparison after `left`, the document that played, was exchanged for the other side's. */
export const exchanged = ({ side }: Comparison, left: Preset): Comparison => ({
  side: side === 'A' ? 'B' : 'A',
  other: left,
});
