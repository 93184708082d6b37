import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TillerError } from '../../document/tiller-error.js';
import type { TrashedItem } from '../../protocol/interface.js';
import { fromFileError, systemCode } from '../system/file-error.js';
import { PRESET_EXTENSION, missingOr } from './preset-file.js';
import { PresetIndex } from './preset-index.js';
import { renamePatiently } from '../system/rename.js';

/** A deleted preset can be restored for this long, … */
const KEPT_MILLISECONDS = 30 * 24 * 3600 * 1000;
/** … and while it is one of this many that were deleted last. */
const MAX_TRASHED = 200;

/** `<stem>.<time of deletion>`. */
const TOKEN = /^([^/\\]+)\.(\d{1,16})$/;

/**
 * Deleted presets, in a folder of their own beside the others: they outlive the engine. What was deleted more than 30 days
 * ago, or before the last 200, is removed for good when another preset is deleted. Main thread.
 *
 * Rejects with TillerError: `preset-missing`, `disk-full`, `disk-denied`.
 */
export class PresetTrash {
  private readonly index: PresetIndex;

  constructor(private readonly folder: string) {
    this.index = new PresetIndex('user', folder);
  }

  /** Every deleted preset, the one that was deleted last first. */
  async list(): Promise<TrashedItem[]> {
    const names = new Map((await this.index.list()).map(({ id, name }) => [basename(id), name]));
    return (await this.tokens()).map(({ token, stem, deletedMs }) => ({
      token,
      name: names.get(token) ?? stem,
      deletedMs,
    }));
  }

  /** Moves a preset's file here. @returns the token that `restore` takes */
  async add(path: string, id: string): Promise<string> {
    const stem = basename(path, PRESET_EXTENSION);
    let deletedMs = Date.now();
    try {
      await mkdir(this.folder, { recursive: true });
      const taken = new Set((await this.tokens()).map(({ token }) => token));
      while (taken.has(`${stem}.${deletedMs}`)) deletedMs++;
      await renamePatiently(path, this.path(`${stem}.${deletedMs}`));
    } catch (error) {
      throw missingOr(error, id);
    }
    await this.removeOld();
    return `${stem}.${deletedMs}`;
  }

  /** The token of the preset `stem` that was deleted last. @throws TillerError `preset-missing` */
  async latest(stem: string): Promise<string> {
    const found = (await this.tokens()).find((one) => one.stem === stem);
    if (found === undefined) throw notInTrash();
    return found.token;
  }

  /** The stem of a deleted preset, and the path of its file. @throws TillerError `preset-missing` where `token` is none */
  locate(token: string): { stem: string; path: string } {
    const stem = TOKEN.exec(token)?.[1];
    if (stem === undefined) throw notInTrash();
    return { stem, path: this.path(token) };
  }

  /** Removes every deleted preset for good. */
  async empty(): Promise<void> {
    await this.removeForGood(await this.tokens());
  }

  private async removeOld(): Promise<void> {
    const oldestMs = Date.now() - KEPT_MILLISECONDS;
    const old = (await this.tokens()).filter(
      ({ deletedMs }, newer) => newer >= MAX_TRASHED || deletedMs < oldestMs,
    );
    await this.removeForGood(old);
  }

  private async removeForGood(items: readonly { token: string }[]): Promise<void> {
    try {
      for (const { token } of items) await rm(this.path(token), { force: true });
    } catch (error) {
      throw fromFileError(error, this.folder);
    }
  }

  /** What the file names say, the latest first. */
  private async tokens(): Promise<{ token: string; stem: string; deletedMs: number }[]> {
    let files: string[];
    try {
      files = await readdir(this.folder);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw fromFileError(error, this.folder);
    }
    return files
      .filter((file) => file.endsWith(PRESET_EXTENSION))
      .flatMap((file) => {
        const token = basename(file, PRESET_EXTENSION);
        const [, stem, deletedMs] = TOKEN.exec(token) ?? [];
        return stem === undefined ? [] : [{ token, stem, deletedMs: Number(deletedMs) }];
      })
      .sort((a, b) => b.deletedMs - a.deletedMs);
  }

  private path(token: string): string {
    return join(this.folder, token + PRESET_EXTENSION);
  }
}

const notInTrash = () =>
  new TillerError('preset-missing', 'This preset is not in the trash.', 'Look for it in the list.');
