import { createServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { HELLO_PATH, SOCKET_PATH, SUBPROTOCOL } from '../../protocol/interface.js';
import { endSocket, listen, refuse, refuseUpgrade } from './connections.js';
import {
  bearer,
  hostAllowed,
  offeredToken,
  originAllowed,
  pathOf,
  sameToken,
  securityHeaders,
} from './guard.js';
import { pageFiles } from './page-files.js';

/** Decks at a time. */
export const MAX_DECKS = 4;
/** Connections of any kind: browsers open several for the page's files. */
const MAX_CONNECTIONS = 32;
/** Longest command of a deck, in bytes. */
const MAX_DECK_COMMAND_BYTES = 4096;
/** A request must have come within this: a slow one holds a connection. */
const REQUEST_MILLISECONDS = 10_000;

export interface DeckServerOptions {
  /** IPv4 address of this machine to listen on. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token: string;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** Takes a deck that has shown the token. */
  readonly onDeck: (socket: WebSocket) => void;
  /** Called when a deck has come or gone. */
  readonly onChange: () => void;
}

export interface DeckServer {
  readonly port: number;
  /** Connected decks. */
  readonly decks: number;
  close(): Promise<void>;
}

/**
 * Serves the page's files and the socket of decks on an address of the network: no uploads, no downloads. A request must name
 * that address as its host, so that another site's name that points here (DNS rebinding) is refused, and a socket must come
 * from the page that was served there and show the token. Main thread.
 * @throws errors of the system, such as `EADDRINUSE` and `EADDRNOTAVAIL`
 */
export async function startDeckServer(options: DeckServerOptions): Promise<DeckServer> {
  const { address, token, pageFolder, onDeck, onChange } = options;
  let names: string[] = [];
  const files = pageFiles(pageFolder, (response) => refuse(response, 404));

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(securityHeaders(names))) response.setHeader(name, value);
    // Browsers ignore it where the connection is not encrypted, with an error in the console.
    response.removeHeader('cross-origin-opener-policy');
    if (!hostAllowed(request, names)) return refuse(response, 403);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    if (pathOf(request) !== HELLO_PATH) return files(request, response);
    if (!sameToken(bearer(request), token)) return refuse(response, 401);
    response.writeHead(204).end();
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = REQUEST_MILLISECONDS;
  server.requestTimeout = REQUEST_MILLISECONDS;

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_DECK_COMMAND_BYTES,
    handleProtocols: () => SUBPROTOCOL,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request, socket, head) => {
    // As in `startServer`.
    socket.on('error', () => socket.destroy());
    if (pathOf(request) !== SOCKET_PATH) return refuseUpgrade(socket, '404 Not Found');
    if (!hostAllowed(request, names) || !originAllowed(request, names))
      return refuseUpgrade(socket, '403 Forbidden');
    if (!sameToken(offeredToken(request), token)) return refuseUpgrade(socket, '401 Unauthorized');
    if (sockets.clients.size >= MAX_DECKS) return refuseUpgrade(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (open) => {
      open.on('close', onChange);
      onDeck(open);
      onChange();
    });
  });

  const port = await listen(server, address, options.port);
  names = [`${address}:${port}`];
  return {
    port,
    get decks() {
      return sockets.clients.size;
    },
    close: async () => {
      await Promise.all([...sockets.clients].map(endSocket));
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
