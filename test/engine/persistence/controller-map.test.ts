import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment } from '../../../src/document/assignment.js';
import { MAX_CONTROLLERS } from '../../../src/document/limits.js';
import { ControllerMapFile } from '../../../src/engine/persistence/controller-map.js';

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
    const [first, second] = [new ControllerMapFile(path), new ControllerMapFile(path)];
    await first.open();
    await second.open();
    await first.update((assignments) => [...assignments, assignment]);
    await second.update((assignments) => [...assignments, { ...assignment, id: 'b' }]);
    first.close();
    second.close();
    const next = new ControllerMapFile(path);
    await next.open();
    next.close();
    expect(next.content.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(next.content[0]).toEqual(assignment);
  });

  // Two engines that learned at the same moment each wrote what they had read before the other wrote.
  it('loses no assignment where engines change it at the same time', async () => {
    const engines = Array.from({ length: 4 }, () => new ControllerMapFile(path));
    const ids = engines.map((_, engine) => Array.from({ length: 8 }, (__, i) => `${engine}-${i}`));
    await Promise.all(
      engines.flatMap((engine, i) =>
        (ids[i] ?? []).map((id) => engine.update((assignments) => [...assignments, { ...assignment, id }])),
      ),
    );
    const next = new ControllerMapFile(path);
    await next.open();
    next.close();
    expect(next.content.map(({ id }) => id).sort()).toEqual(ids.flat().sort());
    expect(await readdir(join(path, '..'))).toEqual(['controller-map.json']);
  });

  it('takes the lock of an engine that was ended while it held it', async () => {
    await writeFile(`${path}.lock`, '');
    const map = new ControllerMapFile(path);
    await map.update((assignments) => [...assignments, assignment]);
    expect(await readdir(join(path, '..'))).toEqual(['controller-map.json']);
  });

  // A later version's action had the whole map refused, and the file put aside.
  it.each([
    ['an action', { action: { id: 'fly', height: 3 } }],
    ['a kind of source', { source: { kind: 'theremin', antenna: 1 } }],
    ['a mode', { mode: 'scaled' }],
  ])('ignores and keeps an entry with %s of a later version', async (_, part) => {
    const later = { ...assignment, id: 'later', ...part, colour: 'green' };
    const file = { format: 'tiller-controller-map', version: 1, assignments: [later, assignment] };
    await writeFile(path, JSON.stringify(file));
    const map = new ControllerMapFile(path);
    await map.open();
    map.close();
    expect(map.content).toEqual([assignment]);
    await map.update((assignments) => [...assignments, { ...assignment, id: 'b' }]);
    const { assignments } = JSON.parse(await readFile(path, 'utf8')) as { assignments: unknown[] };
    expect(assignments).toEqual([assignment, { ...assignment, id: 'b' }, later]);
  });

  // With those that this version does not show, there were more than are read: the whole map was put aside.
  it('takes no more assignments than it reads, those of a later version among them', async () => {
    const later = { ...assignment, id: 'later', mode: 'scaled' };
    const known = Array.from({ length: MAX_CONTROLLERS - 1 }, (_, i) => ({ ...assignment, id: `${i}` }));
    const file = { format: 'tiller-controller-map', version: 1, assignments: [later, ...known] };
    await writeFile(path, JSON.stringify(file));
    const map = new ControllerMapFile(path);
    const added = map.update((assignments) => [...assignments, assignment]);
    await expect(added).rejects.toThrow(`At most ${MAX_CONTROLLERS} controllers can be assigned, 1 of which`);
    await map.open();
    expect(map.content).toEqual(known);
    await map.update((assignments) => assignments.slice(1));
    await map.update((assignments) => [...assignments, assignment]);
    map.close();
    expect(map.content).toEqual([...known.slice(1), assignment]);
  });

  it.each([
    ['a mode that its source cannot have', { ...assignment, mode: 'hold' }],
    ['a source beyond its bounds', { ...assignment, source: { ...assignment.source, controller: 128 } }],
  ])('refuses %s, and keeps the file aside', async (_, wrong) => {
    const text = JSON.stringify({ format: 'tiller-controller-map', version: 1, assignments: [wrong] });
    await writeFile(path, text);
    const map = new ControllerMapFile(path);
    await expect(map.open()).rejects.toThrow(/could not be read/);
    map.close();
    expect(map.content).toEqual([]);
    const [aside = ''] = await readdir(join(path, '..'));
    expect(await readFile(join(path, '..', aside), 'utf8')).toBe(text);
  });
});
