import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { TillerError } from '../src/document/tiller-error.js';
import type { BenchRow } from './row.js';

const PROGRAM = resolve('build/native/tiller_engine_tests');
const BUNDLE = resolve('build/native/test/real/Tiller.vst3');
/** What the program prints for each pattern: see native/test/EnginePatternTests.cpp. */
const LINE = /^ +(.+): (\d+) of (\d+) samples differ(?:, latest (-?[\d.]+) ms)?$/;

/**
 * How the built plugin with its engine is heard by hosts that call in nine patterns, at two rates and three block sizes: samples that
 * differ from an offline render, after the engine has started; and when a burst was done, after the next was due (negative: before).
 * Takes ten minutes, in real time.
 */
export function hostsBench(): Promise<BenchRow[]> {
  if (!existsSync(PROGRAM) || !existsSync(BUNDLE))
    throw new TillerError(
      'argument-invalid',
      'The plugin and its tests are not built.',
      'Run node scripts/native-test.mjs first.',
    );
  const { stdout } = spawnSync(PROGRAM, [BUNDLE, '--patterns'], { encoding: 'utf8' });
  const rows = stdout.split('\n').flatMap((line): BenchRow[] => {
    const [, name, differing, , latest] = LINE.exec(line) ?? [];
    if (name === undefined) return [];
    const count = Number(differing);
    const note = latest === undefined ? 'no deadline' : `latest ${latest} ms`;
    return [{ name, unit: 'differ', median: count, p99: count, bar: 0, barKind: 'max', note }];
  });
  return Promise.resolve(rows);
}
