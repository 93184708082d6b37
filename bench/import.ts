import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { modelsToMeasure, projectFile } from './bundled.js';
import { type BenchRow, summarise } from './row.js';

/** Limit of the design for a file of 40 MB, in proportion for larger ones. */
const BAR_MS = 5000;
const BAR_BYTES = 40 * 1024 ** 2;
/** Limit of memory relative to the file's size, for files that are large compared with Node itself. */
const MEMORY_BAR = 4;
const RUNS = 3;
const MEGABYTE = 1024 ** 2;

/** Writes a program's peak memory in kilobytes to its fourth stream when it ends; its worker threads run this, too. */
const REPORT_PEAK = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs'; import { isMainThread } from 'node:worker_threads'; if (isMainThread) process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));`,
)}`;

/**
 * Time and peak memory, Node included, of `tiller import` with all default variants, each into an empty library.
 * @param paths `.ts` files; a bundled model, or those in `TILLER_BENCH_MODELS` (separated by `:`)
 */
export async function importBench(
  paths: readonly string[] = modelsToMeasure(['percussion']),
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const path of paths) {
    const { size } = await stat(path);
    const runs: { ms: number; peakBytes: number }[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await runImport(path));
    const name = `import of ${basename(path)} (${(size / MEGABYTE).toFixed(1)} MB)`;
    const peak = summarise(runs.map(({ peakBytes }) => peakBytes / MEGABYTE));
    rows.push(
      {
        name,
        unit: 'ms',
        ...summarise(runs.map(({ ms }) => ms)),
        bar: BAR_MS * Math.max(1, size / BAR_BYTES),
        barKind: 'max',
        note: `${RUNS} runs, with the start of the program`,
      },
      {
        name: `${name}, peak memory`,
        unit: 'MB',
        ...peak,
        ...(size < BAR_BYTES ? {} : { bar: (MEMORY_BAR * size) / MEGABYTE, barKind: 'max' as const }),
        note: `${((peak.median * MEGABYTE) / size).toFixed(1)} × the file, Node included`,
      },
    );
  }
  return rows;
}

async function runImport(path: string): Promise<{ ms: number; peakBytes: number }> {
  const libraryDir = await mkdtemp(join(tmpdir(), 'tiller-bench-'));
  try {
    const program = projectFile('dist', 'engine', 'tiller.js');
    const start = performance.now();
    const child = spawn(
      process.execPath,
      ['--import', REPORT_PEAK, program, 'import', path, '--library', libraryDir],
      { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] },
    );
    const ended = once(child, 'exit');
    const kilobytes = Number(await text(child.stdio[3] as Readable));
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`the import of ${path} failed`);
    return { ms: performance.now() - start, peakBytes: 1024 * kilobytes };
  } finally {
    await rm(libraryDir, { recursive: true, force: true });
  }
}
