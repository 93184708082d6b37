import { int } from '../../../../onnx/graph.js';
import type { Algebra } from '../tensors/algebra.js';
import { filled, type Real } from '../tensors/content.js';
import { type Arguments, op, type Operation, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { List, Tuple } from '../values.js';
import { Formulas } from './formulas.js';

/** Recurrent layers. The program keeps their state: it is an argument and a result. */

type Kind = 'GRU' | 'LSTM' | 'RNN';

/** Blocks of hidden size in the weights: torch's order, as positions of ONNX's. */
const GATES: Readonly<Record<Kind, readonly number[]>> = {
  /** torch: reset, update, new; ONNX: update, reset, hidden. */
  GRU: [1, 0, 2],
  /** torch: input, forget, cell, output; ONNX: input, output, forget, cell. */
  LSTM: [0, 3, 1, 2],
  RNN: [0],
};

/** Weights or biases with their blocks in ONNX's order, and a leading axis for the direction. */
function inOrder(algebra: Algebra, x: Real, kind: Kind): Real {
  const order = GATES[kind];
  const size = (x.shape[0] ?? 0) / order.length;
  const blocks = algebra.concat(
    order.map((gate) => algebra.slice(x, 0, gate * size, size)),
    0,
  );
  return algebra.reshape(blocks, [1, ...x.shape]);
}

interface LayerWeights {
  readonly input: Real;
  readonly hidden: Real;
  readonly inputBias: Real | null;
  readonly hiddenBias: Real | null;
}

/** One layer in one direction over [time, batch, features]. @returns its output and its last states [1, batch, hidden] */
function runLayer(
  algebra: Algebra,
  kind: Kind,
  x: Real,
  weights: LayerWeights,
  states: readonly Real[],
): { output: Real; states: readonly Real[] } {
  const [time = 1, batch = 1] = x.shape;
  const hidden = weights.hidden.shape[1] ?? 1;
  const { inputBias, hiddenBias } = weights;
  const gates = GATES[kind].length;
  const bias =
    inputBias === null || hiddenBias === null
      ? filled(x.type, [1, 2 * gates * hidden], 0)
      : algebra.concat([inOrder(algebra, inputBias, kind), inOrder(algebra, hiddenBias, kind)], 1);
  const state = { type: x.type, shape: [1, batch, hidden] } as const;
  const [y, ...last] = algebra.nodes(
    kind,
    [x, inOrder(algebra, weights.input, kind), inOrder(algebra, weights.hidden, kind), bias, null, ...states],
    [{ type: x.type, shape: [time, 1, batch, hidden] }, ...states.map(() => state)],
    { hidden_size: int(hidden), ...(kind === 'GRU' ? { linear_before_reset: int(1) } : {}) },
  );
  if (y === undefined) throw new RangeError('a recurrent node has an output');
  return { output: algebra.reshape(y, [time, batch, hidden]), states: last };
}

const reversed = (algebra: Algebra, x: Real): Real =>
  algebra.slice(x, 0, (x.shape[0] ?? 1) - 1, x.shape[0] ?? 1, -1);

/** `gru`, `lstm` and `rnn_tanh`: layers over a whole sequence. */
function recurrent(kind: Kind): Operation {
  return op('input hx params has_biases num_layers dropout train bidirectional batch_first', (args) => {
    if (!(args.at(2) instanceof List)) throw new OperationError('packed sequences are not supported');
    const { algebra } = args.context;
    const read = (tensor: Tensor): Real => args.context.readReal(tensor);
    const isBatchFirst = args.bool(8, false);
    const given = args.real(0);
    if (given.shape.length !== 3)
      throw new OperationError('a sequence of three dimensions was expected', 'model-shape');
    let x = isBatchFirst ? algebra.transpose(given, [1, 0, 2]) : given;
    const stacks = kind === 'LSTM' ? args.tensors(1).map(read) : [args.real(1)];
    const params = args.tensors(2).map(read);
    const perLayer = args.bool(3, true) ? 4 : 2;
    const directions = args.bool(7, false) ? 2 : 1;
    const layers = args.int(4);
    if (params.length !== perLayer * directions * layers)
      throw new OperationError('projections of the hidden state are not supported');
    const lasts: Real[][] = stacks.map(() => []);
    for (let layer = 0; layer < layers; layer += 1) {
      const outputs: Real[] = [];
      for (let direction = 0; direction < directions; direction += 1) {
        const row = layer * directions + direction;
        const [input, hidden, inputBias = null, hiddenBias = null] = params.slice(
          row * perLayer,
          (row + 1) * perLayer,
        );
        if (input === undefined || hidden === undefined) throw new OperationError('weights are missing');
        const states = stacks.map((stack) => algebra.slice(stack, 0, row, 1));
        const sequence = direction === 1 ? reversed(algebra, x) : x;
        const result = runLayer(algebra, kind, sequence, { input, hidden, inputBias, hiddenBias }, states);
        outputs.push(direction === 1 ? reversed(algebra, result.output) : result.output);
        for (const [i, state] of result.states.entries()) lasts[i]?.push(state);
      }
      x = algebra.concat(outputs, 2);
    }
    const output = isBatchFirst ? algebra.transpose(x, [1, 0, 2]) : x;
    const states = lasts.map((stack) => Tensor.of(algebra.concat(stack, 0)));
    return new Tuple([Tensor.of(output), ...states]);
  });
}

/** `W x + b` of all gates at once, cut into one part for each gate. */
function gatesOf(args: Arguments, x: Real, weight: Real, bias: Real | null, count: number): readonly Real[] {
  const { algebra } = args.context;
  const product = algebra.matmul(x, algebra.transpose(weight, [1, 0]));
  const sums = bias === null ? product : algebra.binary('add', product, bias);
  const axis = sums.shape.length - 1;
  const size = (sums.shape[axis] ?? 0) / count;
  return Array.from({ length: count }, (_, gate) => algebra.slice(sums, axis, gate * size, size));
}

const CELL = 'input hx w_ih w_hh b_ih b_hh';

/** Contributions of input and hidden state to each gate. */
function cellGates(args: Arguments, hidden: Real, count: number): readonly (readonly [Real, Real])[] {
  const ofInput = gatesOf(args, args.real(0), args.real(2), args.optionalReal(4), count);
  const ofHidden = gatesOf(args, hidden, args.real(3), args.optionalReal(5), count);
  return ofInput.map((gate, i) => [gate, ofHidden[i] ?? gate] as const);
}

/** n = tanh(Wx + r · (Uh)); h' = (1 − z) n + z h (the equations of torch.nn.GRUCell). */
const gruCell = op(CELL, (args) => {
  const f = new Formulas(args.context.algebra);
  const hidden = args.real(1);
  const [reset, update, candidate] = cellGates(args, hidden, 3);
  if (reset === undefined || update === undefined || candidate === undefined)
    throw new RangeError('a GRU has three gates');
  const r = f.unary('sigmoid', f.add(...reset));
  const z = f.unary('sigmoid', f.add(...update));
  const n = f.unary('tanh', f.add(candidate[0], f.mul(r, candidate[1])));
  return Tensor.of(f.add(n, f.mul(z, f.sub(hidden, n))));
});

/** c' = f · c + i · g; h' = o · tanh(c') (the equations of torch.nn.LSTMCell). */
const lstmCell = op(CELL, (args) => {
  const f = new Formulas(args.context.algebra);
  const [hidden, cell] = args.tensors(1).map((tensor) => args.context.readReal(tensor));
  if (hidden === undefined || cell === undefined) throw new OperationError('an LSTM has two states');
  const [i, forget, g, o] = cellGates(args, hidden, 4).map((gate) => f.add(...gate));
  if (i === undefined || forget === undefined || g === undefined || o === undefined)
    throw new RangeError('an LSTM has four gates');
  const kept = f.mul(f.unary('sigmoid', forget), cell);
  const next = f.add(kept, f.mul(f.unary('sigmoid', i), f.unary('tanh', g)));
  return new Tuple([Tensor.of(f.mul(f.unary('sigmoid', o), f.unary('tanh', next))), Tensor.of(next)]);
});

const plainCell = (activation: 'tanh' | 'relu'): Operation =>
  op(CELL, (args) => {
    const f = new Formulas(args.context.algebra);
    const [sum] = cellGates(args, args.real(1), 1);
    if (sum === undefined) throw new RangeError('a cell has one gate');
    return Tensor.of(f.unary(activation, f.add(...sum)));
  });

export const RECURRENT: OperationTable = {
  gru: recurrent('GRU'),
  lstm: recurrent('LSTM'),
  rnn_tanh: recurrent('RNN'),
  gru_cell: gruCell,
  lstm_cell: lstmCell,
  rnn_tanh_cell: plainCell('tanh'),
  rnn_relu_cell: plainCell('relu'),
};
