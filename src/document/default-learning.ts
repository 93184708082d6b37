import type { Learning, RegressorKind, RegressorSettings } from './learning.js';

/** The settings of one kind of regressor. */
export type SettingsOf<K extends RegressorKind> = Extract<RegressorSettings, { kind: K }>;

/** Settings that fit a few dozen examples exactly, or as closely as the kind allows. */
const DEFAULTS: { readonly [K in RegressorKind]: SettingsOf<K> } = {
  mlp: { kind: 'mlp', hidden: [12], activation: 'tanh', weightDecay: 1e-4, seed: 1 },
  gp: { kind: 'gp', lengthScale: 'auto', noise: 0 },
  linear: { kind: 'linear', ridge: 1e-3 },
  polynomial: { kind: 'polynomial', degree: 3, crossTerms: true, ridge: 1e-3 },
  knn: { kind: 'knn', k: 4, falloff: 2 },
};

/** The initial settings of a kind of regressor. */
export const defaultRegressor = <K extends RegressorKind>(kind: K): SettingsOf<K> => DEFAULTS[kind];

/** Of a new instrument: a regressor that passes through its examples, so that what was captured is what is heard. */
export const defaultLearning = (): Learning => ({
  shared: defaultRegressor('gp'),
  perDimension: {},
  automatic: true,
});
