import { fuzzPresets } from './preset.js';

/** More: `FUZZ_CASES=50000 FUZZ_SEED=2 npm run jest -- test/fuzz/preset`. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 2000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

test('mutated presets are refused with a TillerError, or can be used and read back', () => {
  const { cases, loaded, errors, slowestMs } = fuzzPresets(CASES, SEED);
  const refused = [...errors.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    `${cases} mutated presets: ${loaded} loaded, slowest ${slowestMs.toFixed(0)} ms, ${[...errors].map(([code, count]) => `${code} ${count}`).join(', ')}\n`,
  );
  expect(loaded + refused).toBe(CASES);
  expect(['preset-invalid', 'preset-too-new']).toEqual(expect.arrayContaining([...errors.keys()]));
  // Enough presets are valid for the code after validation to be tested, and not all are.
  expect(loaded).toBeGreaterThan(CASES / 50);
  expect(refused).toBeGreaterThan(CASES / 4);
}, 3_600_000);
