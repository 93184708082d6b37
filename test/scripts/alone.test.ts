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

const MODULE = pathToFileURL(resolve('scripts/alone.mjs')).href;

let folder: string;
let lock: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiller-alone-'));
  lock = join(folder, 'busy');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that writes down when it begins and ends its work, which takes this long. */
function worker(milliseconds: number, ending = ''): ChildProcess {
  const log = JSON.stringify(join(folder, 'log'));
  const program = `
    import { appendFileSync } from 'node:fs';
    import { alone } from ${JSON.stringify(MODULE)};
    alone(${JSON.stringify(lock)}, () => {
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
  while (!log().includes('in')) await new Promise((wake) => setTimeout(wake, 5));
};
const exitOf = async (child: ChildProcess) => (await once(child, 'exit')) as [number | null, string | null];

describe('alone', () => {
  // Two `npm start` in a fresh clone both ran `npm ci`, each of which begins by removing node_modules.
  it('lets one process work at a time, and leaves nothing behind', async () => {
    await Promise.all([worker(100), worker(100), worker(100)].map(exitOf));
    expect(log()).toBe('in\nout\n'.repeat(3));
    expect(readdirSync(folder)).toEqual(['log']);
  });

  it('says why it waits', async () => {
    const first = worker(Infinity);
    await begun();
    const second = worker(0);
    const [words] = (await once(second.stderr ?? second, 'data')) as [Buffer];
    expect(words.toString()).toContain(lock);
    first.kill('SIGKILL');
    expect(await exitOf(second)).toEqual([0, null]);
  });

  it('waits for nobody who was killed, whether one comes next or several', async () => {
    const killed = worker(Infinity);
    await begun();
    killed.kill('SIGKILL');
    await exitOf(killed);
    expect(existsSync(lock)).toBe(true);
    await Promise.all([worker(100), worker(100)].map(exitOf));
    expect(log()).toBe('in\n' + 'in\nout\n'.repeat(2));
    expect(readdirSync(folder)).toEqual(['log']);
  });

  it('gives way where the work ends the program', async () => {
    expect(await exitOf(worker(0, 'process.exit(3);'))).toEqual([3, null]);
    expect(existsSync(lock)).toBe(false);
  });

  it('takes an old lock for left behind, whoever has its process number now', async () => {
    writeFileSync(lock, String(process.pid));
    utimesSync(lock, 0, 0);
    await exitOf(worker(0));
    expect(log()).toBe('in\nout\n');
  });

  it('works where no lock can be made', async () => {
    lock = join(folder, 'nowhere', 'busy');
    expect(await exitOf(worker(0))).toEqual([0, null]);
    expect(log()).toBe('in\nout\n');
  });
});
