import type { Edit } from '../../document/edit.js';
import type { Preset } from '../../document/preset.js';
import type { Origin } from './instrument-state.js';

/** The instrument as the classes see it that replace or change its document. Main thread. */
export interface DocumentOwner {
  /** The document as it is saved. */
  document(): Preset;
  /** Makes `next` the present document; everything that plays follows, but for the model (`ModelSelection.load`). */
  adopt(next: Preset, origin: Origin): void;
  /** See `Instrument.edit`. */
  edit(edit: Edit): void;
}
