import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FILE_NAME_HEADER, UPLOAD_LIMITS, type UploadKind } from '../../protocol/interface.js';
import { fromFileError, TillerError } from '../errors.js';

/** Endings that each kind of upload takes, so that a wrong drop is refused before it is sent whole. */
const ENDINGS: Readonly<Record<UploadKind, readonly string[]>> = {
  model: ['.ts'],
  preset: ['.tiller', '.json'],
  audio: ['.wav', '.aif', '.aiff', '.flac'],
};

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

/**
 * Streams the body of an upload to a file of its own, hands that to `take`, and removes it afterwards.
 * The size is bounded by what arrives, whatever the headers say.
 */
export async function receiveUpload(
  request: IncomingMessage,
  kind: UploadKind,
  take: (path: string, fileName: string) => Promise<void>,
): Promise<void> {
  const name = fileName(request, kind);
  if (Number(request.headers['content-length'] ?? 0) > UPLOAD_LIMITS[kind]) throw tooLarge(kind);
  const folder = await mkdtemp(join(tmpdir(), 'tiller-upload-'));
  const path = join(folder, name);
  let received = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      received += chunk.length;
      if (received > UPLOAD_LIMITS[kind]) next(tooLarge(kind));
      else next(null, chunk);
    },
  });
  try {
    try {
      await pipeline(request, bound, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } catch (error) {
      throw fromFileError(error, name);
    }
    await take(path, name);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
