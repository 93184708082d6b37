import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { importModel } from '../src/engine/model/import/import.js';
import type { LibraryEntry } from '../src/engine/model/library/model-folder.js';
import { LAYOUTS, type Layout } from '../src/engine/starter-map/layout.js';
import { mapModel } from '../src/engine/starter-map/map-model.js';
import { DEFAULT_CANDIDATES, DEFAULT_ZONES } from '../src/engine/starter-map/starter-map.js';
import { modelsToMeasure } from './bundled.js';
import { MapQuality } from './map-quality.js';
import { type BenchRow, summarise } from './row.js';

/** Limits of the design. */
const MOST_MS = 10_000;
const LEAST_SPREAD = 2;
const LEAST_ORDER = 0.9;
const LEAST_ORDER_BETWEEN = 0.8;
const CEILING_DB = -1;
const SEEDS = [1, 2, 3];
const MEANINGFUL = LAYOUTS.filter((layout) => layout !== 'likeness');

/**
 * Time and quality of starter maps with the default settings: medians and worst values over some seeds.
 * @param paths `.ts` files; the bundled models, or those in `TILLER_BENCH_MODELS` (separated by `:`)
 */
export async function mapBench(
  paths: readonly string[] = modelsToMeasure(['percussion', 'voices', 'metal', 'machines']),
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const libraryDir = await mkdtemp(join(tmpdir(), 'tiller-bench-'));
  try {
    for (const path of paths) {
      const entry = await importModel(path, { libraryDir });
      for (const layout of MEANINGFUL) rows.push(...(await mapRows(basename(path), entry, layout)));
    }
  } finally {
    await rm(libraryDir, { recursive: true, force: true });
  }
  return rows;
}

async function mapRows(
  name: string,
  entry: LibraryEntry,
  layout: Exclude<Layout, 'likeness'>,
): Promise<BenchRow[]> {
  const quality = await MapQuality.open(entry);
  const times: number[] = [];
  const processorTimes: number[] = [];
  const spreads: number[] = [];
  const orders: number[] = [];
  const ordersBetween: number[] = [];
  const peaks: number[] = [];
  let mislabelled = 0;
  try {
    for (const seed of SEEDS) {
      const start = performance.now();
      const before = process.cpuUsage();
      const { zones } = await mapModel(entry.dir, entry.manifest, {
        files: [],
        frames: quality.frames,
        zones: DEFAULT_ZONES,
        candidates: DEFAULT_CANDIDATES,
        layout,
        seed,
        ceilingDb: CEILING_DB,
      });
      const { user, system } = process.cpuUsage(before);
      times.push(performance.now() - start);
      processorTimes.push((user + system) / 1e6);
      spreads.push(quality.spreadOverDraws(zones, CEILING_DB));
      orders.push(Math.min(...quality.orderOfZones(zones, layout)));
      ordersBetween.push(Math.min(...quality.orderBetween(zones, layout)));
      peaks.push(quality.greatestPeakDb(zones));
      mislabelled += quality.mislabelled(zones).length;
    }
  } finally {
    quality.close();
  }
  const title = `map of ${name} by ${layout}`;
  const least = (what: string, values: readonly number[], bar: number): BenchRow => ({
    name: `${title}, ${what}`,
    unit: '',
    ...summarise(values),
    bar,
    barKind: 'min',
    note: `least ${Math.min(...values).toFixed(2)}`,
  });
  return [
    {
      name: title,
      unit: 'ms',
      ...summarise(times),
      bar: MOST_MS,
      barKind: 'max',
      note: `${summarise(processorTimes).median.toFixed(1)} s of a processor; ${mislabelled} labels wrong`,
    },
    least('spread over that of draws', spreads, LEAST_SPREAD),
    least('order of its sounds', orders, LEAST_ORDER),
    least('order between them', ordersBetween, LEAST_ORDER_BETWEEN),
    { name: `${title}, greatest peak`, unit: 'dB', ...summarise(peaks), bar: CEILING_DB, barKind: 'max' },
  ];
}
