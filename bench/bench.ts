import { cpus } from 'node:os';
import { audioBench } from './audio.js';
import { gestureBench } from './gesture.js';
import { hostsBench } from './hosts.js';
import { importBench } from './import.js';
import { instancesBench } from './instances.js';
import { mapBench } from './map.js';
import { mappingBench } from './mapping.js';
import { modelBench } from './model.js';
import { pipeBench } from './pipe.js';
import { restBench } from './rest.js';
import type { BenchRow } from './row.js';
import { silenceBench } from './silence.js';
import { streamBench } from './stream.js';
import { timeBench } from './time.js';

/** The parts of the benchmark, by their names for `--only`. */
const PARTS: Record<string, () => Promise<BenchRow[]>> = {
  model: modelBench,
  import: importBench,
  map: mapBench,
  mapping: mappingBench,
  stream: streamBench,
  silence: silenceBench,
  time: timeBench,
  pipe: pipeBench,
  gesture: gestureBench,
  audio: audioBench,
};

/** Takes very long, and needs the plugin: measured only when asked for. */
const SEPARATE: Record<string, () => Promise<BenchRow[]>> = {
  hosts: hostsBench,
  instances: instancesBench,
  rest: restBench,
};

/** Names of the parts. */
export const BENCH_PARTS: readonly string[] = [...Object.keys(PARTS), ...Object.keys(SEPARATE)];

const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

function judgement({ median, bar, barKind }: BenchRow): string {
  if (bar === undefined) return '';
  const met = barKind === 'min' ? median >= bar : median <= bar;
  return `${met ? 'meets' : 'MISSES'} ${barKind === 'min' ? '≥' : '≤'} ${number(bar)}`;
}

function line(row: BenchRow): string {
  const peer = row.peer ? `${row.peer.name} ${number(row.peer.median)} (×${row.peer.ratio.toFixed(1)})` : '';
  const cells = [
    row.name.padEnd(52),
    `${number(row.median)} ${row.unit}`.padStart(14),
    `p99 ${number(row.p99)}`.padStart(12),
    judgement(row).padEnd(18),
    [peer, row.note ?? ''].filter((text) => text !== '').join('; '),
  ];
  return cells.join('  ').trimEnd();
}

/** Measures all parts or one. Other programs are measured in the same run for comparison. */
export async function runBench(only?: string): Promise<{ rows: BenchRow[]; lines: string[] }> {
  const rows: BenchRow[] = [];
  for (const [name, measure] of Object.entries(PARTS))
    if (only === undefined || only === name) rows.push(...(await measure()));
  const separate = only === undefined ? undefined : SEPARATE[only];
  if (separate !== undefined) rows.push(...(await separate()));
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
  return { rows, lines: [machine, ...rows.map(line)] };
}
