import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  FILE_NAME_HEADER,
  UPLOAD_LIMITS,
  type UploadAnswer,
  type UploadKind,
} from '../../protocol/interface.js';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError, systemCode } from '../system/file-error.js';

/** Endings that each kind of upload takes, so that a wrong drop is refused before it is sent whole. */
const ENDINGS: Readonly<Record<UploadKind, readonly string[]>> = {
  model: ['.ts'],
  preset: ['.tiller', '.json'],
  audio: ['.wav', '.aif', '.aiff', '.flac'],
};

/** An upload lies in a folder of its own; the number of the process that took it in follows. */
const PREFIX = 'tiller-upload-';

function fileName(request: IncomingMessage, kind: UploadKind): string {
  const header = request.headers[FILE_NAME_HEADER];
  let name = '';
  try {
    name = basename(decodeURIComponent(typeof header === 'string' ? header : ''));
  } catch {
    name = '';
  }
  if (name === '' || name.length > 255) {
    throw new TillerError('argument-invalid', 'The file has no name that can be read.', 'Rename the file.');
  }
  if (!ENDINGS[kind].some((ending) => name.toLowerCase().endsWith(ending))) {
    throw new TillerError(
      'argument-invalid',
      `${name} is not a file that can be taken here.`,
      `Choose a file that ends in ${ENDINGS[kind].join(', ')}.`,
    );
  }
  return name;
}

const tooLarge = (kind: UploadKind) =>
  new TillerError(
    'archive-too-large',
    `The file is larger than ${Math.round(UPLOAD_LIMITS[kind] / 2 ** 20)} MiB.`,
    'Choose a smaller file.',
  );

/** What arrives, up to the limit. The request outlives it: its answer says what went wrong. */
async function* bounded(request: IncomingMessage, kind: UploadKind): AsyncGenerator<Buffer> {
  let received = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > UPLOAD_LIMITS[kind]) throw tooLarge(kind);
    yield chunk;
  }
}

/**
 * Streams the body of an upload to a file of its own, hands that to `take`, and removes it afterwards.
 * The size is bounded by what arrives, whatever the headers say.
 * @param temporaryFolder where the file lies meanwhile
 * @returns what came of the file, and if it is only that it cannot be kept
 * @throws TillerError where the request is at fault: `argument-invalid` for its name, `archive-too-large`
 */
export async function receiveUpload(
  request: IncomingMessage,
  kind: UploadKind,
  temporaryFolder: string,
  take: (path: string, fileName: string) => Promise<string | null>,
): Promise<UploadAnswer> {
  const name = fileName(request, kind);
  if (Number(request.headers['content-length'] ?? 0) > UPLOAD_LIMITS[kind]) throw tooLarge(kind);
  let folder: string | null = null;
  let path = name;
  try {
    try {
      folder = await mkdtemp(join(temporaryFolder, `${PREFIX}${process.pid}-`));
      path = join(folder, name);
      await pipeline(bounded(request, kind), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } catch (error) {
      throw fromFileError(error, name);
    }
    return { type: 'done', result: await take(path, name) };
  } catch (error) {
    if (!(error instanceof TillerError) || error.code === 'archive-too-large') throw error;
    const fault = error.toJSON();
    // The player knows the file by its name, not by the place it was put in.
    return { type: 'failed', fault: { ...fault, message: fault.message.replaceAll(path, name) } };
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes uploads that an engine left behind when it was killed: those whose name has the number of a process that is no
 * more. What cannot be removed is somebody else's.
 */
export async function sweepUploads(temporaryFolder: string): Promise<void> {
  const names = await readdir(temporaryFolder).catch(() => []);
  for (const name of names) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-\\w{6}$`).exec(name) ?? [];
    if (pid === undefined || lives(Number(pid))) continue;
    await rm(join(temporaryFolder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}
