import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { MAX_COMMAND_BYTES } from '../../protocol/interface-commands.js';
import { audioFrameBytes, MAX_MICROPHONE_FRAMES } from '../../protocol/interface-frames.js';
import { HELLO_PATH, SOCKET_PATH, SUBPROTOCOL } from '../../protocol/interface.js';
import {
  DOWNLOAD_PATHS,
  MAP_QUERY,
  PLACE_QUERY,
  RATE_QUERY,
  SLOT_QUERY,
  UPLOAD_PATHS,
  type UploadKind,
} from '../../protocol/uploads.js';
import { MAX_INPUTS, MAX_RATE, MIN_MODEL_RATE } from '../../document/limits.js';
import { formatNpy, readNpy } from '../audio/npy.js';
import { TillerError } from '../../document/tiller-error.js';
import { endSocket, listen, refuse, refuseUpgrade } from './connections.js';
import {
  bearer,
  hostAllowed,
  loopbackNames,
  newToken,
  offeredToken,
  originAllowed,
  pathOf,
  queryOf,
  sameToken,
  securityHeaders,
} from './guard.js';
import { Hub } from './hub.js';
import { pageFiles } from './page-files.js';
import type { PageServices } from './page-services.js';
import { drain, receiveUpload } from './uploads.js';
import { systemCode } from '../system/file-error.js';
import { sweepUploads } from '../system/upload-folders.js';
import { DECK_ROLE, PAGE_ROLE } from './window-role.js';
import { toFault } from './window.js';

export interface ServerOptions {
  kind: 'live' | 'plugin';
  /** TCP port on loopback; 0 or left out chooses a free one. */
  port?: number;
  /** Token that pages must send; left out, a new one is made. A supervisor passes the previous one so that pages reconnect. */
  token?: string;
  /** Folder of the built page. */
  pageFolder?: string;
  /** Folder of uploads until they are imported; left out, the system's temporary folder. */
  temporaryFolder?: string;
  /** Version of the engine, for the page's status line. */
  version: string;
}

export interface RunningServer {
  readonly port: number;
  readonly token: string;
  /** Address of the page; the token is in the fragment, which browsers do not send and servers do not log. */
  readonly url: string;
  close(): Promise<void>;
}

const MAX_WINDOWS = 16;
/** Connections of any kind; leaves file handles for the engine's own files. */
const MAX_CONNECTIONS = 128;
/** Shortest token, in characters. */
const MIN_TOKEN_LENGTH = 16;
/** Folder of the built page. */
export const PAGE_FOLDER = fileURLToPath(new URL('../ui', import.meta.url));

/**
 * Serves the page, its files and its socket on loopback. Main thread.
 * @throws TillerError `argument-invalid` where the port is in use or the token too short
 */
export async function startServer(services: PageServices, options: ServerOptions): Promise<RunningServer> {
  const token = options.token ?? newToken();
  if (token.length < MIN_TOKEN_LENGTH) {
    throw new TillerError('argument-invalid', 'The token is too short to be safe.', 'Leave it out.');
  }
  const hub = new Hub(services, options.kind, options.version);
  const files = pageFiles(options.pageFolder ?? PAGE_FOLDER, (response) => refuse(response, 404));
  const answering = new Set<Promise<void>>();
  let names: string[] = [];
  const temporaryFolder = options.temporaryFolder ?? tmpdir();
  void sweepUploads(temporaryFolder);

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(securityHeaders(names))) response.setHeader(name, value);
    if (!hostAllowed(request, names)) return refuse(response, 403);
    const path = pathOf(request);
    const guarded = path === HELLO_PATH || path.startsWith('/upload/') || path.startsWith('/download/');
    if (!guarded) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
      return files(request, response);
    }
    if (!sameToken(bearer(request), token)) return refuse(response, 401);
    const answered = answer(services, path, request, response, { names, temporaryFolder })
      .catch(async (error: unknown) => {
        await drain(request);
        if (response.headersSent) response.destroy();
        else sendJson(response, statusOf(error), toFault(error));
      })
      .finally(() => answering.delete(answered));
    answering.add(answered);
  });

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: Math.max(MAX_COMMAND_BYTES, audioFrameBytes(2, MAX_MICROPHONE_FRAMES)),
    handleProtocols: () => SUBPROTOCOL,
    perMessageDeflate: false,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('upgrade', (request, socket, head) => {
    // Node removes its own error handler from a socket that is upgraded: a reset would end the engine.
    socket.on('error', () => socket.destroy());
    const path = pathOf(request);
    const refusal =
      path !== SOCKET_PATH
        ? '404 Not Found'
        : !hostAllowed(request, names) || !originAllowed(request, names)
          ? '403 Forbidden'
          : !sameToken(offeredToken(request), token)
            ? '401 Unauthorized'
            : hub.size >= MAX_WINDOWS
              ? '503 Service Unavailable'
              : null;
    if (refusal !== null) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (open) => hub.add(open, PAGE_ROLE));
  });
  services.networkDeck.onDeck = (socket) => hub.add(socket, DECK_ROLE);

  const port = await listen(server, '127.0.0.1', options.port ?? 0).catch((error: unknown) => {
    if (systemCode(error) !== 'EADDRINUSE') throw error;
    throw new TillerError(
      'argument-invalid',
      `Port ${options.port ?? 0} is in use by another program.`,
      'Leave the port out to use a free one.',
    );
  });
  names = loopbackNames(port);
  return {
    port,
    token,
    url: `http://127.0.0.1:${port}/#token=${token}`,
    close: async () => {
      hub.close();
      await Promise.all([...sockets.clients].map(endSocket));
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      // Uploads remove their files before they settle.
      await Promise.all(answering);
    },
  };
}

async function answer(
  services: PageServices,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { names, temporaryFolder }: { names: readonly string[]; temporaryFolder: string },
): Promise<void> {
  if (request.method === 'GET') {
    if (path === HELLO_PATH) return void response.writeHead(204).end();
    if (path === DOWNLOAD_PATHS.csv) return sendFile(response, 'text/csv', services.recorder.csv());
    if (path === DOWNLOAD_PATHS.midi) return sendFile(response, 'audio/midi', services.recorder.midi());
    if (path === DOWNLOAD_PATHS.preset) {
      const id = queryOf(request).get('id') ?? '';
      return sendFile(response, 'application/json', await services.presets.export(id));
    }
    if (path === DOWNLOAD_PATHS.loop) {
      const loop = services.instrument.loops.export(slotOf(queryOf(request)));
      return sendFile(response, 'application/octet-stream', formatNpy(loop));
    }
    return refuse(response, 404);
  }
  if (request.method !== 'POST') return refuse(response, 405);
  if (!originAllowed(request, names)) return refuse(response, 403);
  const kind = (Object.keys(UPLOAD_PATHS) as UploadKind[]).find((name) => UPLOAD_PATHS[name] === path);
  if (kind === undefined) return refuse(response, 404);
  const uploaded = await receiveUpload(request, kind, temporaryFolder, (file, name) =>
    importUpload(services, kind, file, name, queryOf(request)),
  );
  // A disk that is full refuses an upload before its end, too.
  await drain(request);
  sendJson(response, 200, uploaded);
}

async function importUpload(
  services: PageServices,
  kind: UploadKind,
  path: string,
  name: string,
  query: URLSearchParams,
): Promise<string | null> {
  const place = query.get(PLACE_QUERY);
  if (kind === 'audio' && place !== null) {
    await services.mapMaker.addSound(path, name, placeOf(place));
    return null;
  }
  if (kind === 'audio' && query.has(MAP_QUERY)) {
    await services.mapMaker.gather(path, name);
    return null;
  }
  if (kind === 'model') return services.models.import(path, name, rateOf(query.get(RATE_QUERY)));
  if (kind === 'preset') return services.presets.import(path);
  if (kind === 'loop') {
    services.instrument.loops.import(slotOf(query), name.replace(/\.npy$/i, ''), await readNpy(path));
    return null;
  }
  if (services.live === null) {
    throw new TillerError(
      'argument-invalid',
      'Inside a host, the host plays the audio.',
      'Drop the file on a track.',
    );
  }
  return String(await services.live.addFile(path, name));
}

/** The value of `PLACE_QUERY`. @throws TillerError `argument-invalid` */
function placeOf(text: string): number[] {
  const values = text.split(',').map(Number);
  const isPlace = values.length <= MAX_INPUTS && values.every((value) => value >= 0 && value <= 1);
  if (isPlace && !/(^|,)\s*(,|$)/.test(text)) return values;
  throw new TillerError('argument-invalid', 'The example’s place is not one value from 0 to 1 per input.');
}

/** The value of `SLOT_QUERY`; NaN, which no slot has, where it is no number. */
const slotOf = (query: URLSearchParams): number => Number.parseInt(query.get(SLOT_QUERY) ?? '', 10);

/** The value of `RATE_QUERY` in Hz; undefined where there is none. @throws TillerError `argument-invalid` */
function rateOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const rate = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (rate >= MIN_MODEL_RATE && rate <= MAX_RATE) return rate;
  throw new TillerError(
    'argument-invalid',
    'The model’s sample rate is not a whole number of Hz.',
    `Give a rate from ${MIN_MODEL_RATE} to ${MAX_RATE} Hz.`,
  );
}

/** HTTP status for an error in a request. */
function statusOf(error: unknown): number {
  if (!(error instanceof TillerError)) return 500;
  return error.code === 'archive-too-large' ? 413 : 400;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    // The rest of a refused request is not read.
    ...(status === 200 ? {} : { connection: 'close' }),
  });
  response.end(JSON.stringify(body));
}

function sendFile(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response.writeHead(200, { 'content-type': type, 'content-disposition': 'attachment' });
  response.end(body);
}
