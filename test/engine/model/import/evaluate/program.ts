import { Archive } from '../../../../../src/engine/torchscript/archive.js';
import { Program } from '../../../../../src/engine/torchscript/program.js';
import { type Traced, traceMethod } from '../../../../../src/engine/model/import/evaluate/trace.js';
import { bindGraph, prune, STATE_IN } from '../../../../../src/engine/model/import/graph/bind-graph.js';
import { buildZip } from '../../../torchscript/archive-builder.js';
import { numbers, runGraph } from '../../../onnx/run-graph.js';
import { type Attributes, storedModel } from './stored.js';

/** A program of one class with the method `f(self, x)` of these lines, and further code. */
export async function programOf(
  lines: readonly string[],
  more = '',
  attributes: Attributes = {},
): Promise<Program> {
  const source = [
    'class M(Module):',
    '  def f(self: __torch__.M, x: Tensor) -> Tensor:',
    ...lines.map((line) => `    ${line}`),
    more,
  ].join('\n');
  const archive = await Archive.fromBytes(
    buildZip([
      ...storedModel(attributes),
      { name: 'm/version', data: '3\n' },
      { name: 'm/code/__torch__.py', data: source },
    ]),
  );
  return Program.load(archive);
}

export async function trace(
  lines: readonly string[],
  shape: readonly number[],
  more = '',
  attributes: Attributes = {},
): Promise<Traced> {
  return traceMethod(await programOf(lines, more, attributes), 'f', shape);
}

/** What `f` gives for an input of numbers, run in onnxruntime. */
export async function evaluate(
  lines: readonly string[],
  shape: readonly number[],
  x?: Float32Array,
): Promise<{ shape: readonly number[]; data: number[] }> {
  const traced = prune(await trace(lines, shape));
  const { graph } = bindGraph(traced, 'x', 'y');
  const size = shape.reduce((product, length) => product * length, 1);
  const [y] = runGraph(graph, { x: x ?? numbers(size) });
  return { shape: traced.output.shape, data: rounded(y) };
}

/** What calls of `f` one after the other give for these inputs, the state of each handed to the next. */
export async function callInTurn(
  lines: readonly string[],
  attributes: Attributes,
  inputs: readonly (readonly number[])[],
): Promise<number[][]> {
  const traced = prune(await trace(lines, [inputs[0]?.length ?? 0], '', attributes));
  const { graph, initialState } = bindGraph(traced, 'x', 'y');
  let state = initialState;
  return inputs.map((input) => {
    const [y, after] = runGraph(graph, { x: Float32Array.from(input), [STATE_IN]: state });
    state = after ?? state;
    return rounded(y);
  });
}

function rounded(values: Float32Array | undefined): number[] {
  return Array.from(values ?? [], (value) => Math.round(value * 1e4) / 1e4 + 0);
}
