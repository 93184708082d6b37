import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as Benchmark from '../../../../bench/bench.js';
import { TillerError } from '../../../document/tiller-error.js';
import { contextOf } from '../context.js';

type Bench = typeof Benchmark;

/** `tiller bench`: measures the design's figures. Not part of the packed plugin. */
export function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure this machine: model, training, mapping, streaming')
    .option('--only <part>', 'one part: model, import, mapping, stream, gesture, audio')
    .action(async (options: { only?: string }, command: Command) => {
      const { report } = contextOf(command);
      const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'bench', 'bench.js');
      if (!existsSync(path))
        throw new TillerError(
          'file-missing',
          'The benchmark is not part of this installation.',
          'Run it in a clone: npm run bench.',
        );
      const { BENCH_PARTS, runBench } = (await import(pathToFileURL(path).href)) as Bench;
      if (options.only !== undefined && !BENCH_PARTS.includes(options.only))
        throw new TillerError(
          'argument-invalid',
          `The benchmark has no part “${options.only}”.`,
          `Its parts are ${BENCH_PARTS.join(', ')}.`,
        );
      const { rows, lines } = await runBench(options.only);
      report.result(rows, lines);
    });
}
