import type { HistorySteps, LoadedFrom } from '../../document/history.js';
import type { PresetStore } from './preset-store.js';

/** Where a document of an earlier engine comes from, for `DocumentFiles.load`. */
export async function loadedFrom(
  presetId: string | null,
  history: HistorySteps,
  presets: Pick<PresetStore, 'read'>,
): Promise<LoadedFrom> {
  // The preset may have been deleted: the document then counts as never saved.
  const saved = presetId === null ? null : await presets.read(presetId).catch(() => null);
  return presetId === null || saved === null ? { history } : { presetId, saved, history };
}
