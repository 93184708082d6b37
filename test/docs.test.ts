import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const text = readFileSync('docs/architecture.md', 'utf8');
const sources = ['src', 'native']
  .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|tsx|h|cpp)$/.test(entry.name))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

/** Distinct texts in backticks that match the pattern. */
const quoted = (pattern: RegExp) =>
  [...new Set([...text.matchAll(/`([^`\s]+)`/g)].map(([, code = '']) => code))].filter((code) =>
    pattern.test(code),
  );

/** Whether a file declares or defines `name` as a class and has a member of that name. */
function hasMember(file: string, name: string, member: string): boolean {
  const isDeclared = new RegExp(`\\b(class|interface|namespace) ${name}\\b|\\b${name}::`).test(file);
  return isDeclared && new RegExp(`\\b${member} ?\\(`).test(file);
}

describe('docs/architecture.md', () => {
  it('names files and folders that exist', () => {
    const paths = quoted(/^(src|native)\/|^(test|bench|scripts|presets)\//);
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('names methods that exist', () => {
    const methods = quoted(/^[A-Z]\w+(\.|::)\w+$/);
    expect(methods.length).toBeGreaterThan(20);
    const missing = methods.filter((method) => {
      const [name = '', member = ''] = method.split(/\.|::/);
      return !sources.some((file) => hasMember(file, name, member));
    });
    expect(missing).toEqual([]);
  });

  it('names classes and functions that exist', () => {
    const names = quoted(/^[A-Za-z][A-Za-z0-9]+$/).filter((name) => /[a-z][A-Z]/.test(name));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !sources.some((file) => new RegExp(`\\b${name}\\b`).test(file)))).toEqual(
      [],
    );
  });
});

describe('docs/dependencies.md', () => {
  // Regression: packages were listed nowhere, and one was described by what it no longer brought along.
  it('says what each package is for', () => {
    const described = readFileSync('docs/dependencies.md', 'utf8');
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      readFileSync('package.json', 'utf8'),
    ) as Record<string, Record<string, string>>;
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
      (name) => !name.startsWith('@types/'),
    );
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !described.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('docs/architecture.md and the layers', () => {
  it('lists every layer of the engine', async () => {
    const configuration = '../.dependency-cruiser.js';
    const { LAYERS } = (await import(configuration)) as { LAYERS: string[][] };
    const folders = LAYERS.flat().filter((layer) => layer.startsWith('src/engine/'));
    expect(folders.length).toBeGreaterThan(25);
    expect(folders.filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
  });
});

describe('docs/manual/troubleshooting.md', () => {
  /** Without line breaks, and with the parts of a text that goes over several lines joined. */
  const flat = sources
    .map((source) => source.replace(/['"]\s*\+?\s*\n\s*['"]/g, '').replace(/\s+/g, ' '))
    .join();

  it('quotes messages as Tiller shows them', () => {
    const manual = readFileSync('docs/manual/troubleshooting.md', 'utf8');
    const messages = [...manual.matchAll(/(?<!\w)_([^_\n]+)_(?!\w)/g)].map(([, message = '']) => message);
    expect(messages.length).toBeGreaterThan(25);
    const missing = messages.filter((message) =>
      // What stands for names and numbers is left out.
      message.split('…').some((part) => !flat.includes(part.replace(/^[\s“”]+|[\s“”.]+$/g, ''))),
    );
    expect(missing).toEqual([]);
  });
});
