import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError, systemCode } from '../system/file-error.js';
import { MAX_PRESET_BYTES, formatPreset, parsePresetText } from '../../document/parse-preset.js';
import type { ModelReference, Preset } from '../../document/preset.js';

const EXTENSION = '.tiller.json';
const TRASH = '.trash';

/** What a browser of presets shows of one. `id` is its place: `factory/NAME` or `user/NAME`. */
export interface PresetEntry {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly author: string;
  readonly model: ModelReference | null;
  readonly factory: boolean;
  readonly modifiedMs: number;
  /** Set where the file could not be read: it is listed, so that the player knows of it, and never touched. */
  readonly problem: string | null;
}

/** Longest stem in bytes: with ending, number and what an atomic write adds it stays under the usual 255. */
const MAX_STEM_BYTES = 160;

/** Names that Windows keeps for devices, whatever follows their first point. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** A file name that every file system takes, kept readable. */
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
 * Presets on disk: the factory's, read only, and the player's own. Writes are atomic, an existing file is
 * replaced only by `save` of the preset it came from, and what is deleted can be restored.
 * Errors are TillerErrors (`preset-missing`, `preset-invalid`, `file-exists`, `disk-full`, `disk-denied`).
 */
export class PresetStore {
  /** Files that are being read or written; whoever comes to one waits. */
  private readonly busy = new Map<string, Promise<unknown>>();
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly userDir: string,
    private readonly factoryDir: string | null,
  ) {}

  /** Calls `listener` after each change that was made here. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Every preset, factory first, then by name. */
  async list(): Promise<PresetEntry[]> {
    const entries = [...(await this.listFolder('factory')), ...(await this.listFolder('user'))];
    return entries.sort((a, b) => Number(b.factory) - Number(a.factory) || a.name.localeCompare(b.name));
  }

  async read(id: string): Promise<Preset> {
    const path = this.path(id);
    return this.inTurn(path, () => readPresetFile(path));
  }

  /** Writes over the player's preset `id`. */
  async save(id: string, preset: Preset): Promise<void> {
    const path = this.ownPath(id);
    await this.inTurn(path, () => this.write(path, preset));
    this.changed();
  }

  /** Gives the player's preset `id` another name, and leaves the rest of it as it was saved last. */
  async rename(id: string, name: string): Promise<void> {
    const path = this.ownPath(id);
    await this.inTurn(path, async () => this.write(path, { ...(await readPresetFile(path)), name }));
    this.changed();
  }

  /** Writes a new preset named `preset.name`; a number is added to the file's name where it is taken. */
  async saveAs(preset: Preset): Promise<string> {
    const stem = fileStem(preset.name);
    for (let n = 1; ; n++) {
      const id = `user/${n === 1 ? stem : `${stem}-${n}`}`;
      // Claims the name first, so that two windows saving at once get two files.
      if (await this.claim(this.path(id))) {
        await this.orGiveUp(id, this.write(this.path(id), preset));
        this.changed();
        return id;
      }
    }
  }

  /** Moves the player's preset to the trash; the token restores it. */
  async remove(id: string): Promise<string> {
    if (!id.startsWith('user/'))
      throw new TillerError(
        'disk-denied',
        'Factory presets cannot be deleted.',
        'Hide it by a search instead.',
      );
    const token = `${basename(this.path(id), EXTENSION)}.${Date.now()}`;
    try {
      await mkdir(join(this.userDir, TRASH), { recursive: true });
      await rename(this.path(id), join(this.userDir, TRASH, token + EXTENSION));
    } catch (error) {
      throw missingOr(error, id);
    }
    this.changed();
    return token;
  }

  /** Brings back what `remove` took; returns its identifier, which differs where the name was taken meanwhile. */
  async restore(token: string): Promise<string> {
    if (!/^[^/\\]+\.\d+$/.test(token))
      throw new TillerError('preset-missing', 'There is nothing to restore.');
    const from = join(this.userDir, TRASH, token + EXTENSION);
    const stem = token.replace(/\.\d+$/, '');
    for (let n = 1; ; n++) {
      const id = `user/${n === 1 ? stem : `${stem}-${n}`}`;
      if (await this.claim(this.path(id))) {
        await this.orGiveUp(id, rename(from, this.path(id))).catch((error: unknown) => {
          throw missingOr(error, token);
        });
        this.changed();
        return id;
      }
    }
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  private inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.busy.get(path) ?? Promise.resolve()).then(work);
    const done = turn
      .catch(() => undefined)
      .then(() => {
        if (this.busy.get(path) === done) this.busy.delete(path);
      });
    this.busy.set(path, done);
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
    return join(folder, stem + EXTENSION);
  }

  private async claim(path: string): Promise<boolean> {
    try {
      await mkdir(this.userDir, { recursive: true });
      await (await open(path, 'wx')).close();
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw fromFileError(error, path);
    }
  }

  /** Waits for what fills a claimed place; where that fails, the place is free again. */
  private async orGiveUp(id: string, filled: Promise<void>): Promise<void> {
    try {
      await filled;
    } catch (error) {
      await rm(this.path(id), { force: true });
      throw error;
    }
  }

  private async write(path: string, preset: Preset): Promise<void> {
    try {
      await mkdir(this.userDir, { recursive: true });
      await writeFileAtomic(path, formatPreset(preset));
    } catch (error) {
      throw fromFileError(error, path);
    }
  }

  private async listFolder(kind: 'factory' | 'user'): Promise<PresetEntry[]> {
    const folder = kind === 'factory' ? this.factoryDir : this.userDir;
    if (folder === null) return [];
    let names: string[];
    try {
      names = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION));
    } catch {
      return [];
    }
    return Promise.all(names.map((name) => describe(kind, folder, name)));
  }
}

async function describe(kind: 'factory' | 'user', folder: string, fileName: string): Promise<PresetEntry> {
  const stem = basename(fileName, EXTENSION);
  const path = join(folder, fileName);
  const modifiedMs = await stat(path).then(
    (stats) => stats.mtimeMs,
    () => 0,
  );
  const place = { id: `${kind}/${stem}`, factory: kind === 'factory', modifiedMs };
  try {
    const { name, description, tags, author, model } = await readPresetFile(path);
    return { ...place, name, description, tags, author, model, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...place, name: stem, description: '', tags: [], author: '', model: null, problem };
  }
}

/** A preset from any path. */
export async function readPresetFile(path: string): Promise<Preset> {
  let handle;
  try {
    handle = await open(path, 'r');
    const { size } = await handle.stat();
    if (size > MAX_PRESET_BYTES)
      throw new TillerError(
        'preset-invalid',
        `${path} is too large to be a Tiller preset.`,
        'Choose another file.',
      );
    return parsePresetText(await handle.readFile('utf8'));
  } catch (error) {
    throw missingOr(error, path);
  } finally {
    await handle?.close();
  }
}

function missingOr(error: unknown, what: string): TillerError {
  if (systemCode(error) === 'ENOENT')
    return new TillerError(
      'preset-missing',
      `There is no preset at ${what}.`,
      'Check the name, or refresh the list.',
      {
        cause: error,
      },
    );
  return fromFileError(error, what);
}
