import { playBuiltPlugin } from './built-plugin.js';
import type { BenchRow } from './row.js';

/** What the program prints for each pattern: see native/test/EnginePatternTests.cpp. */
const LINE = /^ +(.+): (\d+) of (\d+) samples differ(?:, latest (-?[\d.]+) ms)?$/;

/**
 * How the built plugin with its engine is heard by hosts that call in nine patterns, at two rates and three block sizes: samples that
 * differ from an offline render, after the engine has started; and when a burst was done, after the next was due (negative: before).
 * Takes ten minutes, in real time.
 */
export function hostsBench(): Promise<BenchRow[]> {
  const rows = playBuiltPlugin('--patterns')
    .split('\n')
    .flatMap((line): BenchRow[] => {
      const [, name, differing, , latest] = LINE.exec(line) ?? [];
      if (name === undefined) return [];
      const count = Number(differing);
      const note = latest === undefined ? 'no deadline' : `latest ${latest} ms`;
      return [{ name, unit: 'differ', median: count, p99: count, bar: 0, barKind: 'max', note }];
    });
  return Promise.resolve(rows);
}
