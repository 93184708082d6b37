import { copyFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListedFile, PlayOrder } from '../../protocol/interface.js';
import { TillerError } from '../../document/tiller-error.js';
import { systemCode } from '../system/file-error.js';
import { makeUploadFolder } from '../system/upload-folders.js';

/** Most files of the list. */
const MAX_FILES = 500;

/**
 * The audio files that were added to the live session, in the order of the list. They are kept on disk, undecoded, in a folder
 * that `close` removes; that of a process that was killed is removed by `sweepUploads`. Main thread.
 */
export class FileList {
  /** Replaced, never changed in place. */
  files: readonly ListedFile[] = [];
  private folder: Promise<string> | null = null;
  private lastId = 0;

  /**
   * Takes a file into the list, at its end; its place on disk changes.
   * @throws TillerError `argument-invalid` where the list is full
   */
  async add(path: string, name: string): Promise<ListedFile> {
    if (this.files.length >= MAX_FILES)
      throw new TillerError('argument-invalid', `The list holds ${MAX_FILES} files.`, 'Remove some first.');
    const file = { id: ++this.lastId, name };
    this.folder ??= makeUploadFolder(tmpdir());
    await moveFile(path, join(await this.folder, String(file.id)));
    this.files = [...this.files, file];
    return file;
  }

  /** Where a file is on disk. @throws TillerError `file-missing` */
  async pathOf(id: number): Promise<string> {
    if (this.folder !== null && this.files.some((file) => file.id === id))
      return join(await this.folder, String(id));
    throw new TillerError('file-missing', 'There is no file to play yet.', 'Drop an audio file.');
  }

  /** Name of a file of the list, as the player knows it; empty where it is not there. */
  nameOf(id: number): string {
    return this.files.find((file) => file.id === id)?.name ?? '';
  }

  /** Removes a file from the list and from the disk; nothing where it is not there. */
  async remove(id: number): Promise<void> {
    if (!this.files.some((file) => file.id === id)) return;
    const path = await this.pathOf(id);
    this.files = this.files.filter((file) => file.id !== id);
    await rm(path, { force: true });
  }

  /** @param to its new place, from 0; beyond the end of the list, the last one */
  move(id: number, to: number): void {
    const moved = this.files.find((file) => file.id === id);
    if (moved === undefined) return;
    const others = this.files.filter((file) => file !== moved);
    this.files = [...others.slice(0, to), moved, ...others.slice(to)];
  }

  /**
   * The file that is `by` places after another one, from its end on from the beginning; the first or last one where that is not
   * in the list. Null where the list is empty.
   */
  neighbour(id: number | null, by: 1 | -1): number | null {
    const place = this.files.findIndex((file) => file.id === id);
    const from = place < 0 && by < 0 ? 0 : place;
    return this.files.at((from + by) % this.files.length)?.id ?? null;
  }

  /** The file that plays after another one; null where that goes on from its beginning. */
  after(id: number, order: PlayOrder, random: () => number = Math.random): number | null {
    const others = this.files.filter((file) => file.id !== id);
    if (order === 'repeat' || others.length === 0) return null;
    if (order === 'list') return this.neighbour(id, 1);
    return others[Math.floor(random() * others.length)]?.id ?? null;
  }

  /** Removes the folder with all files. */
  async close(): Promise<void> {
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
  }
}

/** Moves a file, also to another disk. */
async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    await copyFile(from, to);
  }
}
