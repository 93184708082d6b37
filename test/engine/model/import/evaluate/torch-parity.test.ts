import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prune, bindGraph, STATE_IN } from '../../../../../src/engine/model/import/graph/bind-graph.js';
import { optimise } from '../../../../../src/engine/model/import/graph/build-variant.js';
import { type Traced, traceMethod } from '../../../../../src/engine/model/import/evaluate/trace.js';
import { Archive } from '../../../../../src/engine/torchscript/archive.js';
import { Program } from '../../../../../src/engine/torchscript/program.js';
import { runGraph } from '../../../onnx/run-graph.js';

/** Programs of torch, each method of which is one case: see `generate.py` there. */
const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', 'fixtures', 'operations');
const MIN_SNR_DB = 90;
const CALLS = 2;

interface Case {
  readonly name: string;
  readonly shape: readonly number[];
  readonly output: readonly number[];
}

/** The input of a call, as in `generate.py`. */
const signal = (count: number, call: number): Float32Array =>
  Float32Array.from({ length: count }, (_, n) => 1.5 * Math.sin(1.7 * n + 0.13 * n * n + 0.9 * call + 0.4));

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

function snrDb(wanted: Float32Array, got: Float32Array | undefined): number {
  let signalEnergy = 0;
  let errorEnergy = 0;
  for (const [index, value] of wanted.entries()) {
    const difference = value - (got?.[index] ?? NaN);
    signalEnergy += value * value;
    errorEnergy += difference * difference;
  }
  return errorEnergy === 0 ? Infinity : 10 * Math.log10(signalEnergy / errorEnergy);
}

/** What the calls give one after the other, the state of each handed to the next. */
function run(traced: Traced, { shape }: Case): (Float32Array | undefined)[] {
  const { graph, initialState } = bindGraph(traced, 'x', 'y');
  let state = initialState;
  return Array.from({ length: CALLS }, (_, call) => {
    const feeds = { x: signal(size(shape), call), ...(state.length === 0 ? {} : { [STATE_IN]: state }) };
    const [y, after] = runGraph(graph, feeds);
    state = after ?? state;
    return y;
  });
}

const families = readdirSync(FIXTURES).flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? []);

test('there are fixtures', () => expect(families.length).toBeGreaterThan(10));

describe.each(families)('%s', (family) => {
  const cases = JSON.parse(readFileSync(join(FIXTURES, `${family}.json`), 'utf8')) as Case[];
  const bytes = readFileSync(join(FIXTURES, `${family}.f32`));
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const starts = cases.map(
    (_, index) => CALLS * cases.slice(0, index).reduce((sum, { output }) => sum + size(output), 0),
  );
  const wanted = (index: number, call: number): Float32Array => {
    const length = size(cases[index]?.output ?? []);
    return values.subarray((starts[index] ?? 0) + call * length, (starts[index] ?? 0) + (call + 1) * length);
  };
  let program: Program;

  beforeAll(async () => {
    program = Program.load(await Archive.fromBytes(readFileSync(join(FIXTURES, `${family}.torchscript`))));
  });

  test.each(cases.map((entry, index) => [entry.name, entry, index] as const))('%s', (name, entry, index) => {
    for (const pass of [prune, optimise]) {
      const traced = pass(traceMethod(program, `case_${name}`, entry.shape));
      expect(traced.output.shape).toEqual(entry.output);
      const got = run(traced, entry);
      for (let call = 0; call < CALLS; call += 1)
        expect(snrDb(wanted(index, call), got[call])).toBeGreaterThan(MIN_SNR_DB);
    }
  });
});
