import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatNpy } from '../../../src/engine/audio/npy.js';
import { startServer, type RunningServer } from '../../../src/engine/http/server.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { DOWNLOAD_PATHS, FILE_NAME_HEADER, SLOT_QUERY, UPLOAD_PATHS } from '../../../src/protocol/uploads.js';
import { Bench, documentOf } from './rig.js';
import { servicesOf } from './server-rig.js';

describe('files of loops', () => {
  let folder: string;
  let bench: Bench;
  let server: RunningServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-loops-'));
    bench = new Bench(new PresetStore(join(folder, 'presets'), null));
    await bench.instrument.files.load(documentOf(3, 0), 'engine');
    const options = { kind: 'plugin', version: '1', pageFolder: folder, temporaryFolder: folder } as const;
    server = await startServer(servicesOf(bench, []), options);
  });
  afterAll(async () => {
    await server.close();
    await bench.instrument.close();
    await rm(folder, { recursive: true });
  });

  const npy = formatNpy({ rows: 3, columns: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  const address = (path: string, query: string) => `http://127.0.0.1:${server.port}${path}${query}`;
  const own = () => ({ authorization: `Bearer ${server.token}` });
  const upload = async (query: string, body: string | Uint8Array<ArrayBuffer>) => {
    const headers = { ...own(), [FILE_NAME_HEADER]: 'chorus.npy', origin: `http://127.0.0.1:${server.port}` };
    const answer = await fetch(address(UPLOAD_PATHS.loop, query), { method: 'POST', headers, body });
    return await answer.json();
  };

  it('are kept in the slot that was asked for, given back as they came, and undone', async () => {
    expect(await upload(`?${SLOT_QUERY}=2`, new Uint8Array(npy))).toEqual({ type: 'done', result: null });
    const { loops } = bench.instrument.state.preset;
    expect(loops.map((loop) => loop?.name ?? null)).toEqual([null, null, 'chorus']);
    const got = await fetch(address(DOWNLOAD_PATHS.loop, `?${SLOT_QUERY}=2`), { headers: own() });
    expect(Buffer.from(await got.arrayBuffer()).equals(npy)).toBe(true);
    bench.instrument.undo();
    expect(bench.instrument.state.preset.loops).toEqual([]);
  });

  it('are refused without a slot, and where they hold no array', async () => {
    for (const query of ['', `?${SLOT_QUERY}=16`, `?${SLOT_QUERY}=x`])
      expect(await upload(query, new Uint8Array(npy))).toMatchObject({ type: 'failed' });
    expect(await upload(`?${SLOT_QUERY}=1`, 'no array')).toMatchObject({
      type: 'failed',
      fault: { code: 'array-unreadable' },
    });
    const empty = await fetch(address(DOWNLOAD_PATHS.loop, `?${SLOT_QUERY}=5`), { headers: own() });
    expect(empty.status).toBe(400);
    expect(bench.instrument.state.preset.loops).toEqual([]);
  });
});
