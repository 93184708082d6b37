import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { importModel } from '../src/engine/model/import.js';
import { createNoise } from '../src/engine/model/noise.js';
import { openModel } from '../src/engine/model/run.js';
import type { RunningModel } from '../src/engine/model/running.js';
import { probeSignal } from '../src/engine/model/signal.js';
import { modelsToMeasure } from './bundled.js';
import { type BenchRow, summarise } from './row.js';

/** Samples of the block that is timed, as the design's table has it. */
const BLOCK = 2048;
const WARM_UP = 20;
const BLOCKS = 200;

/** The same file in torch.jit on one thread: one line of milliseconds per block. */
const TORCH = `
import json, sys, time, torch
torch.set_num_threads(1); torch.set_grad_enabled(False)
model = torch.jit.load(sys.argv[1]); block, warm, count = map(int, sys.argv[2:5])
x = 0.1 * torch.randn(1, int(model.encode_params[0]), block); times = []
for i in range(warm + count):
    start = time.perf_counter(); model.decode(model.encode(x)); end = time.perf_counter()
    if i >= warm: times.append(1000 * (end - start))
print(json.dumps(times))
`;

/** Milliseconds per block in torch.jit, or null where python3 has no torch. */
async function torchTimes(path: string): Promise<number[] | null> {
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      const args = ['-c', TORCH, path, String(BLOCK), String(WARM_UP), String(BLOCKS)];
      const { stdout } = await promisify(execFile)(python, args);
      return JSON.parse(stdout) as number[];
    } catch {
      continue;
    }
  }
  return null;
}

/** Milliseconds for each block of 2048 samples; a call of fewer samples is repeated to fill one. */
function tillerTimes(model: RunningModel): number[] {
  const { hop, frames, sampleRate } = model.shape;
  const noise = createNoise({ kind: 'seed', seed: 1 });
  const calls = Math.max(1, Math.round(BLOCK / (hop * frames)));
  model.audioIn.set(probeSignal(model.audioIn.length, sampleRate));
  const times: number[] = [];
  for (let block = 0; block < WARM_UP + BLOCKS; block += 1) {
    const start = performance.now();
    for (let call = 0; call < calls; call += 1) {
      model.encode(noise);
      model.latents.set(model.encoded);
      model.decode(noise);
    }
    if (block >= WARM_UP) times.push(((performance.now() - start) * BLOCK) / (calls * hop * frames));
  }
  return times;
}

/**
 * Encode and decode of 2048 samples, per model and frames per call, beside torch.jit on the same file.
 * @param paths `.ts` files; the bundled models, or those in `TILLER_BENCH_MODELS` (separated by `:`)
 */
export async function modelBench(
  paths: readonly string[] = modelsToMeasure(['percussion', 'voices']),
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const libraryDir = await mkdtemp(join(tmpdir(), 'tiller-bench-'));
  try {
    for (const path of paths) {
      const { dir, manifest } = await importModel(path, { libraryDir });
      const peer = await torchTimes(path);
      for (const { frames, batch } of manifest.variants) {
        if (batch !== 1) continue;
        const model = await openModel(dir, manifest, { frames, batch });
        const measured = summarise(tillerTimes(model));
        model.close();
        const theirs = peer === null ? null : summarise(peer).median;
        rows.push({
          name: `${basename(path)}, ${BLOCK} samples, ${frames} frames a call`,
          unit: 'ms',
          ...measured,
          ...(theirs === null
            ? {}
            : {
                bar: theirs / 3,
                barKind: 'max' as const,
                peer: { name: 'torch.jit', median: theirs, ratio: theirs / measured.median },
              }),
          note: `${((100 * measured.median * manifest.sampleRate) / (1000 * BLOCK)).toFixed(1)} % of real time`,
        });
      }
    }
  } finally {
    await rm(libraryDir, { recursive: true, force: true });
  }
  return rows;
}
