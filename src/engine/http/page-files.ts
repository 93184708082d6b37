import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import sirv from 'sirv';

/**
 * Serves the files of the built page to anyone on this machine. sirv throws at some ranges that are asked for, and forgets
 * the file that it sends: one that cannot be read would end the engine, one that nobody waits for would stay open.
 * @param missing answers where there is no such file
 */
export function pageFiles(folder: string, missing: (response: ServerResponse) => void) {
  const serve = sirv(folder, { dev: true, single: false });
  return (request: IncomingMessage, response: ServerResponse): void => {
    // The page asks for whole files.
    delete request.headers.range;
    response.on('pipe', (file: Readable) => {
      file.on('error', () => response.destroy());
      response.on('close', () => file.destroy());
    });
    try {
      serve(request, response, () => missing(response));
    } catch {
      response.destroy();
    }
  };
}
