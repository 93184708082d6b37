import { Archive } from '../../../../src/engine/torchscript/archive.js';
import { Program } from '../../../../src/engine/torchscript/program.js';
import { type Traced, traceMethod } from '../../../../src/engine/model/evaluate/trace.js';
import { bindGraph, prune } from '../../../../src/engine/model/state.js';
import { buildZip } from '../../torchscript/archive-builder.js';
import { numbers, runGraph } from '../../onnx/run-graph.js';

const PICKLED_MODEL = Buffer.from('\x80\x02c__torch__\nM\n)\x81}b.', 'latin1');

/** A program without weights: one class with the method `f(self, x)` of these lines, and further code. */
export async function programOf(lines: readonly string[], more = ''): Promise<Program> {
  const source = [
    'class M(Module):',
    '  def f(self: __torch__.M, x: Tensor) -> Tensor:',
    ...lines.map((line) => `    ${line}`),
    more,
  ].join('\n');
  const archive = await Archive.fromBytes(
    buildZip([
      { name: 'm/data.pkl', data: PICKLED_MODEL },
      { name: 'm/version', data: '3\n' },
      { name: 'm/code/__torch__.py', data: source },
    ]),
  );
  return Program.load(archive);
}

export async function trace(lines: readonly string[], shape: readonly number[], more = ''): Promise<Traced> {
  return traceMethod(await programOf(lines, more), 'f', shape);
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
  return {
    shape: traced.output.shape,
    data: Array.from(y ?? [], (value) => Math.round(value * 1e4) / 1e4 + 0),
  };
}
