import { z } from 'zod';
import { MAX_INPUTS } from '../../document/limits.js';
import { MOST_MOVES, type Take } from '../inputs/take.js';
import { MAX_GESTURE_SECONDS } from '../stream/gesture.js';
import { type StoredFile, readStored } from './stored-file.js';

const FORMAT = 'tiller-take';
const MAX_LENGTH = 64 * MOST_MOVES;

const seconds = z.number().min(0).max(MAX_GESTURE_SECONDS);
const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  seconds: z
    .number()
    .min(0.05)
    .max(MAX_GESTURE_SECONDS + 60),
  /** Seconds, index of the input, value 0..1. */
  moves: z
    .array(
      z.tuple([
        seconds,
        z
          .number()
          .int()
          .min(0)
          .max(MAX_INPUTS - 1),
        z.number().min(0).max(1),
      ]),
    )
    .max(MOST_MOVES),
});

/**
 * Reads the recorded gesture that an earlier engine stored; null where there is none.
 * @throws TillerError `preset-invalid` where the file cannot be read; it is then renamed
 */
export function readTake(path: string): Promise<Take | null> {
  return readStored(path, 'The recorded gesture could not be read. Record it again.', (text) => {
    if (text.length > MAX_LENGTH) throw new RangeError('the file is too large');
    const stored = schema.parse(JSON.parse(text));
    const moves = stored.moves.map(([at, input, value]) => ({ seconds: at, input, value }));
    moves.sort((a, b) => a.seconds - b.seconds);
    return moves.length === 0 ? null : { lengthSeconds: stored.seconds, moves };
  });
}

/** @returns as `StoredFile.write`. @throws errors of the file system */
export function writeTake(file: StoredFile, { lengthSeconds, moves }: Take): Promise<string | null> {
  const rows = moves.map(({ seconds: at, input, value }) => [at, input, value]);
  const text = { format: FORMAT, version: 1, seconds: Math.max(0.05, lengthSeconds), moves: rows };
  return file.write(JSON.stringify(text));
}
