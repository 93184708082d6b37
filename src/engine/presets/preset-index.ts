import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StoredPreset } from '../../protocol/interface.js';
import { fromFileError, systemCode } from '../system/file-error.js';
import { fileStamp } from '../system/file-stamp.js';
import { mapBounded } from '../system/map-bounded.js';
import { PRESET_EXTENSION, readPresetFile } from './preset-file.js';

/** Files that are read at once: each may have 16 MB. */
const READS_AT_ONCE = 4;

interface Indexed {
  readonly stamp: string | null;
  readonly preset: StoredPreset;
}

/** Lists one folder of presets. A file is read again only where it has changed since the last list. */
export class PresetIndex {
  /** By file name. */
  private indexed = new Map<string, Indexed>();

  /** @param folder null where there is none, as where no factory presets come along */
  constructor(
    private readonly kind: 'factory' | 'user',
    private readonly folder: string | null,
  ) {}

  /** The folder's presets in no particular order; none where the folder does not exist. */
  async list(): Promise<StoredPreset[]> {
    const { folder } = this;
    if (folder === null) return [];
    let names: string[];
    try {
      names = (await readdir(folder)).filter((name) => name.endsWith(PRESET_EXTENSION));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      return [this.unreadable(error, folder)];
    }
    const found = await mapBounded(names, READS_AT_ONCE, async (name) => {
      const indexed = await this.look(folder, name);
      return [name, indexed] as const;
    });
    this.indexed = new Map(found);
    return found.map(([, { preset }]) => preset);
  }

  private async look(folder: string, name: string): Promise<Indexed> {
    const path = join(folder, name);
    const stamp = await fileStamp(path).catch(() => null);
    const known = this.indexed.get(name);
    if (known !== undefined && stamp !== null && known.stamp === stamp) return known;
    return { stamp, preset: await this.describe(path) };
  }

  private async describe(path: string): Promise<StoredPreset> {
    const stem = basename(path, PRESET_EXTENSION);
    try {
      const { name, description, tags, author, model } = await readPresetFile(path);
      return { ...this.place(stem), name, description, tags, author, model, problem: null };
    } catch (error) {
      return { ...this.place(stem), ...unknown, name: stem, problem: messageOf(error) };
    }
  }

  /** An entry for the folder itself. Its identifier names no file: it cannot be opened, renamed or deleted. */
  private unreadable(error: unknown, folder: string): StoredPreset {
    const problem = messageOf(fromFileError(error, folder));
    return { ...this.place('.'), ...unknown, name: folder, problem };
  }

  private place(stem: string): Pick<StoredPreset, 'id' | 'factory'> {
    return { id: `${this.kind}/${stem}`, factory: this.kind === 'factory' };
  }
}

const unknown = { description: '', tags: [], author: '', model: null };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
