import type { StoredPreset } from '../../protocol/interface.js';

/** Tag of the factory preset that a first start and a new instance of the plugin open: fully wet, at unity gain. */
const FIRST_STEPS = 'first steps';

/** The preset to begin with among those whose model is there: one tagged as first steps, else the first; undefined for none. */
export function firstPreset<Entry extends Pick<StoredPreset, 'tags' | 'model'>>(
  entries: readonly Entry[],
  models: ReadonlySet<string>,
): Entry | undefined {
  const playable = entries.filter(({ model }) => model !== null && models.has(model.sha256));
  return playable.find(({ tags }) => tags.includes(FIRST_STEPS)) ?? playable[0];
}
