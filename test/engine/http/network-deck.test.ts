import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { MAX_DECKS } from '../../../src/engine/http/deck-server.js';
import { NetworkDeck } from '../../../src/engine/http/network-deck.js';
import { startServer, type RunningServer } from '../../../src/engine/http/server.js';
import { DECK_ROLE } from '../../../src/engine/http/window-role.js';
import { DeckFile } from '../../../src/engine/persistence/stored-deck.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { commandSchema, type Command } from '../../../src/protocol/interface-commands.js';
import { HELLO_PATH, SOCKET_PATH, SUBPROTOCOL } from '../../../src/protocol/interface.js';
import { Bench, documentOf } from './rig.js';
import { Client, servicesOf } from './server-rig.js';

/** Every machine has it, in a network or not. */
const ADDRESS = '127.0.0.1';

describe('the deck in the network', () => {
  let folder: string;
  let bench: Bench;
  let deck: NetworkDeck;
  let server: RunningServer;
  const clients: Client[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-deck-'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title>');
    bench = new Bench(new PresetStore(join(folder, 'presets'), null));
    await bench.instrument.files.load(documentOf(3, 2), 'engine');
    deck = new NetworkDeck(folder, null, () => [ADDRESS]);
    const services = { ...servicesOf(bench, []), networkDeck: deck };
    server = await startServer(services, { kind: 'live', version: '9.9', pageFolder: folder });
  });
  beforeEach(() => deck.set({ on: true }));
  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.terminate();
    await deck.set({ on: false });
  });
  afterAll(async () => {
    await server.close();
    await deck.close();
    await bench.instrument.close();
    await rm(folder, { recursive: true });
  });

  const opened = () => {
    const { host, hash, origin } = new URL(deck.state.url ?? 'the deck is off');
    return { host, origin, token: new URLSearchParams(hash.slice(1)).get('token') ?? '' };
  };
  const connect = (
    { token = opened().token, origin = opened().origin, path = SOCKET_PATH } = {},
    headers: Record<string, string> = {},
  ) => {
    const client = new Client(
      new WebSocket(`ws://${opened().host}${path}`, [SUBPROTOCOL, `token.${token}`], { origin, headers }),
    );
    clients.push(client);
    return client;
  };
  const welcomed = async (client = connect()) => {
    await client.until(() => client.heard.length > 0);
    return client;
  };
  const status = async (path: string, init: RequestInit = {}) =>
    (await fetch(opened().origin + path, init)).status;
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it('is off until it is switched on, and off again', async () => {
    const { origin } = opened();
    expect(deck.state).toMatchObject({ on: true, canKeep: false, address: ADDRESS, error: null });
    await deck.set({ on: false });
    expect(deck.state).toMatchObject({ on: false, url: null, decks: 0 });
    await expect(fetch(origin)).rejects.toThrow();
    expect(new NetworkDeck(folder, null, () => [ADDRESS]).state.on).toBe(false);
  });

  it('lets in whoever has the token, until it is switched off and on', async () => {
    const client = await welcomed();
    expect(deck.state.decks).toBe(1);
    const { token } = opened();
    expect(token).toHaveLength(32);
    await deck.set({ on: false });
    await client.until(() => client.closed !== null);
    await deck.set({ on: true });
    expect(opened().token).not.toBe(token);
    expect(await status(HELLO_PATH, bearer(token))).toBe(401);
    expect(await status(HELLO_PATH, bearer(opened().token))).toBe(204);
    const old = connect({ token });
    await old.until(() => old.closed !== null);
    expect(old.heard).toEqual([]);
    await welcomed();
  });

  it.each([
    ['no token', { token: '' }, {}],
    ['the token of the page', { token: 'page' }, {}],
    ['another origin', { origin: 'http://evil.example' }, {}],
    ['the origin of the page', { origin: 'loopback' }, {}],
    ['another host, as after DNS rebinding', {}, { host: 'evil.example:7874' }],
    ['another path', { path: '/elsewhere' }, {}],
  ])('refuses a socket with %s', async (_what, where, headers) => {
    const loopback = `http://localhost:${server.port}`;
    const filled = {
      ...where,
      ...('token' in where && where.token === 'page' ? { token: server.token } : {}),
      ...('origin' in where && where.origin === 'loopback' ? { origin: loopback } : {}),
    };
    const client = connect(filled, headers);
    await client.until(() => client.closed !== null);
    expect(client.heard).toEqual([]);
    expect(deck.state.decks).toBe(0);
  });

  it('serves the page’s files, and neither takes nor gives others', async () => {
    expect(await status('/')).toBe(200);
    const { token } = opened();
    expect(await status('/download/preset?id=user/a', bearer(token))).toBe(404);
    expect(await status('/download/csv', bearer(token))).toBe(404);
    for (const path of ['/upload/model', '/upload/preset', '/'])
      expect(await status(path, { method: 'POST', body: 'x', ...bearer(token) })).toBe(405);
  });

  it('says what is played, and nothing of the player’s library, files and devices', async () => {
    const client = await welcomed();
    const welcome = client.find('welcome');
    expect(welcome?.kind).toBe('deck');
    expect(Object.keys(welcome?.slices ?? {}).sort()).toEqual([...(DECK_ROLE.slices ?? [])].sort());
    for (const hidden of ['library', 'ports', 'live', 'controllers', 'networkDeck', 'trash'])
      expect(welcome?.slices).not.toHaveProperty(hidden);
    client.ask(1, { type: 'parameter', index: 0, value: 0.25 });
    await client.until(() => client.find('state') !== undefined);
    expect(bench.instrument.state.preset.inputs[0]?.value).toBe(0.25);
    bench.instrument.edit({ type: 'set-seed', seed: 7 });
    await client.until(() =>
      client.heard.some((said) => said.type === 'state' && said.slices.about?.seed === 7),
    );
    for (const said of client.heard)
      if (said.type === 'state')
        for (const name of Object.keys(said.slices)) expect([...(DECK_ROLE.slices ?? [])]).toContain(name);
  });

  it('may play, and do nothing else', async () => {
    const types = commandSchema.options.map(({ shape }) => shape.type.value);
    const allowed = types.filter((type) =>
      DECK_ROLE.allows({ type, map: null, action: { id: '' } } as Command),
    );
    expect(allowed).toEqual(['parameter', 'paint-map']);
    const trigger = (id: string) => DECK_ROLE.allows({ type: 'trigger', action: { id } });
    for (const id of ['panic', 'nextPreset', 'playLoop16', 'tapTempo'])
      expect([id, trigger(id)]).toEqual([id, true]);
    for (const id of ['capture', 'learn', 'undo', 'record', 'play', 'preset', 'panics', 'playLoop'])
      expect([id, trigger(id)]).toEqual([id, false]);

    const client = await welcomed();
    const before = bench.instrument.state.preset;
    client.ask(1, { type: 'edit', edit: { type: 'set-seed', seed: 99 } });
    await client.until(() => client.find('failed') !== undefined);
    expect(client.find('failed')?.fault.message).toBe('A deck in the network can only play.');
    expect(bench.instrument.state.preset).toBe(before);
  });

  it('disconnects a deck that sends too much, too often, or audio', async () => {
    for (const flood of [
      (client: Client) => {
        for (let i = 0; i < 20_000; i += 1) client.ask(i, { type: 'parameter', index: 0, value: 0.5 });
      },
      (client: Client) => client.socket.send('x'.repeat(10_000)),
      (client: Client) => client.socket.send(new Uint8Array(64)),
    ]) {
      const client = await welcomed();
      flood(client);
      await client.until(() => client.closed !== null);
      expect([1008, 1009, 1006]).toContain(client.closed);
    }
  });

  it('takes a few decks at a time, besides the pages of this machine', async () => {
    for (let i = 0; i < MAX_DECKS; i += 1) await welcomed();
    expect(deck.state.decks).toBe(MAX_DECKS);
    const one = connect();
    await one.until(() => one.closed !== null);
    expect(one.heard).toEqual([]);
  });

  it('takes a free port where another program has the usual one', async () => {
    const usual = Number(new URL(opened().origin).port);
    await deck.set({ on: false });
    const other: Server = createServer();
    other.listen(usual, ADDRESS);
    await once(other, 'listening');
    await deck.set({ on: true });
    expect(new URL(opened().origin).port).not.toBe(String(usual));
    other.close();
  });

  it('says where there is no network, and where its address is gone', async () => {
    const alone = new NetworkDeck(folder, null, () => []);
    await alone.set({ on: true });
    expect(alone.state).toMatchObject({ on: false, url: null, error: 'This machine is in no network.' });
    const gone = new NetworkDeck(folder, null, () => ['203.0.113.7']);
    await gone.set({ on: true });
    expect(gone.state.on).toBe(false);
    expect(gone.state.error).toMatch(/could not be opened.*203\.0\.113\.7/);
  });

  it('is on again with the same code where the player keeps it, and only there', async () => {
    const path = join(folder, 'kept', 'deck.json');
    const start = async () => {
      const kept = new NetworkDeck(folder, new DeckFile(path), () => [ADDRESS]);
      await kept.restore();
      return kept;
    };
    const first = await start();
    expect(first.state).toMatchObject({ on: false, keep: false, canKeep: true });
    await first.set({ on: true });
    await first.close();
    await expect(stat(path)).rejects.toThrow('ENOENT');

    const second = await start();
    expect(second.state.on).toBe(false);
    await second.set({ on: true, keep: true });
    const { url } = second.state;
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    await second.close();

    const third = await start();
    expect(third.state).toMatchObject({ on: true, keep: true, url });
    await third.set({ on: false });
    await third.close();
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });
});
