import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { rememberedViewSchema, type RememberedView } from '../../protocol/interface-commands.js';
import { readStored } from './stored-file.js';

const FORMAT = 'tiller-view';
const MAX_LENGTH = 10_000;

const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  view: rememberedViewSchema,
});

/**
 * What the plugin's window remembers from one opening to the next, for every instance of the player: the page's own storage belongs to
 * a port, which is another one each time. Main thread.
 */
export class ViewStore {
  /** Null where nothing is remembered. */
  state: RememberedView | null = null;
  /** The last change; one is written at a time. */
  private queue: Promise<void> = Promise.resolve();

  /** @param path null keeps it in memory only */
  constructor(private readonly path: string | null) {}

  /** @throws as `readStored` */
  async load(): Promise<void> {
    if (this.path === null) return;
    this.state = await readStored(this.path, 'Theme and panel of the window could not be read.', (text) => {
      if (text.length > MAX_LENGTH) throw new RangeError('the file is too large');
      return schema.parse(JSON.parse(text)).view;
    });
  }

  /** Resolves when it is stored. @throws errors of the file system */
  set(view: RememberedView): Promise<void> {
    const { path } = this;
    this.state = view;
    if (path === null) return Promise.resolve();
    const turn = this.queue.then(async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFileAtomic(path, JSON.stringify({ format: FORMAT, version: 1, view }));
    });
    this.queue = turn.catch(() => undefined);
    return turn;
  }
}
