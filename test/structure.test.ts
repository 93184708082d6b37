import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';

const CONFIGURATION = '../.dependency-cruiser.js';
const { default: configuration } = (await import(CONFIGURATION)) as { default: IConfiguration };

/** Violations of the rules in the folder `src` of `baseDir`, as "rule: from → to". */
async function violations(baseDir: string): Promise<string[]> {
  const { forbidden = [], options } = configuration;
  const tsConfig = { fileName: resolve('tsconfig.json') };
  const { output } = await cruise(['src'], {
    ...options,
    baseDir: resolve(baseDir),
    tsConfig,
    ruleSet: { forbidden },
    validate: true,
  });
  return (output as ICruiseResult).summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
  );
}

/** Scripts that the files of `src` start by URL, as worker threads or worklets: "file → script". */
function workerUrls(baseDir: string): { from: string; to: string }[] {
  return readdirSync(join(baseDir, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/new URL\(\s*'([^']+\.js)',\s*import\.meta\.url\s*\)/g)].map(
        (match) => ({
          from: file,
          to: resolve(dirname(file), (match[1] ?? '').replace(/\.js$/, '.ts')),
        }),
      ),
    );
}

/**
 * Worker scripts in another folder than the file that starts them: dependency-cruiser does not follow URLs, but in the same
 * folder the rules cover what the script imports.
 */
const foreignWorkers = (baseDir: string): string[] =>
  workerUrls(baseDir)
    .filter(({ from, to }) => dirname(resolve(from)) !== dirname(to))
    .map(({ from, to }) => `${relative(baseDir, from)} → ${relative(resolve(baseDir), to)}`);

describe('the structure of the source', () => {
  it('imports downwards only, without circles', async () => {
    expect(await violations('.')).toEqual([]);
  });

  it('starts each worker from the worker’s own folder', () => {
    expect(foreignWorkers('.')).toEqual([]);
    const scripts = workerUrls('.').map(({ to }) => to);
    expect(scripts.length).toBeGreaterThan(7);
    expect(scripts.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('the check of the structure', () => {
  const fixture = (name: string) => join('test', 'fixtures', 'structure', name);

  it('finds a circle', async () => {
    expect(await violations(fixture('circle'))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^no circles: src\/document\/(a|b)\.ts → /)]),
    );
  });

  it('finds an import of a higher layer', async () => {
    expect(await violations(fixture('upward'))).toEqual([
      'engine/audio imports downwards only: src/engine/audio/limiter.ts → src/engine/stream/player.ts',
    ]);
  });

  it('finds a worker of a higher layer', async () => {
    // Not as an import: the rules of dependency-cruiser do not apply to URLs.
    expect(await violations(fixture('worker'))).toEqual([]);
    expect(foreignWorkers(fixture('worker'))).toEqual([
      'src/engine/audio/read-thread.ts → src/engine/app/app-worker.ts',
    ]);
  });
});
