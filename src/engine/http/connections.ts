import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE_STOPPED } from '../../protocol/interface.js';

/** A page that does not answer the end of its socket is cut off after this. */
const CLOSE_MILLISECONDS = 500;

/** Listens on one address. @returns the port @throws errors of the system, such as `EADDRINUSE` */
export function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    // Rejecting has no effect on later errors, such as a connection that could not be accepted.
    server.on('error', reject);
    server.listen(port, address, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Ends a request without an answer but its status. */
export function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}

/** Ends a connection that asked for a socket. @param status code and text, as in "403 Forbidden" */
export function refuseUpgrade(socket: Duplex, status: string): void {
  // The client may never close its end.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Informs a page that the engine stops, so that it does not wait for another one. */
export async function endSocket(socket: WebSocket): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const timer = setTimeout(() => socket.terminate(), CLOSE_MILLISECONDS);
  socket.close(CLOSE_STOPPED, 'stopped');
  await closed;
  clearTimeout(timer);
}
