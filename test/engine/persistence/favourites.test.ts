import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Favourites } from '../../../src/engine/persistence/favourites.js';

describe('favourites', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiller-favourites-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are kept in a file, and changes of two engines add up', async () => {
    const path = join(folder, 'deep', 'favourites.json');
    const [one, two] = [new Favourites(path), new Favourites(path)];
    await one.load();
    expect(one.state).toEqual({ presets: [], models: [] });
    await Promise.all([
      one.set('preset', 'user/a', true),
      one.set('preset', 'user/b', true),
      one.set('model', 'ab'.repeat(32), true),
    ]);
    await two.set('preset', 'user/c', true);
    await two.set('preset', 'user/a', false);
    const again = new Favourites(path);
    await again.load();
    expect(again.state).toEqual({ presets: ['user/b', 'user/c'], models: ['ab'.repeat(32)] });
    expect(two.state).toEqual(again.state);
  });

  it('count once, and report each change', async () => {
    const favourites = new Favourites(null);
    let changes = 0;
    favourites.subscribe(() => (changes += 1));
    await favourites.set('preset', 'user/a', true);
    await favourites.set('preset', 'user/a', true);
    expect(favourites.state.presets).toEqual(['user/a']);
    expect(changes).toBe(2);
  });

  it('rename a file that cannot be read', async () => {
    const path = join(folder, 'torn.json');
    writeFileSync(path, '{"format":');
    await expect(new Favourites(path).load()).rejects.toMatchObject({ code: 'preset-invalid' });
    expect(readdirSync(folder).some((name) => /^torn\.json\.\d+\.unreadable$/.test(name))).toBe(true);
  });
});
