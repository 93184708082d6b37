import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { deviceNameSchema, oscSettingsSchema } from '../../protocol/interface-commands.js';
import type { StoredControllers } from '../inputs/ports.js';
import { readStored } from './stored-file.js';

const FORMAT = 'tiller-controllers';
const MAX_LENGTH = 10_000;

const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  /** The chosen MIDI device; null for none. */
  midi: deviceNameSchema.nullable(),
  /** The device for feedback; files of earlier versions do not tell it. */
  midiOutput: deviceNameSchema.nullable().default(null),
  /** Files of earlier versions do not tell `network`. */
  osc: oscSettingsSchema.extend({ network: z.boolean().default(false) }),
});

/**
 * Reads the MIDI device and OSC ports that an earlier engine stored; null where there are none.
 * @throws TillerError `preset-invalid` where the file cannot be read; it is then renamed
 */
export function readControllers(path: string): Promise<StoredControllers | null> {
  return readStored(path, 'The MIDI device and OSC ports could not be read. Choose them again.', (text) => {
    if (text.length > MAX_LENGTH) throw new RangeError('the file is too large');
    const { midi, midiOutput, osc } = schema.parse(JSON.parse(text));
    return { midi, midiOutput, osc };
  });
}

/** Replaces the file atomically. @throws errors of the file system */
export async function writeControllers(path: string, controllers: StoredControllers): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, JSON.stringify({ format: FORMAT, version: 1, ...controllers }));
}
