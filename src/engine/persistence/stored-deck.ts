import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { readStored } from './stored-file.js';

const FORMAT = 'tiller-deck';
/** The file holds the token: only the player may read it. */
const OWNER_ONLY = 0o600;

const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  address: z.ipv4(),
  port: z.number().int().min(1).max(65_535),
  token: z.string().regex(/^[\w-]{32}$/),
});
type StoredDeck = Pick<z.infer<typeof schema>, 'address' | 'port' | 'token'>;

/** The file that keeps the deck in the network from one start to the next. */
export class DeckFile {
  constructor(private readonly path: string) {}

  /** Null where nothing is kept. @throws TillerError `preset-invalid` where the file cannot be read; it is then renamed */
  read(): Promise<StoredDeck | null> {
    return readStored(
      this.path,
      'The setting of the deck in the network could not be read. Switch it on again.',
      (text) => {
        const { address, port, token } = schema.parse(JSON.parse(text));
        return { address, port, token };
      },
    );
  }

  /** Replaces the file atomically; null removes it. @throws errors of the file system */
  async write(deck: StoredDeck | null): Promise<void> {
    if (deck === null) return rm(this.path, { force: true });
    await mkdir(dirname(this.path), { recursive: true });
    await writeFileAtomic(this.path, JSON.stringify({ format: FORMAT, version: 1, ...deck }), {
      mode: OWNER_ONLY,
    });
  }
}
