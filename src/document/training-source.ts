import type { Example } from './example.js';
import type { RegressorSettings } from './learning.js';
import type { ModelSet } from './model-set.js';
import type { Preset } from './preset.js';
import { fieldsOf } from './use-model.js';

/** What a training reads of a document. */
export type TrainingSource = Pick<Preset, 'examples' | 'learning' | 'inputs' | 'steering'>;

/** What a training on `preset` would learn from. */
export const trainingSource = ({ examples, learning, inputs, steering }: TrainingSource): TrainingSource => ({
  examples,
  learning,
  inputs,
  steering,
});

/** What the mapping of another model of `preset` was learned from, where it is up to date. */
export function otherTrainingSource(preset: Preset, set: ModelSet): TrainingSource {
  return trainingSource({ ...preset, ...fieldsOf(preset, set) });
}

/** Whether there is anything to learn from. */
export const hasEnabledExamples = ({ examples }: Pick<Preset, 'examples'>): boolean =>
  examples.some(({ enabled }) => enabled);

/**
 * True when training on `preset` would give another mapping than the one it holds.
 * @param learnedFrom what the held mapping was learned from; null where nothing has been learned
 */
export function needsTraining(preset: Preset, learnedFrom: TrainingSource | null): boolean {
  if (!hasEnabledExamples(preset)) return false;
  return learnedFrom === null || preset.trained === null || !givesSameMapping(preset, learnedFrom);
}

/** True when training on either gives the same mapping: labels, colours and disabled examples make no difference. */
export function givesSameMapping(a: TrainingSource, b: TrainingSource): boolean {
  return haveSameSize(a, b) && learnFromSameExamples(a, b) && learnWithSameSettings(a, b);
}

/** True when a mapping learned from one has as many inputs and latents as the other needs. */
export function haveSameSize(a: TrainingSource, b: TrainingSource): boolean {
  return a.inputs.length === b.inputs.length && a.steering.dimensions.length === b.steering.dimensions.length;
}

function learnFromSameExamples(a: TrainingSource, b: TrainingSource): boolean {
  if (a.examples === b.examples) return true;
  const [ours, theirs] = [a.examples, b.examples].map((all) => all.filter(({ enabled }) => enabled));
  return (
    ours?.length === theirs?.length &&
    ours?.every((example, i) => isSameExample(example, theirs?.[i])) === true
  );
}

function isSameExample(a: Example, b: Example | undefined): boolean {
  if (a === b) return true;
  return (
    b !== undefined &&
    a.id === b.id &&
    a.weight === b.weight &&
    areSameNumbers(a.inputs, b.inputs) &&
    areSameNumbers(a.latents, b.latents)
  );
}

const areSameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((value, i) => value === b[i]));

function learnWithSameSettings(a: TrainingSource, b: TrainingSource): boolean {
  if (a.learning === b.learning) return true;
  return a.steering.dimensions.every((_, i) => areSameSettings(settingsOf(a, i), settingsOf(b, i)));
}

const settingsOf = ({ learning }: TrainingSource, dimension: number): RegressorSettings =>
  learning.perDimension[String(dimension)] ?? learning.shared;

/** Settings are plain JSON of one schema, which fixes the order of their fields. */
const areSameSettings = (a: RegressorSettings, b: RegressorSettings): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);
