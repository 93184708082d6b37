import { type ConstantData, type Graph, int, type Node, type Value } from '../graph.js';
import { type CachedTransposed, findCachedTransposed } from './cached-transposed.js';
import {
  lowerCachedTransposedConvolution,
  lowerConvolution,
  lowerTransposedConvolution,
} from './convolution.js';
import { Layouts, swapped } from './layout.js';

/** Operators that work on each element by itself, whatever the layout. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  'Abs',
  'Add',
  'Ceil',
  'Clip',
  'Cos',
  'Div',
  'Erf',
  'Exp',
  'Floor',
  'Identity',
  'LeakyRelu',
  'Log',
  'Max',
  'Min',
  'Mul',
  'Neg',
  'Pow',
  'Reciprocal',
  'Relu',
  'Sigmoid',
  'Sign',
  'Sin',
  'Softplus',
  'Sqrt',
  'Sub',
  'Tanh',
]);

/** The axis of [batch, time, channels] that an axis of [batch, channels, time] becomes. */
function swappedAxis(axis: number): number {
  return axis === 0 ? 0 : 3 - axis;
}

/** A buffer that goes into the graph and comes out of it. */
export interface Carried {
  readonly before: Value;
  readonly after: Value;
}

/**
 * Rewrites a graph of 1-D convolutions from [batch, channels, time] to [batch, time, channels], where they become
 * matrix products and where padding by the past is one copy. The graph's first input and the value that it
 * is built for keep their layout.
 * @param carried state of three dimensions changes its layout with the graph
 * @returns the output's value, and for each buffer what takes its place; `swapped` where the layout changed
 */
export function toChannelsLast(
  graph: Graph,
  output: Value,
  carried: readonly Carried[],
): { output: Value; carried: readonly (Carried & { swapped: boolean })[] } {
  return new Rewriter(graph).rewrite(output, carried);
}

class Rewriter {
  private readonly layouts: Layouts;
  /** Values that turned out to be others: transposed tensors that exist already. */
  private readonly aliases = new Map<Value, Value>();

  constructor(private readonly graph: Graph) {
    this.layouts = new Layouts(graph);
  }

  rewrite(
    output: Value,
    carried: readonly Carried[],
  ): { output: Value; carried: readonly (Carried & { swapped: boolean })[] } {
    const kept = new Set([output, ...carried.map(({ after }) => after)]);
    const cached = findCachedTransposed(this.graph, kept);
    const absorbed = new Set<Node>();
    const nodes = this.graph.nodes.splice(0);
    const before = carried.map((buffer) => this.swapInput(buffer.before));
    for (const node of nodes) {
      if (absorbed.has(node)) continue;
      const match = cached.get(node);
      if (match !== undefined && this.tryCached(node, match)) {
        for (const other of match.absorbed) absorbed.add(other);
      } else {
        this.visit(node);
      }
    }
    return {
      carried: carried.map((buffer, index) => {
        const value = before[index] ?? buffer.before;
        const isSwapped = value !== buffer.before;
        const after = isSwapped ? this.layouts.last(this.resolve(buffer.after)) : this.plain(buffer.after);
        return { before: value, after, swapped: isSwapped };
      }),
      output: this.plain(output),
    };
  }

  private swapInput(value: Value): Value {
    if (value.shape.length !== 3 || value.type !== 'float32') return value;
    const input = this.graph.input('', value.type, swapped(value.shape));
    this.layouts.replace(value, input);
    return input;
  }

  private resolve(value: Value): Value {
    return this.aliases.get(value) ?? value;
  }

  /** The value in its original layout. */
  private plain(value: Value): Value {
    return this.layouts.first(this.resolve(value));
  }

  private visit(node: Node): void {
    const inputs = node.inputs.map((input) => (input === null ? null : this.resolve(input)));
    const resolved = { ...node, inputs };
    if (this.tryRewrite(resolved)) return;
    this.graph.nodes.push({
      ...node,
      inputs: inputs.map((input) => (input === null ? null : this.layouts.first(input))),
    });
    for (const output of node.outputs) this.layouts.keep(output);
  }

  /** The cache must be known already: a state that came in. */
  private tryCached(node: Node, { cache, output, tail }: CachedTransposed): boolean {
    const x = node.inputs[0];
    if (x === null || x === undefined || !this.layouts.has(cache)) return false;
    const input = (): Value => this.layouts.last(this.resolve(x));
    const result = lowerCachedTransposedConvolution(this.graph, node, input, () => this.layouts.last(cache));
    if (result === null) return false;
    this.layouts.replace(output, result.output);
    if (tail !== null) this.layouts.replace(tail, result.cache);
    return true;
  }

  private tryRewrite(node: Node): boolean {
    const [output] = node.outputs;
    const [x] = node.inputs;
    if (output === undefined || x === undefined || x === null) return false;
    const isSignal = output.shape.length === 3 && output.type === 'float32' && node.outputs.length === 1;
    if (!isSignal) return false;
    switch (node.op) {
      case 'Conv':
        return this.become(
          output,
          lowerConvolution(this.graph, node, () => this.layouts.last(x)),
        );
      case 'ConvTranspose':
        return this.become(
          output,
          lowerTransposedConvolution(this.graph, node, () => this.layouts.last(x)),
        );
      case 'Concat':
        return this.become(output, this.concat(node, output));
      case 'Slice':
        return this.become(output, this.slice(node, x, output));
      case 'Transpose':
        return this.transpose(node, x, output);
      default:
        return ELEMENTWISE.has(node.op) && this.become(output, this.elementwise(node, output));
    }
  }

  private become(output: Value, result: Value | null): boolean {
    if (result === null) return false;
    this.layouts.replace(output, result);
    return true;
  }

  private concat(node: Node, output: Value): Value | null {
    const axis = node.attributes['axis'];
    if (axis?.kind !== 'int' || !node.inputs.some((input) => input !== null && this.layouts.has(input)))
      return null;
    const inputs = node.inputs.map((input) => input && this.layouts.last(input));
    return this.graph.add('Concat', inputs, swapped(output.shape), { axis: int(swappedAxis(axis.value)) });
  }

  private slice(node: Node, x: Value, output: Value): Value | null {
    const [, start, end, axes, step] = node.inputs;
    if (!this.layouts.has(x) || axes?.constant === undefined || axes.constant === null) return null;
    const moved = Array.from(axes.constant as BigInt64Array, (axis) => swappedAxis(Number(axis)));
    const inputs = [
      this.layouts.last(x),
      start ?? null,
      end ?? null,
      this.graph.integers(moved),
      step ?? null,
    ];
    return this.graph.add('Slice', inputs, swapped(output.shape));
  }

  /** Swapping time and channels gives the tensor that is there already. */
  private transpose(node: Node, x: Value, output: Value): boolean {
    const order = node.attributes['perm'];
    if (order?.kind !== 'ints' || order.value.join() !== '0,2,1' || !this.layouts.has(x)) return false;
    this.aliases.set(output, this.layouts.last(x));
    return true;
  }

  private elementwise(node: Node, output: Value): Value | null {
    const isMoved = node.inputs.some((input) => input !== null && this.layouts.has(input));
    if (!isMoved) return null;
    const inputs = node.inputs.map((input) => input && this.operand(input));
    if (inputs.includes(undefined)) return null;
    const usable = inputs.map((input) => input ?? null);
    return this.graph.add(node.op, usable, swapped(output.shape), node.attributes);
  }

  /** An operand that may have fewer dimensions; undefined when it cannot be moved. */
  private operand(input: Value): Value | undefined {
    if (input.shape.length === 3) return this.layouts.last(input);
    if (input.shape.every((size) => size === 1)) return input;
    if (input.constant === null) return undefined;
    const padded = [...new Array<number>(3 - input.shape.length).fill(1), ...input.shape];
    return this.layouts.last(this.graph.constant(input.type, padded, input.constant satisfies ConstantData));
  }
}
