// Wine with a prefix of its own, which is removed when this process ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, run } from '../native-build.mjs';

/** A path of this machine as Windows' programs name it. */
export const windowsPath = (path) => `Z:${path.replaceAll('/', '\\')}`;

/** @typedef {{ more?: Record<string, string>, cwd?: string, timeoutMs?: number }} How `more` is added to the environment */

/**
 * Prepares a prefix that says it is Windows 10: Node refuses older versions.
 * @returns {{ prefix: string, drive: string, run: (program: string, args: string[], how?: How) => string }} `run` returns the
 *   program's output and throws where its exit code is not 0; `drive` is the folder of drive C
 */
export function startWine() {
  ensurePackages(['wine64', 'wine']);
  const prefix = mkdtempSync(join(tmpdir(), 'tiller-wine-'));
  const env = {
    ...process.env,
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEARCH: 'win64',
    // No dialogues about Mono and Gecko, which are not needed.
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
    DISPLAY: '',
  };
  process.once('exit', () => {
    spawnSync('wineserver', ['--kill'], { env, stdio: 'ignore' });
    rmSync(prefix, { recursive: true, force: true, maxRetries: 5 });
  });
  run('wineboot', ['--init'], { env, stdio: 'ignore' });
  run('wine', ['winecfg', '/v', 'win10'], { env, stdio: 'ignore' });
  // Windows that are not shown: without a display Wine otherwise makes none, and messages that are sent to one are lost.
  const drivers = ['HKCU\\Software\\Wine\\Drivers', '/v', 'Graphics', '/d', 'null', '/f'];
  run('wine', ['reg', 'add', ...drivers], { env, stdio: 'ignore' });
  run('wineserver', ['--wait'], { env, stdio: 'ignore' });
  return {
    prefix,
    drive: join(prefix, 'drive_c'),
    run(program, args, { more = {}, cwd = prefix, timeoutMs = 30 * 60_000 } = {}) {
      // To a file: Node under Wine cannot write to a Unix pipe.
      const path = join(prefix, 'output.txt');
      const output = openSync(path, 'w');
      const { status, signal, error } = spawnSync('wine', [program, ...args], {
        cwd,
        env: { ...env, ...more },
        stdio: ['ignore', output, output],
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
      });
      closeSync(output);
      const text = readFileSync(path, 'utf8');
      assert.ok(
        !error && status === 0,
        `${program} ${args.join(' ')}: ${signal ?? `status ${status}`}\n${error ?? ''}${text}`,
      );
      return text;
    },
  };
}
