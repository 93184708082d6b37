import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const page = resolve(dirname(fileURLToPath(import.meta.url)), '../../src/ui');
const files = readdirSync(page, { recursive: true, encoding: 'utf8' }).map((name) => join(page, name));
const modules = files.filter((file) => file.endsWith('.module.css'));
const components = files.filter((file) => file.endsWith('.tsx'));

/** The classes that a CSS module declares. */
function declared(file: string): Set<string> {
  const selectors = readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\{[^{}]*\}/g, '{}');
  return new Set([...selectors.matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name]) => name ?? ''));
}

/** Each CSS module that a component imports, and the classes that it takes from it. */
function used(file: string): { module: string; classes: string[] }[] {
  const text = readFileSync(file, 'utf8');
  const body = text.replace(/^import [\s\S]*?;$/gm, '');
  return [...text.matchAll(/^import (\w+) from '(\.[^']+\.module\.css)';$/gm)].map(
    ([, name = '', path = '']) => ({
      module: resolve(dirname(file), path),
      classes: [...body.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, taken]) => taken ?? ''),
    }),
  );
}

/** Taken by a computed name: the two looks of a text field. */
const COMPUTED = ['field', 'inline'];

describe('the page’s CSS modules', () => {
  const uses = components.flatMap(used);

  it('have every class that a component takes from them', () => {
    expect(modules.length).toBeGreaterThan(20);
    const absent = uses.flatMap(({ module, classes }) =>
      classes
        .filter((name) => !declared(module).has(name))
        .map((name) => `${relative(page, module)}: ${name}`),
    );
    expect(absent).toEqual([]);
  });

  it('declare no class that nothing takes', () => {
    const unused = modules.flatMap((module) => {
      const taken = new Set(uses.filter((use) => use.module === module).flatMap(({ classes }) => classes));
      return [...declared(module)]
        .filter((name) => !taken.has(name) && !COMPUTED.includes(name))
        .map((name) => `${relative(page, module)}: ${name}`);
    });
    expect(unused).toEqual([]);
  });

  // The order of the rules follows the imports: it is only certain for a module that a single component imports.
  it('of features and shell have one importer', () => {
    const own = modules.filter((module) => !relative(page, module).startsWith('shared'));
    const importers = own.map((module) => [
      relative(page, module),
      uses.filter((use) => use.module === module).length,
    ]);
    expect(importers.filter(([, count]) => count !== 1)).toEqual([]);
  });

  it('come after what their component imports, so that the importer’s rules win', () => {
    const early = components.filter((file) => {
      const imports = [...readFileSync(file, 'utf8').matchAll(/^import [\s\S]*?'([^']+)';$/gm)].map(
        ([, path]) => path ?? '',
      );
      const first = imports.findIndex((path) => path.endsWith('.module.css'));
      return first !== -1 && imports.slice(first).some((path) => !path.endsWith('.css'));
    });
    expect(early.map((file) => relative(page, file))).toEqual([]);
  });
});
