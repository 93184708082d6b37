import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';

const CONFIGURATION = '../.dependency-cruiser.js';
const { default: configuration } = (await import(CONFIGURATION)) as { default: IConfiguration };

async function violations(folder: string): Promise<string[]> {
  const { forbidden = [], options } = configuration;
  const { output } = await cruise([folder], { ...options, ruleSet: { forbidden }, validate: true });
  return (output as ICruiseResult).summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
  );
}

const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

describe('the structure of the source', () => {
  it('imports downwards only, without circles', async () => {
    expect(await violations('src')).toEqual([]);
  });

  it('is really looked at: an import that goes upwards is found', async () => {
    expect(await violations('test/fixtures/structure')).toContainEqual(expect.stringContaining('no circles'));
  });

  it('starts each worker from the folder that the worker lies in, so that the rule covers what it imports', () => {
    const started = sources.flatMap((file) =>
      [
        ...readFileSync(file, 'utf8').matchAll(/new URL\('([^']+-work(?:er|let)\.js)', import\.meta\.url\)/g),
      ].map((match) => resolve(dirname(file), (match[1] ?? '').replace(/\.js$/, '.ts'))),
    );
    expect(started.length).toBeGreaterThan(4);
    expect(started.filter((path) => !existsSync(path))).toEqual([]);
  });
});
