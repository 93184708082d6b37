import { HOT_GLOBALS } from './test/hot-globals.js';

// Tests see a copy of the environment; why this must stand in the real one, `src/engine/model/run/sync-session.ts` says.
process.env.ORT_DISABLE_TELEMETRY = '1';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/environment.js',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.tsx?$': [
      '<rootDir>/test/transform.js',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // For packages that are no modules; in modules `transform` declares them.
  sandboxInjectedGlobals: HOT_GLOBALS.filter((name) => name !== 'NaN' && name !== 'Infinity'),
  // For what must happen on a machine that does much else. A test has a limit of its own only where it needs more.
  testTimeout: 300_000,
};
