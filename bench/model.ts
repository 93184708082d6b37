import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { importModel } from '../src/engine/model/import/import.js';
import type { LibraryEntry } from '../src/engine/model/library/model-folder.js';
import { createNoise } from '../src/engine/model/run/noise.js';
import { openModel } from '../src/engine/model/run/open-model.js';
import type { RunningModel } from '../src/engine/model/run/running-model.js';
import { probeSignal } from '../src/engine/model/run/probe-signal.js';
import { modelsToMeasure } from './bundled.js';
import { type BenchRow, summarise } from './row.js';
import { TorchPeer } from './torch-peer.js';

/** Samples of the measured block, as in the design's table. */
const BLOCK = 2048;
/** Limit of encode and decode, as a share of one core. */
const MOST_PERCENT = 15;
/** Tiller and the peer are measured alternately, so that other load affects both; the first turn is warm-up. */
const TURNS = 11;
const BLOCKS_EACH = 20;

/** One way to process a block: measures it repeatedly, in milliseconds. */
interface Contender {
  readonly times: number[];
  readonly play: (count: number) => number[] | Promise<number[]>;
}

const contender = (play: Contender['play']): Contender => ({ times: [], play });

async function takeTurns(contenders: readonly Contender[]): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const { times, play } of contenders) {
      const measured = await play(BLOCKS_EACH);
      if (turn > 0) times.push(...measured);
    }
  }
}

/** Calls per block, at least one; the time of a longer call counts in proportion. */
const callsOf = (samples: number): number => Math.max(1, Math.round(BLOCK / samples));

function tiller(model: RunningModel): Contender {
  const { hop, frames, sampleRate } = model.shape;
  const noise = createNoise({ kind: 'seed', seed: 1 });
  const calls = callsOf(hop * frames);
  model.audioIn.set(probeSignal(model.audioIn.length, sampleRate));
  return contender((count) =>
    Array.from({ length: count }, () => {
      const start = performance.now();
      for (let call = 0; call < calls; call += 1) {
        model.encode(noise);
        model.latents.set(model.encoded);
        model.decode(noise);
      }
      return ((performance.now() - start) * BLOCK) / (calls * hop * frames);
    }),
  );
}

function torch(peer: TorchPeer, samples: number): Contender {
  const calls = callsOf(samples);
  return contender(async (count) =>
    (await peer.measure(samples, calls, count)).map((ms) => (ms * BLOCK) / (calls * samples)),
  );
}

/**
 * Encode and decode of 2048 samples, per model and frames per call, beside torch.jit on the same file: all of the block
 * at once, and, for information, in calls of one frame.
 * @param paths `.ts` files; the bundled models, or those in `TILLER_BENCH_MODELS` (separated by `:`)
 */
export async function modelBench(
  paths: readonly string[] = modelsToMeasure(['percussion', 'voices']),
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const libraryDir = await mkdtemp(join(tmpdir(), 'tiller-bench-'));
  try {
    for (const path of paths) rows.push(...(await modelRows(path, await importModel(path, { libraryDir }))));
  } finally {
    await rm(libraryDir, { recursive: true, force: true });
  }
  return rows;
}

async function modelRows(path: string, { dir, manifest }: LibraryEntry): Promise<BenchRow[]> {
  const { hop, sampleRate } = manifest;
  const peer = await TorchPeer.open(path);
  const models: RunningModel[] = [];
  try {
    for (const { frames, batch } of manifest.variants) {
      if (batch === 1) models.push(await openModel(dir, manifest, { frames, batch }));
    }
    const ours = models.map(tiller);
    const whole = peer && torch(peer, Math.max(BLOCK, hop));
    const single = peer && hop < BLOCK ? torch(peer, hop) : null;
    await takeTurns([...ours, whole, single].filter((one) => one !== null));
    return models.flatMap(({ shape: { frames } }, i): BenchRow[] => {
      const measured = summarise(ours[i]?.times ?? []);
      const theirs = whole && summarise(whole.times).median;
      const theirsSingle = single && frames === 1 ? summarise(single.times).median : null;
      const percent = (ms: number) => (100 * ms * sampleRate) / (1000 * BLOCK);
      const speed: BenchRow = {
        name: `${basename(path)}, ${BLOCK} samples, ${frames} frames a call`,
        unit: 'ms',
        ...measured,
        ...(theirs === null
          ? {}
          : {
              bar: theirs / 3,
              barKind: 'max',
              peer: { name: 'torch.jit', median: theirs, ratio: theirs / measured.median },
            }),
        ...(theirsSingle === null
          ? {}
          : {
              note: `torch.jit in calls of ${hop} too: ${theirsSingle.toPrecision(3)} (×${(theirsSingle / measured.median).toFixed(1)})`,
            }),
      };
      const load: BenchRow = {
        name: `${basename(path)}, share of real time, ${frames} frames a call`,
        unit: '%',
        median: percent(measured.median),
        p99: percent(measured.p99),
        bar: MOST_PERCENT,
        barKind: 'max',
      };
      return [speed, load];
    });
  } finally {
    for (const model of models) model.close();
    peer?.close();
  }
}
