import type { HistorySteps, LoadedFrom } from '../../document/history.js';
import type { PresetStore } from './preset-store.js';

/** Where a document comes from that an earlier engine left: what `Instrument.loadPreset` is told. */
export async function loadedFrom(
  presetId: string | null,
  history: HistorySteps,
  presets: Pick<PresetStore, 'read'>,
): Promise<LoadedFrom> {
  // The preset may be gone meanwhile: the document then stands for itself.
  const saved = presetId === null ? null : await presets.read(presetId).catch(() => null);
  return presetId === null || saved === null ? { history } : { presetId, saved, history };
}
