import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { TillerError, systemCode } from '../errors.js';
import { MAX_PRESET_BYTES, parsePreset } from '../preset/parse.js';
import type { Preset } from '../preset/schema.js';
import type { Instrument } from '../session/instrument.js';

/** After the first change that is not written yet: what an engine that dies may lose at most. */
const WRITE_MILLISECONDS = 700;
const FORMAT = 'tiller-session';

/** What outlives an engine: the document, and the preset that it is a version of. */
export interface KeptSession {
  readonly preset: Preset;
  readonly presetId: string | null;
}

const sessionSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  presetId: z.string().max(200).nullable(),
  preset: z.unknown(),
});

/**
 * The session that an engine before this one left, or null where there is none. A file that cannot be read is
 * moved aside, so that the session that begins now does not write over it.
 * @throws TillerError `preset-invalid` naming where the file is now
 */
export async function readAutosave(path: string): Promise<KeptSession | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    if (text.length > MAX_PRESET_BYTES) throw new RangeError('the file is too large');
    const { preset, presetId } = sessionSchema.parse(JSON.parse(text));
    return { preset: parsePreset(preset), presetId };
  } catch (error) {
    const aside = `${path}.${Date.now()}.unreadable`;
    await rename(path, aside);
    throw new TillerError(
      'preset-invalid',
      'The last session could not be read, so this one begins anew.',
      `It was kept as ${aside}.`,
      { cause: error },
    );
  }
}

/**
 * Keeps the live session on disk as it changes, so that an engine that ends, however it ends, loses nothing but the
 * last moment. Returns how to stop, after a last write.
 */
export function keepAutosave(
  instrument: Pick<Instrument, 'state' | 'subscribe'>,
  path: string,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let written: KeptSession = instrument.state;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let failed = false;
  const isWritten = () =>
    instrument.state.preset === written.preset && instrument.state.presetId === written.presetId;
  const write = () => {
    timer = null;
    if (isWritten()) return;
    const { preset, presetId } = instrument.state;
    written = { preset, presetId };
    writing = writing
      .then(() => mkdir(dirname(path), { recursive: true }))
      .then(() => writeFileAtomic(path, JSON.stringify({ format: FORMAT, version: 1, presetId, preset })))
      .catch((error: unknown) => {
        // Said once: a full disk does not get fuller by telling it at every gesture.
        if (!failed) onError(error);
        failed = true;
      });
  };
  const unsubscribe = instrument.subscribe(() => {
    if (!isWritten()) timer ??= setTimeout(write, WRITE_MILLISECONDS);
  });
  return async () => {
    unsubscribe();
    if (timer !== null) clearTimeout(timer);
    write();
    await writing;
  };
}
