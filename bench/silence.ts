import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultOutput, type Output } from '../src/document/output.js';
import { importModel } from '../src/engine/model/import/import.js';
import { createNoise } from '../src/engine/model/run/noise.js';
import { openModel } from '../src/engine/model/run/open-model.js';
import { probeSignal } from '../src/engine/model/run/probe-signal.js';
import type { RunningModel } from '../src/engine/model/run/running-model.js';
import { REST_SECONDS } from '../src/engine/stream/model-rest.js';
import { Stream } from '../src/engine/stream/stream.js';
import { StreamSnapshot } from '../src/engine/stream/telemetry.js';
import { bundledModel } from './bundled.js';
import type { BenchRow } from './row.js';

const MODEL = 'percussion';
const RATE = 48_000;
const BLOCK = 512;
const SOUND_SECONDS = 4;
const MEASURED_SECONDS = 4;

interface Case {
  readonly name: string;
  readonly output: Partial<Output>;
  /** What is played after the sound. */
  readonly level: 0 | 1;
}

const CASES: readonly Case[] = [
  { name: 'silence', output: {}, level: 0 },
  { name: 'bypass', output: { bypass: true }, level: 1 },
];

/** What an instance takes of a core where nothing is heard of its model, beside what it takes while it is played. */
export async function silenceBench(): Promise<BenchRow[]> {
  const libraryDir = await mkdtemp(join(tmpdir(), 'tiller-bench-'));
  try {
    const { dir, manifest } = await importModel(bundledModel(MODEL), { libraryDir });
    const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
    const rows = CASES.map((one) => rowOf(one, model));
    model.close();
    return rows;
  } finally {
    await rm(libraryDir, { recursive: true, force: true });
  }
}

function rowOf({ name, output, level }: Case, model: RunningModel): BenchRow {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), listen: 'mid', ...output });
  const seed = { kind: 'seed', seed: 1 } as const;
  const noise = { model: createNoise(seed, 0), latents: createNoise(seed, 1) };
  stream.prepare({ rate: RATE, maxBlock: BLOCK, channels: 2, model, noise });
  const sound = probeSignal(SOUND_SECONDS * RATE, RATE);
  const wet = [new Float32Array(BLOCK), new Float32Array(BLOCK)];
  const track = new Float32Array(BLOCK);
  /** @returns the share of a core in percent, of processor time: time in which other processes run does not count */
  const play = (seconds: number, gain: number): number => {
    const start = process.cpuUsage();
    const blocks = Math.ceil((seconds * RATE) / BLOCK);
    for (let block = 0; block < blocks; block += 1) {
      const from = (block * BLOCK) % (sound.length - BLOCK);
      for (let i = 0; i < BLOCK; i += 1) track[i] = gain * (sound[from + i] ?? 0);
      stream.process([track, track], wet, BLOCK, null);
    }
    const { user, system } = process.cpuUsage(start);
    return (100 * (user + system) * RATE) / (1_000_000 * blocks * BLOCK);
  };
  play(SOUND_SECONDS, 1);
  const played = play(SOUND_SECONDS, 1);
  play(REST_SECONDS + 2, level);
  const rested = play(MEASURED_SECONDS, level);
  const snapshot = new StreamSnapshot();
  stream.snapshot(snapshot);
  const note = `${played.toFixed(1)} % while it is played; ${snapshot.modelRests ? 'the model rests' : 'the model does not rest'}`;
  return {
    name: `load of an instance with ${MODEL} in ${name}`,
    unit: '%',
    median: rested,
    p99: rested,
    note,
  };
}
