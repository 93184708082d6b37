import { fuzzImport } from './import.js';

/** More: `FUZZ_CASES=20000 FUZZ_SEED=2 npm run jest -- test/fuzz/import`. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 300);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

test('mutated models are imported or refused with a TillerError', async () => {
  const { cases, imported, errors, slowestMs } = await fuzzImport(CASES, SEED);
  const refused = [...errors.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    `${cases} mutated models: ${imported} imported, slowest ${slowestMs.toFixed(0)} ms, ${[...errors].map(([code, count]) => `${code} ${count}`).join(', ')}\n`,
  );
  expect(imported + refused).toBe(CASES);
  // Some mutations pass and some fail at different stages, so all of the importer is reached.
  expect(imported).toBeGreaterThan(0);
  expect(errors.size).toBeGreaterThan(3);
}, 3_600_000);
