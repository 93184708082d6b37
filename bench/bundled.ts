import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Path of a file of the project, both from source and from `dist/bench`. */
export function projectFile(...path: string[]): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, ...path);
  }
  throw new Error('the benchmark is not in a clone of the project');
}

/** The `.ts` file of a bundled model. */
export const bundledModel = (name: string): string => projectFile('models', name, `${name}.ts`);

/** The models to measure: those in `TILLER_BENCH_MODELS` (separated by `:`), else the bundled ones named. */
export function modelsToMeasure(bundled: readonly string[]): string[] {
  return process.env['TILLER_BENCH_MODELS']?.split(':') ?? bundled.map(bundledModel);
}
