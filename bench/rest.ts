import { playBuiltPlugin } from './built-plugin.js';
import type { BenchRow } from './row.js';

const MEASURED_SECONDS = 20;
/** Of an instance that its host has not activated; any other may get a block at any moment, and its link looks for one (decision 30). */
const BAR = 20;
const INACTIVE = 'not active';
/** What the program prints: see native/test/RestBench.cpp. */
const LINE = /^ +(.+): engine ([\d.]+), its link ([\d.]+) wake-ups a second$/;

/**
 * How often one instance of the built plugin wakes the processor while it does nothing: its engine, and its thread in the host. Takes a
 * minute, in real time.
 */
export function restBench(): Promise<BenchRow[]> {
  const rows = playBuiltPlugin('--rest', String(MEASURED_SECONDS))
    .split('\n')
    .flatMap((line): BenchRow[] => {
      const [, state, engine, link] = LINE.exec(line) ?? [];
      if (state === undefined) return [];
      const sum = Number(engine) + Number(link);
      const note = `engine ${engine ?? ''}, its link ${link ?? ''}`;
      const judged = state === INACTIVE ? ({ bar: BAR, barKind: 'max' } as const) : {};
      return [{ name: `wake-ups at rest, ${state}`, unit: '/s', median: sum, p99: sum, ...judged, note }];
    });
  return Promise.resolve(rows);
}
