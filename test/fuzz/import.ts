import { readFileSync } from 'node:fs';
import { TillerError } from '../../src/document/tiller-error.js';
import { buildVariant } from '../../src/engine/model/import/graph/build-variant.js';
import { readInterface } from '../../src/engine/model/import/nn-interface.js';
import { WeightPool } from '../../src/engine/onnx/write.js';
import { Archive } from '../../src/engine/torchscript/archive.js';
import { Program } from '../../src/engine/torchscript/program.js';
import { FIXTURE_NAMES, fixturePath } from '../engine/model/fixtures.js';
import { buildZip } from '../engine/torchscript/archive-builder.js';
import { breakBytes, randomSource, type RandomBelow } from './mutate.js';

/** What became of the mutated files: how many were imported, and how often each error was given. */
export interface FuzzReport {
  readonly cases: number;
  readonly imported: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly slowestMs: number;
}

const TOKENS = [
  '0',
  '-1',
  '2',
  '99999999',
  '1e30',
  'None',
  'True',
  'x',
  'self',
  '[]',
  '()',
  'inf',
  '[1, 2]',
  'torch.neg',
  'while True:',
  '"a"',
];

/** Exchanges, drops and repeats words and lines, so that what comes out is often still code. */
function breakCode(source: string, random: RandomBelow): string {
  const lines = source.split('\n');
  const changes = 1 + random(3);
  for (let i = 0; i < changes; i += 1) {
    const at = random(lines.length);
    const line = lines[at] ?? '';
    switch (random(5)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(random(lines.length), 0, line);
        break;
      case 2:
        lines[at] = line.replace(/-?\b\d+\b/, () => TOKENS[random(TOKENS.length)] ?? '0');
        break;
      default: {
        const words = line.split(/\b/);
        words[random(words.length)] = TOKENS[random(TOKENS.length)] ?? '';
        lines[at] = words.join('');
      }
    }
  }
  return lines.join('\n');
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
  buildVariant(program, readInterface(program), { frames: 1, batch: 1 }, pool);
}

/**
 * Imports mutated fixtures up to the written graphs.
 * @throws what an import throws that is no TillerError, with the number of the case to repeat it by
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
  for (let index = 0; index < cases; index += 1) {
    const random = randomSource(seed * 1_000_003 + index);
    const model = models[random(models.length)];
    if (model === undefined) continue;
    const bytes = mutate(model.entries, model.whole, random);
    const start = performance.now();
    try {
      await importInMemory(bytes);
      imported += 1;
    } catch (error) {
      if (!(error instanceof TillerError)) {
        throw new Error(`case ${index} of seed ${seed} failed with ${String(error)}`, { cause: error });
      }
      errors.set(error.code, (errors.get(error.code) ?? 0) + 1);
    }
    slowestMs = Math.max(slowestMs, performance.now() - start);
  }
  return { cases, imported, errors, slowestMs };
}
