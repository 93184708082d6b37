import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import {
  DATA_TYPES,
  elementCount,
  type ElementType,
  type Graph,
  int,
  type Value,
} from '../../../onnx/graph.js';
import { findLive, removeDeadCode } from '../../../onnx/passes/dead-code.js';
import { WeightPool, writeModel } from '../../../onnx/write.js';
import { SyncSession } from '../../run/sync-session.js';
import { sameShape } from './tensors/content.js';

/** One call of a method as a graph, with all that it gives and leaves behind, by name. */
export interface Call {
  readonly graph: Graph;
  readonly results: ReadonlyMap<string, Value>;
}

const TRIALS = 2;
/** Greatest difference relative to the largest value: the same operations may be computed in another order. */
const TOLERANCE = 1e-5;

/** Whether two calls that read the same inputs give the same: both are run, on made-up numbers. Ends both graphs. */
export function sameCall(a: Call, b: Call): boolean {
  const names = [...a.results.keys()];
  const fits = names.every((name) =>
    sameShape(a.results.get(name)?.shape ?? [], b.results.get(name)?.shape ?? [NaN]),
  );
  if (!fits || b.results.size < names.length) return false;
  const [left, right] = [a, b].map((call) => new Trial(call, names));
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const wanted = left?.run(trial) ?? [];
    const got = right?.run(trial) ?? [];
    if (!wanted.every((values, index) => isClose(values, got[index]))) return false;
  }
  return true;
}

function isClose(wanted: Float32Array, got: Float32Array | undefined): boolean {
  const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6);
  return wanted.every((value, index) => {
    const other = got?.[index] ?? NaN;
    return Math.abs(value - other) <= TOLERANCE * scale || Object.is(value, other);
  });
}

/** A call that can be run. */
class Trial {
  private readonly graph: Graph;
  private readonly inputs: readonly { readonly name: string; readonly value: Value }[];

  constructor({ graph, results }: Call, names: readonly string[]) {
    this.graph = graph;
    const outputs = names.flatMap((name) => results.get(name) ?? []).map((value) => asFloat(graph, value));
    removeDeadCode(graph, outputs);
    const live = findLive(graph, outputs);
    this.inputs = graph.inputs.filter(({ value }) => live.has(value));
    graph.inputs.splice(0, graph.inputs.length, ...this.inputs);
    for (const [index, value] of outputs.entries()) graph.output(`result${index}`, value);
  }

  run(seed: number): readonly Float32Array[] {
    const dir = mkdtempSync(join(tmpdir(), 'tiller-call-'));
    try {
      const weights = new WeightPool('weights.bin', (bytes) => {
        appendFileSync(join(dir, 'weights.bin'), bytes);
      });
      writeFileSync(join(dir, 'call.onnx'), writeModel(this.graph, 'call', weights));
      const session = new SyncSession(join(dir, 'call.onnx'));
      const feeds = this.inputs.map(({ name, value }) => [name, madeUp(name, value, seed)] as const);
      const outputs = this.graph.outputs.map(
        ({ name, value }) =>
          [name, new Tensor('float32', new Float32Array(elementCount(value.shape)), value.shape)] as const,
      );
      session.run(Object.fromEntries(feeds), Object.fromEntries(outputs));
      session.dispose();
      return outputs.map(([, { data }]) => data);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
}

function asFloat(graph: Graph, value: Value): Value {
  return value.type === 'float32'
    ? graph.add('Identity', [value], value.shape)
    : graph.add('Cast', [value], value.shape, { to: int(DATA_TYPES.float32) }, 'float32');
}

/** Numbers that depend on the input's name, so that both calls read the same. */
function madeUp(name: string, { type, shape }: Value, seed: number): Tensor {
  const start = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 17 * seed);
  const numbers = Array.from({ length: elementCount(shape) }, (_, n) =>
    Math.sin(1.7 * n + 0.13 * n * n + start),
  );
  return new Tensor(type, MAKERS[type](numbers), shape);
}

const MAKERS: Readonly<Record<ElementType, (numbers: readonly number[]) => Tensor['data']>> = {
  float32: (numbers) => Float32Array.from(numbers),
  float64: (numbers) => Float64Array.from(numbers),
  int64: (numbers) => BigInt64Array.from(numbers, (value) => BigInt(Math.round(value))),
  int32: (numbers) => Int32Array.from(numbers, Math.round),
  bool: (numbers) => Uint8Array.from(numbers, (value) => (value > 0 ? 1 : 0)),
};
