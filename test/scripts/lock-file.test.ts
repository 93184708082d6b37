import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SCRIPT = '../../scripts/lock-file.mjs';
const { isInstalled, countInstalled } = (await import(SCRIPT)) as {
  isInstalled: (folder: string) => boolean;
  countInstalled: (folder: string) => { done: number; total: number };
};

interface Package {
  readonly version: string;
  readonly integrity: string;
  readonly optional?: true;
  readonly resolved?: string;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiller-lock-file-'));
  mkdirSync(join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const A: Package = { version: '1.0.0', integrity: 'sha512-a' };
const B: Package = { version: '2.0.0', integrity: 'sha512-b' };
const NATIVE: Package = { version: '3.0.0', integrity: 'sha512-c', optional: true };

function writeLock(path: string, packages: Readonly<Record<string, object>>): void {
  writeFileSync(join(folder, path), JSON.stringify({ lockfileVersion: 3, packages }));
}
const lock = (packages: Readonly<Record<string, Package>>) =>
  writeLock('package-lock.json', { '': { name: 'project' }, ...packages });
/** Lists packages as installed, as every npm command does. */
const install = (packages: Readonly<Record<string, Package>>) =>
  writeLock('node_modules/.package-lock.json', packages);

describe('isInstalled', () => {
  // Regression: only an installation by our own script counted, and `npm run build` after `npm ci` installed everything again.
  it('recognises packages that the user has installed', () => {
    lock({ 'node_modules/a': A, 'node_modules/b': B });
    install({ 'node_modules/a': { ...A, resolved: 'https://mirror.example/a' }, 'node_modules/b': B });
    expect(isInstalled(folder)).toBe(true);
  });

  it('does not require optional packages, such as those of other platforms', () => {
    lock({ 'node_modules/a': A, 'node_modules/native': NATIVE });
    install({ 'node_modules/a': A });
    expect(isInstalled(folder)).toBe(true);
  });

  it.each<[string, Readonly<Record<string, Package>>]>([
    ['a package is missing', { 'node_modules/a': A }],
    ['a package has another version', { 'node_modules/a': A, 'node_modules/b': { ...B, version: '1.9.0' } }],
    ['a package has another content', { 'node_modules/a': A, 'node_modules/b': { ...B, integrity: 'x' } }],
    ['a package is not in the lock file', { 'node_modules/a': A, 'node_modules/b': B, 'node_modules/c': A }],
  ])('is false where %s', (_, installed) => {
    lock({ 'node_modules/a': A, 'node_modules/b': B });
    install(installed);
    expect(isInstalled(folder)).toBe(false);
  });

  it('is false without node_modules, and where npm was interrupted', () => {
    lock({ 'node_modules/a': A });
    expect(isInstalled(folder)).toBe(false);
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), '{ "packages": {');
    expect(isInstalled(folder)).toBe(false);
  });
});

describe('progress of an installation', () => {
  /** Puts a package into node_modules as npm unpacks it. */
  const unpack = (name: string) => {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), '{}');
  };

  it('counts unpacked packages of every platform', () => {
    lock({ 'node_modules/a': A, 'node_modules/@scope/b': B, 'node_modules/native': NATIVE });
    expect(countInstalled(folder)).toEqual({ done: 0, total: 2 });
    unpack('@scope/b');
    unpack('native');
    expect(countInstalled(folder)).toEqual({ done: 1, total: 2 });
  });

  it('is printed to stderr, and the command’s status is passed on', () => {
    lock({ 'node_modules/a': A });
    unpack('a');
    const run = (program: string) =>
      spawnSync(process.execPath, [resolve('scripts/install.mjs'), folder, process.execPath, '-e', program], {
        encoding: 'utf8',
      });
    expect(run('console.log("added 1 package")')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/added 1 package\nInstalling packages: 1 of 1 after \d+ s\n/) as string,
    });
    expect(run('process.exit(7)').status).toBe(7);
  });
});
