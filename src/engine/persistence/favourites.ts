import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createNanoEvents } from 'nanoevents';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { FavouriteKind, FavouritesState } from '../../protocol/interface.js';
import { readStored } from './stored-file.js';

const FORMAT = 'tiller-favourites';
/** Most favourites of each kind. */
const MAX_FAVOURITES = 5000;
const MAX_LENGTH = 4_000_000;

const list = z.array(z.string().min(1).max(200)).max(MAX_FAVOURITES);
const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  presets: list,
  models: list,
});

const NONE: FavouritesState = { presets: [], models: [] };

function read(path: string): Promise<FavouritesState | null> {
  return readStored(path, 'The list of favourites could not be read. Mark them again.', (text) => {
    if (text.length > MAX_LENGTH) throw new RangeError('the file is too large');
    const { presets, models } = schema.parse(JSON.parse(text));
    return { presets, models };
  });
}

/** The player's favourite presets and models. All engines of the player share one file. Main thread. */
export class Favourites {
  state: FavouritesState = NONE;
  private readonly events = createNanoEvents<{ change: () => void }>();
  /** The last change; one is made at a time. */
  private queue: Promise<void> = Promise.resolve();

  /** @param path null keeps them in memory only */
  constructor(private readonly path: string | null) {}

  /** Calls `listener` after each change. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** Reads the file; none are known where it does not exist. @throws as `readStored` */
  async load(): Promise<void> {
    if (this.path !== null) this.change((await read(this.path)) ?? NONE);
  }

  /**
   * Adds a preset or a model to the favourites, or removes it, and stores them. Resolves when they are stored.
   * @param id of the preset in the preset store, or SHA-256 of the model
   * @throws errors of the file system; TillerError `preset-invalid` where the file was changed into something else
   */
  set(kind: FavouriteKind, id: string, favourite: boolean): Promise<void> {
    const turn = this.queue.then(() => this.setNow(kind, id, favourite));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async setNow(kind: FavouriteKind, id: string, favourite: boolean): Promise<void> {
    const { path } = this;
    // Another engine may have changed the file since it was read.
    const before = path === null ? this.state : ((await read(path)) ?? this.state);
    const name = kind === 'preset' ? 'presets' : 'models';
    const others = before[name].filter((other) => other !== id);
    const next = { ...before, [name]: (favourite ? [...others, id] : others).slice(-MAX_FAVOURITES) };
    if (path !== null) {
      await mkdir(dirname(path), { recursive: true });
      await writeFileAtomic(path, JSON.stringify({ format: FORMAT, version: 1, ...next }));
    }
    this.change(next);
  }

  private change(state: FavouritesState): void {
    this.state = state;
    this.events.emit('change');
  }
}
