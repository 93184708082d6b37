import { playBuiltPlugin } from './built-plugin.js';
import type { BenchRow } from './row.js';

/** Instances in one host, and programs beside it that compute without a pause. */
const CASES = [
  [1, 0],
  [4, 4],
  [8, 0],
  [16, 0],
] as const;
const PLAYED_SECONDS = 30;
/** What the program prints: see native/test/InstanceBench.cpp. */
const LINE =
  /^ +(.+): (\d+) heard, half after ([\d.]+) s, all after ([\d.]+) s; (\d+) of (\d+) blocks dry; (\d+) engines ended$/m;

/**
 * Instances of the built plugin that are opened at once in one host, with the model of a new instance: when they are heard, how
 * much is dry in the half minute after, and engines that ended. Takes five minutes, in real time.
 */
export function instancesBench(): Promise<BenchRow[]> {
  const rows = CASES.flatMap(([instances, others]): BenchRow[] => {
    const printed = playBuiltPlugin(
      ...['--instances', String(instances), String(others), String(PLAYED_SECONDS)],
    );
    const [, name, heard, half, all, dry, blocks, ended] = LINE.exec(printed) ?? [];
    if (name === undefined) return [];
    const note = `${heard ?? ''} heard; ${dry ?? ''} of ${blocks ?? ''} blocks dry after; ${ended ?? ''} engines ended`;
    return [{ name, unit: 's until heard', median: Number(half), p99: Number(all), note }];
  });
  return Promise.resolve(rows);
}
