import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import sirv from 'sirv';

/**
 * Serves the files of the built page to anyone on this machine. Works around sirv: it throws for some requested ranges, does
 * not handle errors of the file stream (which would end the engine), and does not close it when the client disconnects.
 * @param missing answers a request for a file that does not exist
 */
export function pageFiles(folder: string, missing: (response: ServerResponse) => void) {
  const serve = sirv(folder, { dev: true, single: false });
  return (request: IncomingMessage, response: ServerResponse): void => {
    // The page requests whole files only.
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
