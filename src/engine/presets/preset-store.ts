import { createNanoEvents } from 'nanoevents';
import { mkdir, open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { TillerError } from '../../document/tiller-error.js';
import { compareNames } from '../system/natural-order.js';
import { fromFileError, systemCode } from '../system/file-error.js';
import { MAX_PRESET_BYTES, formatPreset } from '../../document/parse-preset.js';
import type { Preset } from '../../document/preset.js';
import type { StoredPreset, TrashedItem } from '../../protocol/interface.js';
import { PRESET_EXTENSION, missingOr, readPresetFile } from './preset-file.js';
import { PresetIndex } from './preset-index.js';
import { PresetTrash } from './preset-trash.js';
import { renamePatiently } from '../system/rename.js';

const TRASH = '.trash';

/** Longest stem, in bytes: with ending, number and the suffix of an atomic write it stays below the usual limit of 255. */
const MAX_STEM_BYTES = 160;

/** Names that Windows reserves for devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** A readable file name, without its ending, that every file system accepts. */
function fileStem(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/[^\p{Letter}\p{Number}\- ]+/gu, '')
    .trim()
    .replace(/\s+/g, '-')
    .toLowerCase();
  let stem = '';
  for (const character of words) {
    if (stem.length + character.length > 80 || Buffer.byteLength(stem + character) > MAX_STEM_BYTES) break;
    stem += character;
  }
  return stem === '' || DEVICE.test(stem) ? `preset${stem && `-${stem}`}` : stem;
}

/**
 * Presets on disk: factory presets, which are read-only, and the player's own. Writes are atomic, an existing file is
 * replaced only by `save` of the preset that it holds, and a deleted preset can be restored. An identifier is
 * `factory/NAME` or `user/NAME`.
 *
 * Rejects with TillerError: `preset-missing`, `preset-invalid`, `preset-too-new`, `disk-full`, `disk-denied`.
 */
export class PresetStore {
  /** By path, the last operation on a file; the next one on the same file waits for it. */
  private readonly operations = new Map<string, Promise<unknown>>();
  private readonly events = createNanoEvents<{ change: () => void }>();

  private readonly userIndex: PresetIndex;
  private readonly factoryIndex: PresetIndex;
  private readonly trash: PresetTrash;

  /**
   * @param userDir folder of the player's presets; made where it is missing
   * @param factoryDir folder of the factory presets; null where none come along
   */
  constructor(
    private readonly userDir: string,
    private readonly factoryDir: string | null,
  ) {
    this.userIndex = new PresetIndex('user', userDir);
    this.factoryIndex = new PresetIndex('factory', factoryDir);
    this.trash = new PresetTrash(join(userDir, TRASH));
  }

  /** Calls `listener` after each change made through this store. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /**
   * Every preset, factory presets first, then by name. Files that have not changed since the last list are not read again.
   * What cannot be read is listed with the reason as its `problem`.
   */
  async list(): Promise<StoredPreset[]> {
    const entries = [...(await this.factoryIndex.list()), ...(await this.userIndex.list())];
    return entries.sort((a, b) => Number(b.factory) - Number(a.factory) || compareNames(a.name, b.name));
  }

  /** The preset as it was last written through this store. */
  async read(id: string): Promise<Preset> {
    const path = this.path(id);
    return this.inOrder(path, () => readPresetFile(path));
  }

  /** Overwrites the player's preset `id`. @throws TillerError `disk-denied` for a factory preset */
  async save(id: string, preset: Preset): Promise<void> {
    const path = this.ownPath(id);
    await this.inOrder(path, () => this.write(path, preset));
    this.changed();
  }

  /** Changes the name inside the player's preset `id`; its identifier and the rest of it stay. */
  async rename(id: string, name: string): Promise<void> {
    const path = this.ownPath(id);
    await this.inOrder(path, async () => this.write(path, { ...(await readPresetFile(path)), name }));
    this.changed();
  }

  /** Writes a new file for `preset`, named after it, with a number where that name is taken. @returns its identifier */
  async saveAs(preset: Preset): Promise<string> {
    const stem = fileStem(preset.name);
    for (let n = 1; ; n++) {
      const id = `user/${n === 1 ? stem : `${stem}-${n}`}`;
      // Creates the file first, so that two windows saving at once get two files.
      if (await this.create(this.path(id))) {
        await this.orRemove(id, this.write(this.path(id), preset));
        this.changed();
        return id;
      }
    }
  }

  /** Moves the player's preset to the trash. @returns the token that `restore` takes */
  async remove(id: string): Promise<string> {
    if (!id.startsWith('user/'))
      throw new TillerError(
        'disk-denied',
        'Factory presets cannot be deleted.',
        'Duplicate it to change it.',
      );
    const path = this.path(id);
    const token = await this.inOrder(path, () => this.trash.add(path, id));
    this.changed();
    return token;
  }

  /** Deleted presets, the one that was deleted last first. */
  trashed(): Promise<TrashedItem[]> {
    return this.trash.list();
  }

  /** Restores the preset that was last deleted under the identifier `id`, as `restore` does. */
  async restoreLatest(id: string): Promise<string> {
    return this.restore(await this.trash.latest(basename(this.path(id), PRESET_EXTENSION)));
  }

  /** Moves a preset back from the trash. @returns its identifier, which is a new one where the old one was taken meanwhile */
  async restore(token: string): Promise<string> {
    const { stem, path: from } = this.trash.locate(token);
    for (let n = 1; ; n++) {
      const id = `user/${n === 1 ? stem : `${stem}-${n}`}`;
      if (await this.create(this.path(id))) {
        await this.orRemove(id, renamePatiently(from, this.path(id))).catch((error: unknown) => {
          throw missingOr(error, token);
        });
        this.changed();
        return id;
      }
    }
  }

  /** Removes every preset in the trash for good. */
  async emptyTrash(): Promise<void> {
    await this.trash.empty();
    this.changed();
  }

  private changed(): void {
    this.events.emit('change');
  }

  private inOrder<T>(path: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.operations.get(path) ?? Promise.resolve()).then(work);
    const done = turn
      .catch(() => undefined)
      .then(() => {
        if (this.operations.get(path) === done) this.operations.delete(path);
      });
    this.operations.set(path, done);
    return turn;
  }

  private ownPath(id: string): string {
    if (id.startsWith('user/')) return this.path(id);
    throw new TillerError('disk-denied', 'Factory presets cannot be changed.', 'Save it under another name.');
  }

  private path(id: string): string {
    const match = /^(user|factory)\/([^/\\]{1,100})$/.exec(id);
    const folder = match?.[1] === 'factory' ? this.factoryDir : this.userDir;
    const stem = match?.[2];
    if (stem === undefined || folder === null || stem.startsWith('.'))
      throw new TillerError(
        'preset-missing',
        `There is no preset “${id}”.`,
        'Refresh the list and choose another.',
      );
    return join(folder, stem + PRESET_EXTENSION);
  }

  /** Creates an empty file. @returns false where there is one already */
  private async create(path: string): Promise<boolean> {
    try {
      await mkdir(this.userDir, { recursive: true });
      await (await open(path, 'wx')).close();
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw fromFileError(error, path);
    }
  }

  /** Waits for the content of a created file; removes the empty file where that fails. */
  private async orRemove(id: string, written: Promise<void>): Promise<void> {
    try {
      await written;
    } catch (error) {
      await rm(this.path(id), { force: true });
      throw error;
    }
  }

  private async write(path: string, preset: Preset): Promise<void> {
    const text = formatPreset(preset);
    if (Buffer.byteLength(text) > MAX_PRESET_BYTES)
      throw new TillerError(
        'preset-invalid',
        'This instrument is larger than the 16 MB that a preset may hold; it was not saved.',
        'Delete examples, or the examples of a model that you do not need.',
      );
    try {
      await mkdir(this.userDir, { recursive: true });
      await writeFileAtomic(path, text);
    } catch (error) {
      throw fromFileError(error, path);
    }
  }
}
