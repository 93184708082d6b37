import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ViewStore } from '../../../src/engine/persistence/remembered-view.js';

describe('what a window remembers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiller-view-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const view = { theme: 'light', panel: 'steering', singleKeys: false, firstSteps: 'done' } as const;

  it('is there for the next engine, as it was left last', async () => {
    const path = join(folder, 'deep', 'view.json');
    const store = new ViewStore(path);
    await store.load();
    expect(store.state).toBeNull();
    await Promise.all([store.set({ ...view, panel: 'learn' }), store.set(view)]);
    const next = new ViewStore(path);
    await next.load();
    expect(next.state).toEqual(view);
  });

  it('is put aside where it cannot be read', async () => {
    const path = join(folder, 'torn.json');
    writeFileSync(path, '{"format":"tiller-view","version":1,"view":{}}');
    const store = new ViewStore(path);
    await expect(store.load()).rejects.toMatchObject({ code: 'preset-invalid' });
    expect(store.state).toBeNull();
    expect(readdirSync(folder).some((name) => /^torn\.json\.\d+\.unreadable$/.test(name))).toBe(true);
  });
});
