import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../../src');

/** Rooms from top to bottom; those on one line may know each other. */
const FLOORS = [
  ['engine/cli'],
  ['engine/server', 'engine/host'],
  ['protocol'],
  ['engine/session'],
  ['engine/preset'],
  ['engine/performance', 'engine/mapping', 'engine/steering', 'engine/audio'],
  ['engine/model'],
  ['engine/torchscript', 'engine/onnx'],
];

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) =>
    resolve(dirname(file), (match[1] ?? '').replace(/\.js$/, '')),
  );
}

function room(path: string): string {
  const parts = relative(source, path).split(sep);
  return parts[0] === 'engine' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

const floor = (name: string) => FLOORS.findIndex((rooms) => rooms.includes(name));

describe('the rooms of the source', () => {
  it('are all on a floor', () => {
    const rooms = new Set(files.map(room));
    expect(rooms.size).toBeGreaterThan(10);
    const homeless = [...rooms].filter((name) => floor(name) === -1 && name !== 'ui');
    // What every room may use lies directly in src/engine.
    expect(homeless.every((name) => /^engine\/(errors|limits)\.ts$/.test(name))).toBe(true);
  });

  it('import only downwards', () => {
    const upwards = files.flatMap((file) => {
      const from = room(file);
      return imports(file)
        .map(room)
        .filter((to) => to !== from)
        .filter((to) =>
          from === 'ui'
            ? to !== 'protocol'
            : floor(to) !== -1 && floor(from) !== -1 && floor(to) < floor(from),
        )
        .map((to) => `${relative(source, file)} → ${to}`);
    });
    expect(upwards).toEqual([]);
  });

  it('have no circle of files', () => {
    const graph = new Map(files.map((file) => [file.replace(/\.tsx?$/, ''), imports(file)]));
    const state = new Map<string, 'open' | 'closed'>();
    const circles: string[] = [];
    const visit = (node: string, trail: string[]): void => {
      if (state.get(node) === 'closed') return;
      if (state.get(node) === 'open') {
        circles.push(
          [...trail.slice(trail.indexOf(node)), node].map((path) => relative(source, path)).join(' → '),
        );
        return;
      }
      state.set(node, 'open');
      for (const next of graph.get(node) ?? []) if (graph.has(next)) visit(next, [...trail, node]);
      state.set(node, 'closed');
    };
    for (const node of graph.keys()) visit(node, []);
    expect(circles).toEqual([]);
  });
});
