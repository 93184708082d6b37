import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUDIO_DESCRIPTORS, type AudioDescriptor } from '../src/document/audio-descriptors.js';
import { defaultInput } from '../src/document/default-preset.js';
import type { Input } from '../src/document/input.js';
import { BLENDED_LOOPS } from '../src/document/loop-slots.js';
import { defaultOutput, type Output } from '../src/document/output.js';
import { defaultDimension } from '../src/document/steering.js';
import { importModel } from '../src/engine/model/import/import.js';
import { createNoise } from '../src/engine/model/run/noise.js';
import { openModel } from '../src/engine/model/run/open-model.js';
import { probeSignal } from '../src/engine/model/run/probe-signal.js';
import type { ModelShape, RunningModel } from '../src/engine/model/run/running-model.js';
import type { SentLoop } from '../src/engine/stream/loop-blend.js';
import { Stream } from '../src/engine/stream/stream.js';
import { IdleModel } from '../test/engine/model/idle-model.js';
import { bundledModel } from './bundled.js';
import { type BenchRow, summarise } from './row.js';

/** Limit of what each may add to a block, in percent of it. */
const MOST_PERCENT = 2;
const MODEL = 'percussion';
/** All cases are measured in turns, each next to the plain one, so that other load affects them alike; the first turns are warm-up. */
const TURNS = 40;
const WARM_UP = 8;
const BLOCKS_EACH = 40;
/** Quarter notes per minute. */
const TEMPO = 120;

/** One way to play. */
interface Case {
  readonly name: string;
  readonly output?: Partial<Output>;
  readonly inputs?: readonly Input[];
  readonly keepsLoops?: true;
}

const withSource = (source: Input['source']): Input => ({ ...defaultInput('input'), source });
const follower = (descriptor: AudioDescriptor): Input =>
  withSource({ kind: 'audio', descriptor, attackMilliseconds: 10, releaseMilliseconds: 200, heard: null });
const lfo = withSource({ kind: 'lfo', shape: 'random', period: 1, unit: 'beats', phase: 0, seed: 1 });

const CASES: readonly Case[] = [
  { name: 'latent loop', output: { loop: true, loopLength: '1 beat' } },
  { name: 'blend of kept loops', output: { loop: true, loopSlot: BLENDED_LOOPS }, keepsLoops: true },
  { name: 'two LFOs', inputs: [lfo, lfo] },
  ...AUDIO_DESCRIPTORS.map((descriptor) => ({
    name: `follower of ${descriptor}`,
    inputs: [follower(descriptor)],
  })),
  { name: 'followers of everything', inputs: AUDIO_DESCRIPTORS.map(follower) },
];

/** What loops, LFOs and followers add to a block of one latent frame, in percent of the block with a bundled model. */
export async function timeBench(): Promise<BenchRow[]> {
  const libraryDir = await mkdtemp(join(tmpdir(), 'tiller-bench-'));
  try {
    const { dir, manifest } = await importModel(bundledModel(MODEL), { libraryDir });
    const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
    // What they add does not depend on the model, and is found beside one that takes no time.
    const idle = (one: Case) => playerOf(new IdleModel(model.shape), one);
    const cases = CASES.map((one) => ({ name: one.name, play: idle(one), added: [] as number[] }));
    const plain = idle({ name: 'plain' });
    const whole = playerOf(model, { name: 'whole' });
    const blocks: number[] = [];
    for (let turn = -WARM_UP; turn < TURNS; turn += 1) {
      const block = whole();
      if (turn >= 0) blocks.push(block);
      for (const { play, added } of cases) {
        const before = plain();
        const difference = play() - before;
        if (turn >= 0) added.push(difference);
      }
    }
    model.close();
    return cases.map(({ name, added }) => rowOf(name, added, summarise(blocks).median, model.shape));
  } finally {
    await rm(libraryDir, { recursive: true, force: true });
  }
}

/** @param added and `block`: milliseconds of processor time per block */
function rowOf(name: string, added: readonly number[], block: number, { hop }: ModelShape): BenchRow {
  const { median, p99 } = summarise(added);
  return {
    name: `${name}, added to a block of ${hop} stereo samples with ${MODEL}`,
    unit: '%',
    median: (100 * median) / block,
    p99: (100 * p99) / block,
    bar: MOST_PERCENT,
    barKind: 'max',
    note: `${(1000 * median).toFixed(1)} µs of ${block.toFixed(2)} ms`,
  };
}

/** Plays a stereo track at the model's rate; what it returns plays some blocks and says how much processor time each took, in
 * milliseconds: time in which other processes run does not count. */
function playerOf(model: RunningModel, { output = {}, inputs, keepsLoops }: Case): () => number {
  const { hop, sampleRate, latentDims } = model.shape;
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ...output, listen: 'mid' });
  const dimensions = Array.from({ length: latentDims }, () => ({
    ...defaultDimension(),
    mode: 'add' as const,
  }));
  stream.setSteering({ amount: 1, glideSeconds: 0.05, dimensions });
  stream.setMapping({ evaluate: (values, latents) => void latents.fill(values[0] ?? 0) });
  if (inputs !== undefined) stream.setMotions(inputs);
  if (keepsLoops === true)
    stream.setLoops(Array.from({ length: 16 }, (_, slot) => keptLoop(slot, latentDims)));
  const seed = { kind: 'seed', seed: 1 } as const;
  const noise = { model: createNoise(seed, 0), latents: createNoise(seed, 1) };
  stream.prepare({ rate: sampleRate, maxBlock: hop, channels: 2, model, noise, redecodeCpuShare: 0 });
  const track = probeSignal(sampleRate * 4, sampleRate);
  const wet = [new Float32Array(hop), new Float32Array(hop)];
  let at = 0;
  return () => {
    const start = process.cpuUsage();
    for (let block = 0; block < BLOCKS_EACH; block += 1) {
      const song = { tempo: TEMPO, playing: true, beatsPerBar: 4, songSample: at };
      stream.setTime({ ...song, beat: (at * TEMPO) / 60 / sampleRate });
      const from = at % (track.length - hop);
      const input = track.subarray(from, from + hop);
      stream.process([input, input], wet, hop, null);
      at += hop;
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / BLOCKS_EACH;
  };
}

function keptLoop(slot: number, latents: number): SentLoop {
  const frames = 100;
  const inputs = [(slot % 4) / 3, Math.floor(slot / 4) / 3];
  return { frames, rows: 1, beats: 4, inputs, latents: new Float32Array(frames * latents).fill(slot / 16) };
}
