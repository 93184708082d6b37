import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { parsePresetText, formatPreset } from '../preset/parse.js';
import type { Preset } from '../preset/schema.js';
import type { Instrument } from '../session/instrument.js';

/** After the first change that is not written yet: what an engine that dies may lose at most. */
const WRITE_MILLISECONDS = 700;

/** The document that an engine before this one left, or null where there is none that can be read. */
export async function readAutosave(path: string): Promise<Preset | null> {
  try {
    return parsePresetText(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Keeps the live session's document on disk as it changes, so that an engine that ends, however it ends, loses
 * nothing but the last moment. Returns how to stop, after a last write.
 */
export function keepAutosave(
  instrument: Pick<Instrument, 'state' | 'subscribe'>,
  path: string,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let written = instrument.state.preset;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let failed = false;
  const write = () => {
    timer = null;
    const { preset } = instrument.state;
    if (preset === written) return;
    written = preset;
    writing = writing
      .then(() => mkdir(dirname(path), { recursive: true }))
      .then(() => writeFileAtomic(path, formatPreset(preset)))
      .catch((error: unknown) => {
        // Said once: a full disk does not get fuller by telling it at every gesture.
        if (!failed) onError(error);
        failed = true;
      });
  };
  const unsubscribe = instrument.subscribe(() => {
    if (instrument.state.preset === written) return;
    timer ??= setTimeout(write, WRITE_MILLISECONDS);
  });
  return async () => {
    unsubscribe();
    if (timer !== null) clearTimeout(timer);
    write();
    await writing;
  };
}
