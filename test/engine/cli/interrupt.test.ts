import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WavWriter } from '../../../src/engine/audio/wav.js';
import { writeNpy } from '../../../src/engine/audio/npy.js';

/** The built program, as a user runs it. */
const PROGRAM = 'dist/engine/tiller.js';
const MODEL = 'models/percussion/percussion.ts';
const PRESET = 'presets/drum-garden.tiller.json';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tiller-interrupt-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Programs of the present test, which do not outlive it. */
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
function start(args: readonly string[]) {
  const child = spawn(process.execPath, args);
  running.push(child);
  return child;
}

/** A WAV of this many seconds of silence. */
function longWav(path: string, seconds: number): void {
  const writer = new WavWriter(path, { rate: 44_100, channels: 1, overwrite: true });
  writer.append([new Float32Array(1)], 1);
  writer.close();
  const head = readFileSync(path).subarray(0, 58);
  // Without a length, like an interrupted recording.
  head.writeUInt32LE(0, 54);
  writeFileSync(path, head);
  truncateSync(path, 58 + seconds * 44_100 * 4);
}

describe('tiller, interrupted', () => {
  it('leaves no part of an import in the library', async () => {
    const library = join(folder, 'interrupted');
    const importing = start([PROGRAM, '--library', library, 'import', MODEL]);
    let words = '';
    importing.stderr.on('data', (piece: Buffer) => (words += piece.toString()));
    const begun = () => existsSync(library) && readdirSync(library).length > 0;
    while (!begun() && importing.exitCode === null) await pause(5);
    importing.kill('SIGINT');
    const [, signal] = (await once(importing, 'exit')) as [number | null, string | null];
    expect([signal, words]).toEqual(['SIGINT', '']);
    expect(readdirSync(library)).toEqual([]);
  });

  it.each([
    ['render', ['-p', PRESET], 'wav'],
    ['encode', [], 'npy'],
    ['decode', [], 'wav'],
  ])('leaves what was there before %s', async (command, options, extension) => {
    const home = mkdtempSync(join(folder, 'interrupted-'));
    const out = join(home, `out.${extension}`);
    writeFileSync(out, 'mine');
    // Two hours of silence, in a sparse file.
    const long = join(folder, command === 'decode' ? 'long.npy' : 'long.wav');
    if (command === 'decode')
      await writeNpy(long, { rows: 8, columns: 600_000, data: new Float32Array(4_800_000) });
    else longWav(long, 7200);
    const model = command === 'render' ? [] : ['percussion'];
    const working = start([PROGRAM, command, ...model, long, ...options, '-f', '-o', out]);
    const begun = () => command === 'encode' || readdirSync(home).length > 1;
    while (!begun() && working.exitCode === null) await pause(5);
    await pause(500);
    expect(working.exitCode).toBeNull();
    working.kill('SIGINT');
    const [, signal] = (await once(working, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGINT');
    expect(readdirSync(home)).toEqual([`out.${extension}`]);
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  // The progress bar handles signals to restore the cursor, and training blocked the thread.
  it('stops a training on a terminal', async () => {
    const [many, out] = [join(folder, 'many.tiller.json'), join(folder, 'many-learned.json')];
    const preset = JSON.parse(readFileSync(PRESET, 'utf8')) as { examples: { inputs: number[] }[] };
    const examples = Array.from({ length: 2000 }, (_, i) => ({
      ...preset.examples[i % preset.examples.length],
      id: `e${i}`,
      inputs: [(i % 50) / 50, i / 2000],
    }));
    writeFileSync(many, JSON.stringify({ ...preset, examples, trained: null }));
    const terminal = 'data:text/javascript,process.stderr.isTTY=true';
    const options = ['--import', terminal, PROGRAM, 'train', many, '--kind', 'mlp', '-o', out];
    const learning = start(options);
    let words = '';
    learning.stderr.on('data', (piece: Buffer) => (words += piece.toString()));
    while (!words.includes('Learning') && learning.exitCode === null) await pause(5);
    await pause(300);
    learning.kill('SIGINT');
    expect(await once(learning, 'exit')).toEqual([null, 'SIGINT']);
    expect(existsSync(out)).toBe(false);
  });
});
