import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { TillerError } from '../src/document/tiller-error.js';

/**
 * Runs the program that plays the built plugin with its engine. Without a display: one that is closed meanwhile would end the program.
 * @returns what the program has printed
 * @throws TillerError `argument-invalid` where it has not been built, `internal` where it does not end by itself
 */
export function playBuiltPlugin(...args: readonly string[]): string {
  const program = resolve('build/native/tiller_engine_tests');
  const bundle = resolve('build/native/test/real/Tiller.vst3');
  if (!existsSync(program) || !existsSync(bundle))
    throw new TillerError(
      'argument-invalid',
      'The plugin and its tests are not built.',
      'Run node scripts/native-test.mjs first.',
    );
  const env = { ...process.env, DISPLAY: 'none' };
  const { stdout, stderr, status, signal } = spawnSync(program, [bundle, ...args], { encoding: 'utf8', env });
  if (status !== 0)
    throw new TillerError(
      'internal',
      `The plugin's host ended with ${signal ?? status}.`,
      stderr.trim() || 'Run node scripts/native-test.mjs to see whether the plugin works.',
    );
  return stdout;
}
