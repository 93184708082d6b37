import { type Graph, int, type Node, type Value } from '../graph.js';
import { type CachedTransposed, findCachedTransposed } from './cached-transposed.js';
import { lowerConvolution } from './convolution.js';
import {
  CHANNELS_LAST,
  channelsLast,
  type Form,
  Layouts,
  type Order,
  storedAxis,
  storedShape,
} from './layout.js';
import { reshape } from './nodes.js';
import { reshapedOrder } from './reshape-axes.js';
import { lowerCachedTransposedConvolution, lowerTransposedConvolution } from './transposed-convolution.js';

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

/** Operators that fold some axes, given as their second input, and keep them with size 1. */
const REDUCTIONS: ReadonlySet<string> = new Set(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin']);

/** A buffer that goes into the graph and comes out of it. */
export interface Carried {
  readonly before: Value;
  readonly after: Value;
}

/**
 * Rewrites a graph of 1-D convolutions from [batch, channels, time] to rows of channels, where they become
 * matrix products and where a cached padding is one copy. The operations between them keep that layout; axes are only
 * moved where an operation needs another order. The graph's first input and the value that it is
 * built for keep their layout.
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
  private uses: ReadonlyMap<Value, number> = new Map();

  constructor(private readonly graph: Graph) {
    this.layouts = new Layouts(graph);
  }

  rewrite(
    output: Value,
    carried: readonly Carried[],
  ): { output: Value; carried: readonly (Carried & { swapped: boolean })[] } {
    const kept = [output, ...carried.map(({ after }) => after)];
    const cached = findCachedTransposed(this.graph, new Set(kept));
    this.uses = countUses(this.graph, kept);
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
        const after = isSwapped
          ? this.layouts.stored(buffer.after, CHANNELS_LAST)
          : this.layouts.plain(buffer.after);
        return { before: value, after, swapped: isSwapped };
      }),
      output: this.layouts.plain(output),
    };
  }

  private swapInput(value: Value): Value {
    if (value.shape.length !== 3 || value.type !== 'float32') return value;
    const input = this.graph.input('', value.type, storedShape(value.shape, CHANNELS_LAST));
    this.layouts.replace(value, CHANNELS_LAST, input);
    return input;
  }

  private visit(node: Node): void {
    if (this.tryRewrite(node)) return;
    this.graph.nodes.push({
      ...node,
      inputs: node.inputs.map((input) => (input === null ? null : this.layouts.plain(input))),
    });
    for (const output of node.outputs) this.layouts.keep(output);
  }

  /** The cache must be known already: a state that came in. */
  private tryCached(node: Node, { cache, output, tail }: CachedTransposed): boolean {
    const x = node.inputs[0];
    if (x === null || x === undefined || !this.layouts.has(cache)) return false;
    const input = (): Value => this.layouts.stored(x, CHANNELS_LAST);
    const result = lowerCachedTransposedConvolution(this.graph, node, input, () =>
      this.layouts.stored(cache, CHANNELS_LAST),
    );
    if (result === null) return false;
    this.layouts.replace(output, CHANNELS_LAST, result.output);
    if (tail !== null) this.layouts.replace(tail, CHANNELS_LAST, result.cache);
    return true;
  }

  private tryRewrite(node: Node): boolean {
    const [output] = node.outputs;
    const [x] = node.inputs;
    if (output === undefined || x === undefined || x === null) return false;
    const isSignal = output.shape.length >= 3 && output.type === 'float32' && node.outputs.length === 1;
    if (!isSignal) return false;
    if (node.op === 'Conv' || node.op === 'ConvTranspose') return this.convolution(node, x, output);
    const form = this.formFor(node, output);
    if (form === null) return false;
    switch (node.op) {
      case 'Concat':
        return this.concat(node, output, form.order);
      case 'Slice':
        return this.withAxes(node, 3, x, output, form);
      case 'Transpose':
        return this.transpose(node, output, form);
      case 'Reshape':
        return this.reshape(x, output, form);
      default:
        if (REDUCTIONS.has(node.op)) return this.withAxes(node, 1, x, output, form);
        return ELEMENTWISE.has(node.op) && this.elementwise(node, output, form.order);
    }
  }

  /** The form of the first input that has one; null when there is none, or its batch is not the output's. */
  private formFor(node: Node, output: Value): Form | null {
    for (const input of node.inputs) {
      const form = input === null ? undefined : this.layouts.formOf(input);
      if (input === null || form === undefined) continue;
      return input.shape[0] === output.shape[0] ? form : null;
    }
    return null;
  }

  private convolution(node: Node, x: Value, output: Value): boolean {
    const input = (): Value => this.layouts.stored(x, CHANNELS_LAST);
    if (node.op === 'ConvTranspose') {
      const result = lowerTransposedConvolution(this.graph, node, input);
      if (result !== null) this.layouts.replace(output, CHANNELS_LAST, result);
      return result !== null;
    }
    const result = lowerConvolution(this.graph, node, input);
    if (result === null) return false;
    this.layouts.replace(output, CHANNELS_LAST, result.output);
    if (result.inOrder !== null && this.uses.get(output) === 1) {
      const first = result.output.shape.length - 1;
      this.layouts.setColumns(result.output, { first, inOrder: result.inOrder });
    }
    return true;
  }

  private concat(node: Node, output: Value, order: Order): boolean {
    const axis = node.attributes['axis'];
    const moved = axis?.kind === 'int' ? storedAxis(output.shape, order, axis.value) : -1;
    if (moved < 0 || order.length !== output.shape.length) return false;
    const inputs = node.inputs.map((input) => input && this.layouts.stored(input, order));
    const shape = storedShape(output.shape, order);
    this.layouts.replace(output, order, this.graph.add('Concat', inputs, shape, { axis: int(moved) }));
    return true;
  }

  /** Operators that keep the rank and name axes in one of their inputs. */
  private withAxes(node: Node, position: number, x: Value, output: Value, { order, value }: Form): boolean {
    const axes = node.inputs[position]?.constant;
    if (axes === undefined || axes === null || !this.layouts.has(x)) return false;
    const moved = Array.from(axes as BigInt64Array, (axis) => storedAxis(x.shape, order, Number(axis)));
    if (moved.some((axis) => axis < 0) || order.length !== output.shape.length) return false;
    const inputs = node.inputs.map((input, index) =>
      index === 0 ? value : index === position ? this.graph.integers(moved) : input,
    );
    const shape = storedShape(output.shape, order);
    this.layouts.replace(output, order, this.graph.add(node.op, inputs, shape, node.attributes));
    return true;
  }

  /** Nothing is moved: the same stored tensor is the output's, in another order. */
  private transpose(node: Node, output: Value, { order, value }: Form): boolean {
    const perm = node.attributes['perm'];
    if (perm?.kind !== 'ints' || perm.value[0] !== 0) return false;
    this.layouts.replace(
      output,
      order.map((axis) => perm.value.indexOf(axis)),
      value,
    );
    return true;
  }

  /** Axes that are split or merged, by a reshape of what is stored; channels are put last where that is needed first. */
  private reshape(x: Value, output: Value, form: Form): boolean {
    if (x.shape.length < 3) return false;
    const usual = channelsLast(x.shape.length);
    for (const order of [form.order, usual]) {
      const target = reshapedOrder(x.shape, output.shape, order);
      if (target === null) continue;
      const stored = this.layouts.stored(x, order);
      const result = reshape(this.graph, stored, storedShape(output.shape, target));
      this.layouts.replace(output, target, result);
      const columns = this.layouts.columnsOf(stored);
      const isSplit =
        columns !== undefined &&
        stored.shape.slice(0, columns.first).every((size, i) => size === result.shape[i]);
      if (isSplit && this.uses.get(output) === 1) this.layouts.setColumns(result, columns);
      return true;
    }
    return false;
  }

  private elementwise(node: Node, output: Value, order: Order): boolean {
    if (order.length !== output.shape.length) return false;
    const inputs = node.inputs.map((input) => input && this.operand(input, output, order));
    if (inputs.includes(undefined)) return false;
    const usable = inputs.map((input) => input ?? null);
    const shape = storedShape(output.shape, order);
    this.layouts.replace(output, order, this.graph.add(node.op, usable, shape, node.attributes));
    return true;
  }

  /** An operand that may have fewer dimensions; undefined when it cannot be moved. */
  private operand(input: Value, output: Value, order: Order): Value | undefined {
    const rank = output.shape.length;
    if (input.shape.length === rank) return this.layouts.stored(input, order);
    if (input.shape.every((size) => size === 1) && input.shape.length <= 1) return input;
    if (input.constant === null) return undefined;
    const shape = [...new Array<number>(rank - input.shape.length).fill(1), ...input.shape];
    return this.layouts.stored(this.graph.constant(input.type, shape, input.constant), order);
  }
}

function countUses(graph: Graph, kept: readonly Value[]): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  const count = (value: Value): unknown => uses.set(value, (uses.get(value) ?? 0) + 1);
  kept.forEach(count);
  for (const { inputs } of graph.nodes) for (const input of inputs) if (input !== null) count(input);
  return uses;
}
