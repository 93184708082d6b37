import type { Learning, RegressorKind, RegressorSettings } from './learning.js';

/** Settings that fit a few dozen examples exactly, or as closely as the kind allows. */
export function defaultRegressor(kind: RegressorKind): RegressorSettings {
  switch (kind) {
    case 'mlp':
      return { kind, hidden: [12], activation: 'tanh', weightDecay: 1e-4, seed: 1 };
    case 'gp':
      return { kind, lengthScale: 'auto', noise: 0 };
    case 'linear':
      return { kind, ridge: 1e-3 };
    case 'polynomial':
      return { kind, degree: 3, crossTerms: true, ridge: 1e-3 };
    case 'knn':
      return { kind, k: 4, falloff: 2 };
  }
}

export const defaultLearning = (): Learning => ({
  shared: defaultRegressor('mlp'),
  perDimension: {},
  automatic: true,
});
