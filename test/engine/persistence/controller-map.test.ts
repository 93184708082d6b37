import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment } from '../../../src/document/assignment.js';
import { controllerMap } from '../../../src/engine/persistence/controller-map.js';

const assignment: Assignment = {
  id: 'a',
  action: { id: 'dryWet' },
  source: { kind: 'cc', channel: 0, controller: 7, bits: 7 },
  mode: 'pick-up',
  range: [0, 1],
  feedback: true,
};

describe('the controller map', () => {
  let path: string;
  beforeEach(async () => (path = join(await mkdtemp(join(tmpdir(), 'tiller-map-')), 'controller-map.json')));

  it('is there again for the next engine, and two engines keep each other’s assignments', async () => {
    const [first, second] = [controllerMap(path), controllerMap(path)];
    await first.open();
    await second.open();
    await first.update((assignments) => [...assignments, assignment]);
    await second.update((assignments) => [...assignments, { ...assignment, id: 'b' }]);
    first.close();
    second.close();
    const next = controllerMap(path);
    await next.open();
    next.close();
    expect(next.content.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(next.content[0]).toEqual(assignment);
  });

  it.each([
    ['a mode that its source cannot have', { ...assignment, mode: 'hold' }],
    ['an unknown action', { ...assignment, action: { id: 'fly' } }],
    ['a source beyond its bounds', { ...assignment, source: { ...assignment.source, controller: 128 } }],
  ])('refuses %s, and keeps the file aside', async (_, wrong) => {
    const text = JSON.stringify({ format: 'tiller-controller-map', version: 1, assignments: [wrong] });
    await writeFile(path, text);
    const map = controllerMap(path);
    await expect(map.open()).rejects.toThrow(/could not be read/);
    map.close();
    expect(map.content).toEqual([]);
    const [aside = ''] = await readdir(join(path, '..'));
    expect(await readFile(join(path, '..', aside), 'utf8')).toBe(text);
  });
});
