import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const MODULE = pathToFileURL(resolve('scripts/lock.mjs')).href;

let folder: string;
let lock: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiller-lock-'));
  lock = join(folder, 'busy');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that logs the beginning and the end of its work, which takes this long. */
function worker(milliseconds: number, ending = ''): ChildProcess {
  const log = JSON.stringify(join(folder, 'log'));
  const program = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(MODULE)};
    withLock(${JSON.stringify(lock)}, () => {
      appendFileSync(${log}, 'in\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${milliseconds});
      appendFileSync(${log}, 'out\\n');
      ${ending}
    });`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
const log = () => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : '');
const begun = async () => {
  while (!log().includes('in')) await new Promise((resolve) => setTimeout(resolve, 5));
};
const exitOf = async (child: ChildProcess) => (await once(child, 'exit')) as [number | null, string | null];

describe('withLock', () => {
  // Regression: two `npm start` in a fresh clone both ran `npm ci`, which begins by removing node_modules.
  it('runs one process at a time, and removes the lock', async () => {
    await Promise.all([worker(100), worker(100), worker(100)].map(exitOf));
    expect(log()).toBe('in\nout\n'.repeat(3));
    expect(readdirSync(folder)).toEqual(['log']);
  });

  it('prints why it waits', async () => {
    const first = worker(Infinity);
    await begun();
    const second = worker(0);
    const [words] = (await once(second.stderr ?? second, 'data')) as [Buffer];
    expect(words.toString()).toContain(lock);
    first.kill('SIGKILL');
    expect(await exitOf(second)).toEqual([0, null]);
  });

  it('takes the lock of a killed process, also with several waiting', async () => {
    const killed = worker(Infinity);
    await begun();
    killed.kill('SIGKILL');
    await exitOf(killed);
    expect(existsSync(lock)).toBe(true);
    await Promise.all([worker(100), worker(100)].map(exitOf));
    expect(log()).toBe('in\n' + 'in\nout\n'.repeat(2));
    expect(readdirSync(folder)).toEqual(['log']);
  });

  it('releases the lock where the work ends the program', async () => {
    expect(await exitOf(worker(0, 'process.exit(3);'))).toEqual([3, null]);
    expect(existsSync(lock)).toBe(false);
  });

  it('ignores an old lock, whatever process has its number now', async () => {
    writeFileSync(lock, String(process.pid));
    utimesSync(lock, 0, 0);
    await exitOf(worker(0));
    expect(log()).toBe('in\nout\n');
  });

  it('runs where no lock can be created', async () => {
    lock = join(folder, 'nowhere', 'busy');
    expect(await exitOf(worker(0))).toEqual([0, null]);
    expect(log()).toBe('in\nout\n');
  });
});
