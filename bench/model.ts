import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { importModel } from '../src/engine/model/import/import.js';
import type { LibraryEntry } from '../src/engine/model/library/model-folder.js';
import type { ModelManifest } from '../src/engine/model/manifest.js';
import { createNoise } from '../src/engine/model/run/noise.js';
import { openModel } from '../src/engine/model/run/open-model.js';
import type { RunningModel } from '../src/engine/model/run/running-model.js';
import { probeSignal } from '../src/engine/model/run/probe-signal.js';
import { modelsToMeasure } from './bundled.js';
import { type BenchRow, summarise } from './row.js';
import { TorchPeer } from './torch-peer.js';

/** Least samples of one measurement: several calls where they are shorter. */
const LEAST_SAMPLES = 2048;
/** Limit of encode and decode, as a share of one core. */
const MOST_PERCENT = 15;
/** How many times faster than torch.jit in calls of the same size. */
const LEAST_RATIO = 3;
/** Tiller and the peer are measured alternately, so that other load affects both; the first turn is warm-up. */
const TURNS = 11;
const MEASUREMENTS_EACH = 20;

/** One way to encode and decode: measures it repeatedly, in milliseconds per call. */
interface Contender {
  readonly times: number[];
  readonly play: (count: number) => number[] | Promise<number[]>;
}

const contender = (play: Contender['play']): Contender => ({ times: [], play });

async function takeTurns(contenders: readonly Contender[]): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const { times, play } of contenders) {
      const measured = await play(MEASUREMENTS_EACH);
      if (turn > 0) times.push(...measured);
    }
  }
}

const callsOf = (samples: number): number => Math.max(1, Math.round(LEAST_SAMPLES / samples));

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
      return (performance.now() - start) / calls;
    }),
  );
}

/** @param samples of a call */
function torch(peer: TorchPeer, samples: number): Contender {
  const calls = callsOf(samples);
  return contender(async (count) => (await peer.measure(samples, calls, count)).map((ms) => ms / calls));
}

/**
 * Encode and decode, per model and latent frames per call, beside torch.jit on the same file in calls of as many frames.
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

/** The same calls in Tiller and, where there is torch, in torch.jit. */
interface Pair {
  readonly frames: number;
  readonly ours: Contender;
  readonly theirs: Contender | null;
}

async function modelRows(path: string, { dir, manifest }: LibraryEntry): Promise<BenchRow[]> {
  const { hop } = manifest;
  const peer = await TorchPeer.open(path);
  const models: RunningModel[] = [];
  try {
    for (const { frames, batch } of manifest.variants) {
      if (batch === 1) models.push(await openModel(dir, manifest, { frames, batch }));
    }
    const pairs = models.map((model): Pair => {
      const { frames } = model.shape;
      return { frames, ours: tiller(model), theirs: peer && torch(peer, hop * frames) };
    });
    await takeTurns(pairs.flatMap(({ ours, theirs }) => (theirs === null ? [ours] : [ours, theirs])));
    return pairs.flatMap((pair) => pairRows(basename(path), pair, manifest, peer));
  } finally {
    for (const model of models) model.close();
    peer?.close();
  }
}

function pairRows(
  file: string,
  { frames, ours, theirs }: Pair,
  { hop, sampleRate }: ModelManifest,
  peer: TorchPeer | null,
): BenchRow[] {
  const measured = summarise(ours.times);
  const name = `${file}, calls of ${frames} × ${hop} samples`;
  const percent = (ms: number) => (100 * ms * sampleRate) / (1000 * hop * frames);
  const speed: BenchRow = { name, unit: 'ms', ...measured, ...comparison(measured.median, theirs, peer) };
  const load: BenchRow = {
    name: `${name}, share of real time`,
    unit: '%',
    median: percent(measured.median),
    p99: percent(measured.p99),
    bar: MOST_PERCENT,
    barKind: 'max',
  };
  return [speed, load];
}

function comparison(median: number, theirs: Contender | null, peer: TorchPeer | null): Partial<BenchRow> {
  if (theirs === null || peer === null) return { note: 'no peer: no python3 here has torch' };
  const peerMedian = summarise(theirs.times).median;
  return {
    bar: peerMedian / LEAST_RATIO,
    barKind: 'max',
    peer: {
      name: `torch.jit ${peer.version} in the same calls`,
      median: peerMedian,
      ratio: peerMedian / median,
    },
  };
}
