import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WebSocket } from 'ws';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { TillerError } from '../../../src/document/tiller-error.js';
import { startServer, type RunningServer } from '../../../src/engine/http/server.js';
import { parameterValues } from '../../../src/document/parameter-values.js';
import { TELEMETRY } from '../../../src/protocol/interface-frames.js';
import { HELLO_PATH, SOCKET_PATH, SUBPROTOCOL } from '../../../src/protocol/interface.js';
import {
  FILE_NAME_HEADER,
  MAP_QUERY,
  PLACE_QUERY,
  RATE_QUERY,
  UPLOAD_PATHS,
} from '../../../src/protocol/uploads.js';
import { Bench, documentOf } from './rig.js';
import { Client, servicesOf } from './server-rig.js';

describe('the interface’s server', () => {
  let folder: string;
  let temporaryFolder: string;
  let bench: Bench;
  let server: RunningServer;
  const taken: string[] = [];
  const clients: Client[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-server-'));
    temporaryFolder = join(folder, 'uploads');
    await mkdir(temporaryFolder);
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title>');
    bench = new Bench(new PresetStore(join(folder, 'presets'), null));
    await bench.instrument.files.load(documentOf(3, 2), 'engine');
    server = await startServer(servicesOf(bench, taken), {
      kind: 'plugin',
      version: '9.9',
      pageFolder: folder,
      temporaryFolder,
    });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.socket.terminate();
  });
  afterAll(async () => {
    await server.close();
    await bench.instrument.close();
    await rm(folder, { recursive: true });
  });

  const connect = (
    { token = server.token, origin = `http://127.0.0.1:${server.port}`, path = SOCKET_PATH } = {},
    headers: Record<string, string> = {},
  ) => {
    const client = new Client(
      new WebSocket(`ws://127.0.0.1:${server.port}${path}`, [SUBPROTOCOL, `token.${token}`], {
        origin,
        headers,
      }),
    );
    clients.push(client);
    return client;
  };

  /** An HTTP request with any Host, which `fetch` would not send. */
  const ask = (
    path: string,
    {
      method = 'GET',
      headers = {},
      body = '',
    }: { method?: string; headers?: Record<string, string>; body?: string },
  ) =>
    new Promise<{ status: number; body: string; headers: Record<string, unknown> }>((resolve, reject) => {
      // A connection of its own: one that the server has just closed must not be used again.
      const target = { host: '127.0.0.1', port: server.port, path, method, headers, agent: false };
      const call = request(target, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: text, headers: answer.headers }),
        );
      });
      call.on('error', reject);
      call.end(body);
    });

  const own = () => ({
    authorization: `Bearer ${server.token}`,
    origin: `http://127.0.0.1:${server.port}`,
  });

  it('serves the page with a policy, to its own host names only, and nothing outside the folder', async () => {
    const page = await ask('/', {});
    expect(page.status).toBe(200);
    expect(page.body).toContain('<title>page</title>');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await ask('/../../etc/passwd', {})).status).toBe(404);
    expect((await ask('/', { method: 'POST' })).status).toBe(405);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/#token=${server.token}`);
  });

  it('sends a notice from before the first window to it, once', async () => {
    bench.instrument.notify(new TillerError('preset-invalid', 'The last session could not be read.'));
    // Longer than changes are collected.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const first = connect();
    await first.until(() => first.find('notice') !== undefined);
    expect(first.find('notice')).toMatchObject({ text: 'The last session could not be read.' });
    const second = connect();
    await second.until(() => second.find('welcome') !== undefined);
    second.ask(1, { type: 'release-all' });
    await second.until(() => second.find('done') !== undefined);
    expect(second.find('notice')).toBeUndefined();
  });

  it('ends the open gestures of a page that is closed', async () => {
    const gestures: [number, string][] = [];
    const stop = bench.instrument.subscribe((_, { origin, parameter }) => {
      if (parameter && parameter.gesture !== 'move')
        gestures.push([parameter.index, `${origin} ${parameter.gesture}`]);
    });
    const client = connect();
    await client.until(() => client.find('welcome') !== undefined);
    client.ask(1, { type: 'parameter', index: 17, value: 0.25, gesture: 'begin' });
    client.ask(2, { type: 'parameter', index: 18, value: 0.5, gesture: 'begin' });
    client.ask(3, { type: 'parameter', index: 18, value: 0.75, gesture: 'end' });
    await client.until(() => client.heard.some((said) => said.type === 'done' && said.request === 3));
    const gone = new Promise<void>((resolve) => {
      const end = bench.instrument.subscribe((_, { parameter }) => {
        if (parameter?.gesture !== 'end') return;
        end();
        resolve();
      });
    });
    client.socket.terminate();
    await gone;
    stop();
    expect(gestures).toEqual([
      [17, 'page begin'],
      [18, 'page begin'],
      [18, 'page end'],
      [17, 'page end'],
    ]);
    expect(parameterValues(bench.instrument.state.preset).slice(17, 19)).toEqual([0.25, 0.75]);
  });

  // A page that was closed during a sweep left its latent held.
  it('releases the latents that a closed page was moving, and only those', async () => {
    const client = connect();
    await client.until(() => client.heard.length > 0);
    client.ask(1, { type: 'hold', dimension: 0, value: 0.5, whileOpen: true });
    client.ask(2, { type: 'hold', dimension: 1, value: 0.25 });
    client.ask(3, { type: 'hold', dimension: 2, value: 0.75, whileOpen: true });
    client.ask(4, { type: 'hold', dimension: 2, value: 0.1 });
    await client.until(() => client.heard.filter(({ type }) => type === 'done').length === 4);
    expect(bench.instrument.state.holds).toEqual([0.5, 0.25, 0.1]);
    const released = new Promise<void>((resolve) => {
      const stop = bench.instrument.subscribe(() => {
        if (bench.instrument.state.holds[0] !== null) return;
        stop();
        resolve();
      });
    });
    client.socket.close();
    await released;
    expect(bench.instrument.state.holds).toEqual([null, 0.25, 0.1]);
    bench.instrument.heldLatents.releaseAll();
  });

  it('requires the token for everything but the page’s files', async () => {
    expect((await ask(HELLO_PATH, {})).status).toBe(401);
    expect((await ask(HELLO_PATH, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await ask(HELLO_PATH, { headers: own() })).status).toBe(204);
    expect((await ask('/download/preset?id=a', {})).status).toBe(401);
    expect((await ask('/download/preset?id=a', { headers: own() })).body).toBe('preset a');
    expect((await ask('/download/recording.csv', { headers: own() })).body).toBe('seconds,input1\n');
  });

  it.each([
    ['a wrong token', { token: 'x'.repeat(32) }, {}],
    ['no right origin', { origin: 'http://evil.example' }, {}],
    ['a foreign host', {}, { host: 'evil.example' }],
    ['another path', { path: '/elsewhere' }, {}],
  ])('refuses a socket with %s', async (_what, where, headers) => {
    const client = connect(where, headers);
    await client.until(() => client.closed !== null);
    expect(client.heard).toEqual([]);
  });

  it('sends a new window the whole state, then only changes', async () => {
    const client = connect();
    await client.until(() => client.heard.length > 0);
    const welcome = client.find('welcome');
    expect(welcome).toMatchObject({ kind: 'plugin', engine: '9.9' });
    expect(welcome?.slices.examples?.map(({ label }) => label)).toEqual(['sound 0', 'sound 1']);
    expect(welcome?.slices.steering?.dimensions).toHaveLength(3);

    client.ask(1, { type: 'parameter', index: 0, value: 0.25 });
    await client.until(() => client.find('state') !== undefined);
    expect(Object.keys(client.find('state')?.slices ?? {})).toEqual(['inputs']);
    expect(client.find('state')?.slices.inputs?.[0]?.value).toBe(0.25);
    expect(client.find('done')).toEqual({ type: 'done', request: 1, result: null });
  });

  it('updates two windows, and answers requests to their sender only', async () => {
    const [one, two] = [connect(), connect()];
    await one.until(() => one.heard.length > 0);
    await two.until(() => two.heard.length > 0);
    bench.sound([1, 2, 3]);
    one.ask(7, { type: 'capture', label: 'here' });
    await two.until(() => two.find('state')?.slices.examples?.length === 3);
    await one.until(() => one.find('done') !== undefined);
    const [, , captured] = bench.instrument.state.preset.examples;
    expect(one.find('done')?.result).toBe(captured?.id);
    expect(captured?.latents).toEqual([1, 2, 3]);
    expect(two.find('done')).toBeUndefined();
    one.ask(8, { type: 'undo' });
    await two.until(() =>
      two.heard.some((said) => said.type === 'state' && said.slices.examples?.length === 2),
    );
  });

  it('answers invalid commands with an error, and continues', async () => {
    const client = connect();
    await client.until(() => client.heard.length > 0);
    client.socket.send('{ not json');
    client.ask(2, { type: 'parameter', index: 999, value: 1 });
    client.ask(3, { type: 'open-preset', id: 'user/none' });
    client.ask(4, { type: 'play', playing: true });
    await client.until(() => client.heard.filter(({ type }) => type === 'failed').length === 4);
    const faults = client.heard.flatMap((said) =>
      said.type === 'failed' ? [[said.request, said.fault.code]] : [],
    );
    expect(faults).toEqual(
      expect.arrayContaining([
        [null, 'message-invalid'],
        [null, 'message-invalid'],
        [3, 'preset-missing'],
        [4, 'argument-invalid'],
      ]),
    );
    client.ask(5, { type: 'release-all' });
    await client.until(() => client.find('done') !== undefined);
  });

  it('closes the socket at a message that is too large, and at an unknown binary frame', async () => {
    const large = connect();
    await large.until(() => large.heard.length > 0);
    large.socket.send('x'.repeat(2 ** 20));
    await large.until(() => large.closed !== null);
    expect(large.closed).toBe(1009);
    const unexpected = connect();
    await unexpected.until(() => unexpected.heard.length > 0);
    unexpected.socket.send(Buffer.from([9, 9, 9]));
    await unexpected.until(() => unexpected.closed !== null);
    expect(unexpected.closed).toBe(1008);
  });

  it('sends telemetry as one binary frame', async () => {
    const client = connect();
    await client.until(() => client.heard.length > 0);
    bench.instrument.setParameter(1, 0.125, 'page');
    bench.sound([4, 5, 6]);
    await client.until(() => client.frame !== null);
    expect([...(client.frame?.decoded ?? [])]).toEqual([4, 5, 6]);
    expect(client.frame?.scalars[TELEMETRY.outputPeakRight]).toBe(-9);
    expect(client.frame?.scalars[TELEMETRY.faults]).toBe(3);
    // A beat and a half before the first bar.
    expect(client.frame?.scalars[TELEMETRY.beatOfBar]).toBe(2.5);
    expect(client.frame?.scalars[TELEMETRY.tempo]).toBe(90);
    expect(client.frame?.parameters[1]).toBe(0.125);
  });

  it('writes an upload to a temporary file and removes it, whatever the result', async () => {
    taken.length = 0;
    const send = (name: string, headers: Record<string, string> = own()) =>
      ask(UPLOAD_PATHS.model, {
        method: 'POST',
        headers: { ...headers, [FILE_NAME_HEADER]: encodeURIComponent(name) },
        body: 'weights',
      });
    const good = await send('good one.ts');
    expect([good.status, JSON.parse(good.body)]).toEqual([200, { type: 'done', result: 'ab'.repeat(32) }]);
    const [name, path = '', content] = taken;
    expect([name, dirname(dirname(path)), content]).toEqual(['good one.ts', temporaryFolder, 'weights']);
    expect(await readdir(temporaryFolder)).toEqual([]);

    // Status 200: browsers log any other status as an error. The message does not contain the temporary path.
    const refused = await send('bad.ts');
    expect(refused.status).toBe(200);
    expect(JSON.parse(refused.body)).toEqual({
      type: 'failed',
      fault: { code: 'not-a-model', message: 'bad.ts is no model.', hint: 'Choose another.' },
    });
    expect(await readdir(temporaryFolder)).toEqual([]);

    expect((await send('song.exe')).status).toBe(400);
    expect((await send('../../../evil.ts')).status).toBe(200);
    expect(taken[6]).toBe('evil.ts');
    expect((await send('good.ts', { authorization: own().authorization })).status).toBe(403);
    expect((await send('good.ts', { origin: own().origin })).status).toBe(401);
  });

  it('refuses a preset that is too large, by its header and by its bytes', async () => {
    const answer = await ask(UPLOAD_PATHS.preset, {
      method: 'POST',
      headers: { ...own(), [FILE_NAME_HEADER]: 'a.tiller', 'content-length': String(2 ** 31) },
    });
    expect(answer.status).toBe(413);
    expect(answer.body).toContain('archive-too-large');
  });

  // Regression: the connection was closed while the file was being sent, and the browser showed no reason.
  it('reads a refused upload to its end before it answers', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${UPLOAD_PATHS.model}`, {
      method: 'POST',
      headers: { ...own(), [FILE_NAME_HEADER]: 'song.exe' },
      body: new Uint8Array(24 * 2 ** 20),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('song.exe is not a file that can be imported here');
  });

  it('reports a full disk for an upload of any size', async () => {
    await rename(temporaryFolder, `${temporaryFolder}-gone`);
    const answer = await ask(UPLOAD_PATHS.model, {
      method: 'POST',
      headers: { ...own(), [FILE_NAME_HEADER]: 'good.ts' },
      // More than the connection's buffers: the answer arrives while it is still being sent.
      body: 'weights'.repeat(2 ** 20),
    });
    await rename(`${temporaryFolder}-gone`, temporaryFolder);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([200, { type: 'failed' }]);
  });

  it('does not start with a short token', async () => {
    const options = { kind: 'plugin', version: '1', token: 'short', pageFolder: folder } as const;
    await expect(startServer(servicesOf(bench, []), options)).rejects.toThrow('too short');
  });

  it('makes an example of audio that is uploaded with a place, and nothing where the place is none', async () => {
    const upload = (query: string) =>
      ask(`${UPLOAD_PATHS.audio}?${PLACE_QUERY}=${query}`, {
        method: 'POST',
        headers: { ...own(), [FILE_NAME_HEADER]: 'hit.wav' },
        body: 'sound',
      });
    expect((await upload('0.25,1')).status).toBe(200);
    expect(taken.slice(-2)).toEqual(['hit.wav', '0.25,1']);
    const before = taken.length;
    for (const wrong of ['', '0.5,', '2,0', 'x', Array(20).fill(0).join()])
      expect(JSON.parse((await upload(wrong)).body)).toMatchObject({
        type: 'failed',
        fault: { code: 'argument-invalid' },
      });
    expect(taken).toHaveLength(before);
  });

  it('imports a model with the sample rate that is given with it, and nothing where that is none', async () => {
    const upload = (query: string) =>
      ask(`${UPLOAD_PATHS.model}?${RATE_QUERY}=${query}`, {
        method: 'POST',
        headers: { ...own(), [FILE_NAME_HEADER]: 'good.ts' },
        body: 'weights',
      });
    expect(JSON.parse((await upload('44100')).body)).toMatchObject({ type: 'done' });
    expect(taken.slice(-2)).toEqual(['weights', '44100']);
    const before = taken.length;
    for (const wrong of ['', '44.1', '1e5', '-1', '7999', '192001', 'x'])
      expect(JSON.parse((await upload(wrong)).body)).toMatchObject({
        type: 'failed',
        fault: { code: 'argument-invalid' },
      });
    expect(taken).toHaveLength(before);
  });

  it('gathers audio for a map', async () => {
    const answer = await ask(`${UPLOAD_PATHS.audio}?${MAP_QUERY}`, {
      method: 'POST',
      headers: { ...own(), [FILE_NAME_HEADER]: 'hit.wav' },
      body: 'sound',
    });
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'done', result: null });
    expect(taken.slice(-2)).toEqual(['hit.wav', 'for a map']);
  });
});
