import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { importModel } from '../src/engine/model/import.js';
import { modelsToMeasure } from './bundled.js';
import type { BenchRow } from './row.js';

/** The design's bar for a file of 40 MB, taken in proportion for larger ones. */
const BAR_MS = 5000;
const BAR_BYTES = 40 * 1024 ** 2;

/**
 * Time of an import with all default variants, each into an empty library.
 * @param paths `.ts` files; a bundled model, or those in `TILLER_BENCH_MODELS` (separated by `:`)
 */
export async function importBench(
  paths: readonly string[] = modelsToMeasure(['percussion']),
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const path of paths) {
    const { size } = await stat(path);
    const libraryDir = await mkdtemp(join(tmpdir(), 'tiller-bench-'));
    try {
      const start = performance.now();
      await importModel(path, { libraryDir });
      const ms = performance.now() - start;
      const megabytes = (size / 1024 ** 2).toFixed(1);
      rows.push({
        name: `import of ${basename(path)} (${megabytes} MB)`,
        unit: 'ms',
        median: ms,
        p99: ms,
        bar: BAR_MS * Math.max(1, size / BAR_BYTES),
        barKind: 'max',
        note: 'one run',
      });
    } finally {
      await rm(libraryDir, { recursive: true, force: true });
    }
  }
  return rows;
}
