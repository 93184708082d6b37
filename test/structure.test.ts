import { execFileSync } from 'node:child_process';
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

/** The folders of `native/tiller` from top to bottom, as docs/architecture.md lists them: a file includes its own and lower ones. */
const NATIVE_LAYERS = ['editor', 'plugin', 'vst3', 'lv2', 'engine', 'state', 'stream', 'ipc', 'process'];

/** Includes that run upwards, as "file → header". @param files by path: the text of each */
function upwardIncludes(files: ReadonlyMap<string, string>): string[] {
  const layerOf = (path: string) => NATIVE_LAYERS.indexOf(path.split('/')[0] ?? '');
  return [...files].flatMap(([path, text]) =>
    [...text.matchAll(/^\s*#\s*include\s*["<]tiller\/([^">]+)[">]/gm)]
      .map(([, header = '']) => header)
      .filter((header) => layerOf(header) >= 0 && layerOf(header) < layerOf(path))
      .map((header) => `${path} → ${header}`),
  );
}

/** The plugin's sources, by path below `native/tiller`. */
function nativeSources(): Map<string, string> {
  const root = join('native', 'tiller');
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile() && /\.(h|cpp|mm)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(root, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  );
}

/** Most lines of a file of source, tests or scripts. */
const MAX_LINES = 400;
const SOURCE = /^(src|native|test|bench|scripts|packaging)\/.*\.(ts|tsx|mjs|cpp|h|mm|css|lua)$/;

/** Tracked files of source, tests and scripts that somebody writes; none without git. */
const writtenFiles = (): string[] =>
  existsSync('.git')
    ? execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
        .split('\0')
        .filter((path) => SOURCE.test(path) && !path.includes('/generated/') && existsSync(path))
    : [];

const isLong = (text: string): boolean => text.split('\n').length - 1 > MAX_LINES;

describe('the structure of the source', () => {
  it('imports downwards only, without circles', async () => {
    expect(await violations('.')).toEqual([]);
  });

  it('has files of at most 400 lines', () => {
    const files = writtenFiles();
    if (existsSync('.git')) expect(files.length).toBeGreaterThan(1000);
    expect(files.filter((path) => isLong(readFileSync(path, 'utf8')))).toEqual([]);
    expect([isLong('\n'.repeat(MAX_LINES)), isLong('\n'.repeat(MAX_LINES + 1))]).toEqual([false, true]);
  });

  it('includes downwards only in the plugin', () => {
    const sources = nativeSources();
    expect(sources.size).toBeGreaterThan(100);
    const folders = new Set([...sources.keys()].map((path) => path.split('/')[0]));
    expect([...folders].filter((folder) => !NATIVE_LAYERS.includes(folder ?? ''))).toEqual(['generated']);
    expect(upwardIncludes(sources)).toEqual([]);
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

  it('finds an include of a higher folder', () => {
    const files = new Map([
      [
        'stream/JitterBuffer.h',
        '#include "tiller/ipc/MessageFifo.h"\n#include "tiller/engine/SendBuffer.h"\n',
      ],
      ['ipc/MessageFifo.h', '#include <tiller/stream/JitterBuffer.h>\n#include <vector>\n'],
    ]);
    expect(upwardIncludes(files)).toEqual([
      'stream/JitterBuffer.h → engine/SendBuffer.h',
      'ipc/MessageFifo.h → stream/JitterBuffer.h',
    ]);
  });
});
