import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { TillerError } from '../../src/document/tiller-error.js';
import { buildVariant } from '../../src/engine/model/import/graph/build-variant.js';
import { chooseAttributes } from '../../src/engine/model/import/choose-attributes.js';
import { readInterface } from '../../src/engine/model/import/nn-interface.js';
import { WeightPool } from '../../src/engine/onnx/write.js';
import { Archive } from '../../src/engine/torchscript/archive.js';
import { Program } from '../../src/engine/torchscript/program.js';
import { FIXTURE_NAMES, fixturePath } from '../engine/model/fixtures.js';
import { buildZip } from '../engine/torchscript/archive-builder.js';
import { breakBytes, breakCode, randomBelow, type RandomBelow } from './mutate.js';

/** Number of mutated files, of those that were imported, and of each error's occurrences. */
export interface FuzzReport {
  readonly cases: number;
  readonly imported: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly slowestMs: number;
}

interface Entry {
  readonly name: string;
  readonly data: Buffer;
}

function mutate(entries: readonly Entry[], whole: Buffer, random: RandomBelow): Buffer {
  if (random(4) === 0) return breakBytes(whole, random);
  const broken = random(entries.length);
  return buildZip(
    entries.map(({ name, data }, index) => {
      const hit = index === broken || (name.endsWith('data.pkl') && random(6) === 0) || random(40) === 0;
      if (!hit) return { name, data };
      return {
        name,
        data: name.endsWith('.py') ? breakCode(data.toString(), random) : breakBytes(data, random),
      };
    }),
  );
}

async function importInMemory(bytes: Buffer): Promise<void> {
  const program = Program.load(await Archive.fromBytes(bytes));
  const pool = new WeightPool('weights.bin', () => undefined);
  const nn = readInterface(program);
  buildVariant(program, nn, { frames: 1, batch: 1 }, chooseAttributes(program, nn).settable, pool);
}

/**
 * Imports mutated fixtures up to the written graphs.
 * @throws Error of fast-check, with seed and path, where an import throws anything but a TillerError
 */
export async function fuzzImport(cases: number, seed: number): Promise<FuzzReport> {
  const models = await Promise.all(
    FIXTURE_NAMES.map(async (name) => {
      const whole = readFileSync(fixturePath(name));
      const archive = await Archive.fromBytes(whole);
      return {
        whole,
        entries: archive.names().map((entry) => ({ name: `m/${entry}`, data: archive.read(entry) })),
      };
    }),
  );
  const errors = new Map<string, number>();
  let imported = 0;
  let slowestMs = 0;
  const property = fc.asyncProperty(fc.constantFrom(...models), fc.gen(), async (model, generator) => {
    const bytes = mutate(model.entries, model.whole, randomBelow(generator));
    const start = performance.now();
    try {
      await importInMemory(bytes);
      imported += 1;
    } catch (error) {
      if (!(error instanceof TillerError)) throw error;
      errors.set(error.code, (errors.get(error.code) ?? 0) + 1);
    }
    slowestMs = Math.max(slowestMs, performance.now() - start);
  });
  await fc.assert(property, { numRuns: cases, seed, endOnFailure: true });
  return { cases, imported, errors, slowestMs };
}
