import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  FILE_NAME_HEADER,
  UPLOAD_ENDINGS,
  UPLOAD_LIMITS,
  type UploadAnswer,
  type UploadKind,
  uploadKindOf,
} from '../../protocol/uploads.js';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError } from '../system/file-error.js';
import { makeUploadFolder } from '../system/upload-folders.js';

/** The header's file name without folders; empty where it is missing or not a valid URI component. */
function decodedName(header: string | string[] | undefined): string {
  try {
    return basename(decodeURIComponent(typeof header === 'string' ? header : ''));
  } catch {
    return '';
  }
}

function fileName(request: IncomingMessage, kind: UploadKind): string {
  const name = decodedName(request.headers[FILE_NAME_HEADER]);
  if (name === '' || name.length > 255) {
    throw new TillerError('argument-invalid', 'The file has no valid name.', 'Rename the file.');
  }
  // Before the file is sent completely.
  if (uploadKindOf(name) !== kind) {
    throw new TillerError(
      'argument-invalid',
      `${name} is not a file that can be imported here.`,
      `Choose a file that ends in ${UPLOAD_ENDINGS[kind].join(', ')}.`,
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

/** The request's body, up to the limit. The request stays open for the response that names the error. */
async function* bounded(request: IncomingMessage, kind: UploadKind): AsyncGenerator<Buffer> {
  let received = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > UPLOAD_LIMITS[kind]) throw tooLarge(kind);
    yield chunk;
  }
}

/**
 * Streams the body of an upload to a temporary file, passes that to `importFile`, and removes it afterwards. The size is
 * bounded by the bytes received, whatever the headers say.
 * @param importFile resolves to the result of the upload, see `UploadAnswer`
 * @returns the outcome; a file that cannot be imported is one
 * @throws TillerError where the request is wrong: `argument-invalid` for its name, `archive-too-large`
 */
export async function receiveUpload(
  request: IncomingMessage,
  kind: UploadKind,
  temporaryFolder: string,
  importFile: (path: string, fileName: string) => Promise<string | null>,
): Promise<UploadAnswer> {
  const name = fileName(request, kind);
  if (Number(request.headers['content-length'] ?? 0) > UPLOAD_LIMITS[kind]) throw tooLarge(kind);
  let folder: string | null = null;
  let path = name;
  try {
    try {
      folder = await makeUploadFolder(temporaryFolder);
      path = join(folder, name);
      await pipeline(bounded(request, kind), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } catch (error) {
      throw fromFileError(error, name);
    }
    return { type: 'done', result: await importFile(path, name) };
  } catch (error) {
    if (!(error instanceof TillerError) || error.code === 'archive-too-large') throw error;
    const fault = error.toJSON();
    // The player knows the file's name, not its temporary path.
    return { type: 'failed', fault: { ...fault, message: fault.message.replaceAll(path, name) } };
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

/** Most bytes of a refused upload that are read and dropped. */
const MAX_DRAINED_BYTES = 256 * 2 ** 20;
/** A client that sends nothing for this long is not waited for. */
const DRAIN_IDLE_MILLISECONDS = 1000;

/**
 * Reads and drops the rest of a refused request, within bounds. Browsers show an answer only once they have sent the whole
 * body: of a connection that is closed before, they report nothing but its end.
 */
export function drain(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let dropped = 0;
    const end = () => {
      clearTimeout(timer);
      request.off('data', drop);
      for (const event of ['end', 'error', 'close']) request.off(event, end);
      resolve();
    };
    const drop = (chunk: Buffer) => {
      dropped += chunk.length;
      if (dropped > MAX_DRAINED_BYTES) end();
      else timer.refresh();
    };
    const timer = setTimeout(end, DRAIN_IDLE_MILLISECONDS);
    for (const event of ['end', 'error', 'close']) request.once(event, end);
    request.on('data', drop);
  });
}
