import {
  type ImportedModel,
  importModel,
  type ImportOptions,
} from '../../../src/engine/model/import/import.js';
import { type FixtureName, fixturePath } from './fixtures.js';

/** A report without figures, at once: measuring takes three quarters of a small model's import. */
const withoutFigures: NonNullable<ImportOptions['measure']> = (_, { notes }) =>
  Promise.resolve({
    format: 'tiller-model-report',
    version: 1,
    notes: [...notes],
    loads: [],
    processor: '',
    memoryBytes: null,
    latents: [],
  });

/** Imports a model file, for tests that are not about its report: that has no figures. */
export const importUnmeasured = (path: string, options: ImportOptions): Promise<ImportedModel> =>
  importModel(path, { measure: withoutFigures, ...options });

/** The same with one of the small models. */
export const importFixture = (name: FixtureName, options: ImportOptions): Promise<ImportedModel> =>
  importUnmeasured(fixturePath(name), options);
