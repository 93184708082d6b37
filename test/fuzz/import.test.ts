import { fuzzImport, type FuzzReport } from './import.js';
import { fuzzOperations } from './operations.js';

/** More: `FUZZ_CASES=20000 FUZZ_SEED=2 npm run jest -- test/fuzz/import`. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 300);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

const TIMEOUT_MS = 3_600_000;

function report(what: string, { cases, imported, errors, slowestMs }: FuzzReport): void {
  const codes = [...errors].map(([code, count]) => `${code} ${count}`).join(', ');
  process.stdout.write(
    `${cases} mutated ${what}: ${imported} imported, slowest ${slowestMs.toFixed(0)} ms, ${codes}\n`,
  );
  const refused = [...errors.values()].reduce((sum, count) => sum + count, 0);
  expect(imported + refused).toBe(CASES);
  // Some mutations pass and some fail at different stages, so all of the importer is reached.
  expect(imported).toBeGreaterThan(0);
  expect(errors.size).toBeGreaterThan(2);
}

test(
  'mutated models are imported or refused with a TillerError',
  async () => {
    report('models', await fuzzImport(CASES, SEED));
  },
  TIMEOUT_MS,
);

test(
  'mutated operations are evaluated or refused with a TillerError',
  async () => {
    report('operations', await fuzzOperations(CASES, SEED));
  },
  TIMEOUT_MS,
);
