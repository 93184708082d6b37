import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The built program, as a user runs it. */
export const PROGRAM = 'dist/engine/tiller.js';
const LOOP = 'models/loops/kit-beat.wav';
export const PRESET = 'presets/drum-garden.tiller.json';

/** The start of a WAV. @param seconds a whole number */
function startOf(path: string, seconds: number): Buffer {
  const wav = readFileSync(path);
  const begin = wav.indexOf('data') + 8;
  const start = Buffer.from(wav.subarray(0, begin + seconds * wav.readUInt32LE(28)));
  start.writeUInt32LE(start.length - 8, 4);
  start.writeUInt32LE(start.length - begin, begin - 4);
  return start;
}

/** A folder of the test's own that is home and library to the programs it runs. */
export class ProgramRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'tiller-cli-'));
  /** Two seconds of a loop, for where their number does not matter. */
  readonly sound = join(this.folder, 'sound.wav');
  private readonly running: ChildProcessWithoutNullStreams[] = [];

  constructor() {
    writeFileSync(this.sound, startOf(LOOP, 2));
  }

  /** Runs the program to its end. */
  readonly tiller = (...args: string[]) => {
    const { folder } = this;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, '--library', join(folder, 'library'), ...args],
      {
        encoding: 'utf8',
        timeout: 300_000,
        // Its own home folder, without the user's models and presets.
        env: { ...process.env, HOME: folder, XDG_DATA_HOME: join(folder, 'data') },
      },
    );
    return { status, stdout, stderr };
  };

  /** Runs the program with `--json`. @returns what it printed */
  readonly json = (...args: string[]) =>
    JSON.parse(this.tiller('--json', ...args).stdout) as Record<string, unknown>;

  /** Starts the program with a home folder of its own; `endAll` ends it. */
  start(home: string, ...args: string[]): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'data') },
    });
    this.running.push(child);
    return child;
  }

  /** Ends what `start` has started, by force. */
  endAll(): void {
    for (const child of this.running.splice(0)) child.kill('SIGKILL');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
