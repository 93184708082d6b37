import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { serveInstrument, type RunningInterface } from '../../../src/engine/app/live-app.js';
import { openControllers } from '../../../src/engine/app/player-controllers.js';
import { ControllerMapFile } from '../../../src/engine/persistence/controller-map.js';
import { SOCKET_PATH } from '../../../src/protocol/interface.js';
import { Bench } from './rig.js';

/** Requests without a token must not end the engine. */
describe('requests without a token', () => {
  let folder: string;
  let bench: Bench;
  let server: RunningInterface;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-strangers-'));
    await writeFile(join(folder, 'index.html'), 'the page');
    bench = new Bench(new PresetStore(join(folder, 'presets'), null));
    const none = () => Promise.resolve(null);
    server = await serveInstrument(bench.instrument, {
      kind: 'plugin',
      version: '1',
      presets: bench.presets,
      playerControllers: openControllers(bench.instrument, bench.presets, null, new ControllerMapFile(null)),
      models: {
        find: none,
        list: () => Promise.resolve([]),
        owns: () => true,
        import: () => Promise.reject(new Error('nothing is imported here')),
        remove: () => Promise.resolve(),
        restore: () => Promise.resolve(),
        trashed: () => Promise.resolve([]),
        emptyTrash: () => Promise.resolve(),
      },
      bundledModelsFolder: null,
      pageFolder: folder,
      temporaryFolder: folder,
    });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    expect(await send(asking('/'))).toContain('the page');
  });
  afterAll(async () => {
    await server.close();
    await bench.instrument.close();
    await rm(folder, { recursive: true });
  });

  const open = (then: (socket: Socket) => void = () => undefined): Socket => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }, () => then(socket));
    socket.on('error', () => undefined);
    sockets.push(socket);
    return socket;
  };
  /** Sends raw text; resolves to the answer when the engine has ended the connection. */
  const send = (text: string) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = open(() => socket.write(text));
      socket.on('data', (part) => (answer += part.toString('latin1')));
      for (const end of ['end', 'close']) socket.on(end, () => resolve(answer));
    });
  const lines = (...parts: string[]) => [...parts, '', ''].join('\r\n');
  const asking = (path: string, ...headers: string[]) =>
    lines(`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, 'Connection: close', ...headers);
  const upgrading = (path: string, host = `127.0.0.1:${server.port}`) =>
    lines(
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    );
  const status = async (text: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(await send(text))?.[1]);

  // Regression: the first two are no valid URLs, which ended the engine. Any web page can request them.
  it.each(['//', 'http://', '///hello', '/%', '/%00', '*', '/\\hello'])(
    'ends nothing: a path such as %s',
    async (path) => {
      expect([200, 404]).toContain(await status(asking(path)));
      expect(await status(upgrading(path))).toBe(404);
      expect(await status(upgrading(path, 'evil.example'))).toBe(404);
    },
  );

  it.each([
    ['no request', '\0\r\n\r\n', 400],
    ['a request without a host', lines('GET / HTTP/1.1'), 400],
    ['endless headers', lines('GET / HTTP/1.1', `x: ${'x'.repeat(32_768)}`), 431],
    ['an expectation', lines('GET / HTTP/1.1', 'host: a', 'expect: more', 'connection: close'), 417],
  ])('ends nothing: %s', async (_what, text, answer) => {
    expect(await status(text)).toBe(answer);
  });

  // Regression: Node removes its error listener from a socket that is upgraded, and a reset ended the engine.
  it('may reset the socket while they are refused', async () => {
    for (let i = 0; i < 50; i++) {
      await new Promise<void>((resolve) => {
        const socket = open(() => {
          socket.write(upgrading(SOCKET_PATH));
          if (i % 2 === 0) socket.resetAndDestroy();
          else setImmediate(() => socket.resetAndDestroy());
        });
        socket.on('close', () => resolve());
      });
    }
  });

  // Regression: only its own end was closed, and each refusal kept a handle.
  it('are refused with a closed socket, even if the client keeps its end open', async () => {
    const socket = open(() => socket.write(upgrading(SOCKET_PATH)));
    socket.resume();
    await new Promise((resolve) => socket.on('end', resolve));
    const gone = new Promise((resolve) => socket.on('close', resolve));
    const sending = setInterval(() => socket.write('more'), 1);
    await gone;
    clearInterval(sending);
  });

  // Regression: a few hundred connections took all handles of the process, and the next file that was opened ended the engine.
  it('are limited in number', async () => {
    let ended = 0;
    await new Promise<void>((resolve) => {
      for (let i = 0; i < 200; i++)
        open()
          .resume()
          .on('end', () => {
            if (++ended === 200 - 128) resolve();
          });
    });
    for (const socket of sockets.splice(0)) socket.destroy();
    // Until the engine has closed them.
    for (let tries = 0; tries < 1000 && (await send(asking('/'))) === ''; tries++);
  });
});
