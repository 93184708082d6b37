import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { TillerError } from '../src/document/tiller-error.js';

/**
 * The program that plays the built plugin with its engine, and the plugin.
 * @throws TillerError `argument-invalid` where they have not been built
 */
export function builtPlugin(): { program: string; bundle: string } {
  const program = resolve('build/native/tiller_engine_tests');
  const bundle = resolve('build/native/test/real/Tiller.vst3');
  if (!existsSync(program) || !existsSync(bundle))
    throw new TillerError(
      'argument-invalid',
      'The plugin and its tests are not built.',
      'Run node scripts/native-test.mjs first.',
    );
  return { program, bundle };
}
