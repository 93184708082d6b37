import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSocket, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pageFiles } from '../../../src/engine/http/page-files.js';

/** More than the buffers of a connection. */
const LARGE = 64 * 1024 * 1024;

describe('the page’s files', () => {
  let folder: string;
  let server: Server;
  let files: Readable[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-page-'));
    await mkdir(join(folder, 'ui'));
    await mkdir(join(folder, 'ui-other'));
    await writeFile(join(folder, 'ui', 'index.html'), 'the page');
    await writeFile(join(folder, 'ui-other', 'secret'), 'secret');
    files = [];
    const serve = pageFiles(join(folder, 'ui'), (response) => response.writeHead(404).end());
    server = createServer((asked, response) => {
      response.on('pipe', (file: Readable) => files.push(file));
      serve(asked, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  const ask = async (path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> => {
    const { port } = server.address() as AddressInfo;
    const asking = request({ host: '127.0.0.1', port, path, headers, agent: false }).end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    return answer;
  };
  const text = async (answer: IncomingMessage): Promise<string> => {
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    return Buffer.concat(parts).toString();
  };

  // Regression: sirv threw at the first two, which ended the engine. Any web page can send the second one.
  it.each(['bytes=5-2', 'bytes=0-9007199254740993', 'bytes=2-', 'bytes=-', 'all'])(
    'are sent whole, whatever part is asked for: %s',
    async (range) => {
      const answer = await ask('/', { range });
      expect([answer.statusCode, await text(answer)]).toEqual([200, 'the page']);
    },
  );

  it.each([
    '/../ui-other/secret',
    '/..%2fui-other/secret',
    '/%2e%2e/ui-other/secret',
    '/..\\ui-other\\secret',
  ])('are all that is served: not %s', async (path) => {
    const answer = await ask(path);
    expect([answer.statusCode, await text(answer)]).toEqual([404, '']);
  });

  // Regression: an error of the file stream had no listener, which ended the engine.
  it('end the response where a file cannot be read', async () => {
    const socket = createSocket().listen(join(folder, 'ui', 'main.js'));
    await once(socket, 'listening');
    await expect(ask('/main.js').then(text)).rejects.toThrow();
    socket.close();
    expect(await text(await ask('/'))).toBe('the page');
  });

  // Regression: the file stayed open, until the engine had no handles left.
  it('are closed where the client disconnects', async () => {
    await writeFile(join(folder, 'ui', 'main.js'), Buffer.alloc(LARGE));
    const answer = await ask('/main.js');
    const [file] = files;
    answer.destroy();
    if (file?.closed === false) await once(file, 'close');
    expect(file?.closed).toBe(true);
  });
});
