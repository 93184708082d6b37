import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TillerError } from '../../src/document/tiller-error.js';
import { decodeAudio } from '../../src/engine/audio/read.js';
import { WavWriter } from '../../src/engine/audio/wav.js';
import { parseNpy, writeNpy } from '../../src/engine/audio/npy.js';
import { parseGestureCsv } from '../../src/engine/inputs/gesture-csv.js';
import { readMidiFile } from '../../src/engine/inputs/midi-file-reader.js';
import { parseTrainingTable } from '../../src/engine/mapping/training-data.js';
import { writeFlac } from '../engine/audio/flac-writer.js';
import { breakBytes, randomBelow } from './mutate.js';

/** More: `FUZZ_CASES=20000 FUZZ_SEED=2 npm run jest -- test/fuzz/files`. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 400);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

const MIDI = Buffer.from(
  '4d54686400000006000000010060' + '4d54726b00000017' + '00ff510307a120' + '00b04a00' + '60b04a40' + '60b04a7f' + '00ff2f00', // prettier-ignore
  'hex',
);
const GESTURE = 'seconds,X,Y\n0,0.5,0.25\n1,0.75,1\n"2,5","0,5",0\n';
const TABLE = 'label,inputs-1,inputs-2,outputs-1\nlow,0,0.5,-1.5\nhigh,1,0.25,2\n';

interface Subject {
  readonly name: string;
  readonly bytes: Buffer;
  readonly read: (bytes: Buffer) => unknown;
}

async function subjects(folder: string): Promise<Subject[]> {
  const samples = Array.from({ length: 600 }, (_, n) => Math.round(9000 * Math.sin(n / 9)));
  const [wav, npy] = [join(folder, 'a.wav'), join(folder, 'a.npy')];
  const writer = new WavWriter(wav, { rate: 48_000, channels: 1 });
  writer.append([Float32Array.from(samples, (value) => value / 32_768)], samples.length);
  writer.close();
  await writeNpy(npy, { rows: 2, columns: 3, data: new Float32Array(6) });
  const sound = (name: string, bytes: Buffer): Subject => ({
    name,
    bytes,
    read: (broken) => decodeAudio(broken, name),
  });
  const recorded = ['tone.mp3', 'tone.ogg', 'tone.opus'];
  return [
    sound('a.wav', readFileSync(wav)),
    sound('a.flac', writeFlac(samples, samples)),
    ...recorded.map((name) => sound(name, readFileSync(join('test/fixtures/audio', name)))),
    { name: 'a.npy', bytes: readFileSync(npy), read: parseNpy },
    { name: 'a.mid', bytes: MIDI, read: readMidiFile },
    {
      name: 'gesture.csv',
      bytes: Buffer.from(GESTURE),
      read: (broken) => parseGestureCsv(broken.toString(), 2),
    },
    {
      name: 'examples.csv',
      bytes: Buffer.from(TABLE),
      read: (broken) => parseTrainingTable(broken.toString()),
    },
  ];
}

test('mutated audio, arrays, gestures and tables are read or refused with a TillerError', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiller-fuzz-'));
  const all = await subjects(folder);
  rmSync(folder, { recursive: true });
  for (const { bytes, read } of all) await read(bytes);
  const outcomes = new Map<string, number>();
  const property = fc.asyncProperty(fc.constantFrom(...all), fc.gen(), async ({ bytes, read }, generator) => {
    let outcome = 'read';
    try {
      await read(breakBytes(bytes, randomBelow(generator)));
    } catch (error) {
      if (!(error instanceof TillerError)) throw error;
      outcome = error.code;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: CASES, seed: SEED, endOnFailure: true });
  expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(CASES);
  // Some are still read, and each kind of file has some that are refused.
  expect(outcomes.get('read')).toBeGreaterThan(0);
  expect([...outcomes.keys()]).toEqual(
    expect.arrayContaining(['audio-unreadable', 'array-unreadable', 'gesture-unreadable']),
  );
}, 3_600_000);
