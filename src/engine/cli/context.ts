import type { Command } from 'commander';
import { TillerError } from '../../document/tiller-error.js';
import type { NoiseSetting } from '../model/run/noise.js';
import { importWithCleanup } from './interrupt.js';
import { userLibraryDir } from '../model/library/model-folder.js';
import { ModelLibrary } from '../model/library/model-library.js';
import { bundledFolder } from '../system/paths.js';
import { parseNoise } from './noise-option.js';
import { Report } from './report.js';

/** Options and services that every command shares. */
export interface Context {
  readonly report: Report;
  readonly models: ModelLibrary;
  readonly noise: NoiseSetting;
  /** True where `--noise` was given on the command line. */
  readonly noiseGiven: boolean;
}

/**
 * The context of a command, from the options that every command shares.
 * @throws TillerError `argument-invalid` for an invalid noise setting or an empty library name
 */
export function contextOf(command: Command): Context {
  const { json, library, noise } = command.optsWithGlobals<{
    json?: true;
    library?: string;
    noise: string;
  }>();
  if (library === '')
    throw new TillerError('argument-invalid', 'The library has no name.', 'Name a folder: --library <dir>.');
  return {
    report: new Report(json === true),
    models: new ModelLibrary(library ?? userLibraryDir(), bundledFolder('models'), importWithCleanup),
    noise: parseNoise(noise),
    noiseGiven: command.parent?.getOptionValueSource('noise') === 'cli',
  };
}
