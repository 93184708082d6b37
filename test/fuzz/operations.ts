import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TillerError } from '../../src/document/tiller-error.js';
import { bindGraph } from '../../src/engine/model/import/graph/bind-graph.js';
import { optimise } from '../../src/engine/model/import/graph/build-variant.js';
import { traceMethod } from '../../src/engine/model/import/evaluate/trace.js';
import { WeightPool, writeModel } from '../../src/engine/onnx/write.js';
import { Archive } from '../../src/engine/torchscript/archive.js';
import { Program } from '../../src/engine/torchscript/program.js';
import { buildZip } from '../engine/torchscript/archive-builder.js';
import type { FuzzReport } from './import.js';
import { breakCode, breakValue, randomBelow, type RandomBelow } from './mutate.js';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'operations');

/** One method of a program in which every operation of a family occurs. */
interface Case {
  readonly name: string;
  readonly shape: readonly number[];
}

async function readFamily(family: string) {
  const archive = await Archive.fromBytes(readFileSync(join(FIXTURES, `${family}.torchscript`)));
  return {
    cases: JSON.parse(readFileSync(join(FIXTURES, `${family}.json`), 'utf8')) as readonly Case[],
    entries: archive.names().map((entry) => ({ name: `m/${entry}`, data: archive.read(entry) })),
  };
}

/**
 * Evaluates single operations, each with its code mutated, up to the written graph.
 * @throws Error of fast-check, with seed and path, where the evaluation throws anything but a TillerError
 */
export async function fuzzOperations(cases: number, seed: number): Promise<FuzzReport> {
  const names = readdirSync(FIXTURES).flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? []);
  const families = await Promise.all(names.map(readFamily));
  const errors = new Map<string, number>();
  let imported = 0;
  let slowestMs = 0;
  const property = fc.asyncProperty(fc.constantFrom(...families), fc.gen(), async (family, generator) => {
    const random = randomBelow(generator);
    const { name, shape } = family.cases[random(family.cases.length)] as Case;
    const code = family.entries.filter((entry) => entry.name.endsWith('.py'));
    const broken = code[random(2) === 0 ? 0 : random(code.length)];
    const bytes = buildZip(
      family.entries.map((entry) =>
        entry === broken
          ? { ...entry, data: breakMethod(entry.data.toString(), `case_${name}`, random) }
          : entry,
      ),
    );
    const start = performance.now();
    try {
      const program = Program.load(await Archive.fromBytes(bytes));
      const { graph } = bindGraph(optimise(traceMethod(program, `case_${name}`, shape)), 'x', 'y');
      writeModel(graph, name, new WeightPool('weights.bin', () => undefined));
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

/** Mutates one method of a file or, where the file has none of that name, the file: what a layer does lies in its class. */
function breakMethod(source: string, method: string, random: RandomBelow): Buffer {
  const start = Math.max(0, source.indexOf(`  def ${method}(`));
  const next = source.indexOf('\n  def ', start + 1);
  const end = start === 0 || next < 0 ? source.length : next;
  const change = random(4) === 0 ? breakCode : breakValue;
  return Buffer.from(source.slice(0, start) + change(source.slice(start, end), random) + source.slice(end));
}
