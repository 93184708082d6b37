import { filled, scalar } from '../tensors/content.js';
import {
  type Arguments,
  type Distribution,
  op,
  type Operation,
  type OperationTable,
  OperationError,
} from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { Formulas } from './formulas.js';

/** Random tensors: inputs of the graph, and what is computed from them. Empty ones are just empty. */

function drawn(args: Arguments, distribution: Distribution, shape: readonly number[]): Tensor {
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0))
    throw new OperationError(`there is no tensor of shape [${shape.join(', ')}]`, 'model-shape');
  if (shape.includes(0)) return Tensor.of(filled('float32', shape, 0));
  return args.context.random(distribution, shape);
}

const randomOf = (distribution: Distribution): Operation =>
  op('size dtype', (args) => drawn(args, distribution, args.ints(0)));

const randomLike = (distribution: Distribution): Operation =>
  op('self dtype', (args) => drawn(args, distribution, args.real(0).shape));

/** A drawn tensor with a formula applied. */
function shaped(
  args: Arguments,
  distribution: Distribution,
  shape: readonly number[],
  build: (f: Formulas, x: ReturnType<Arguments['real']>) => ReturnType<Arguments['real']>,
): Tensor {
  const f = new Formulas(args.context.algebra);
  return Tensor.of(build(f, args.context.readReal(drawn(args, distribution, shape))));
}

function integers(args: Arguments, low: number, high: number, shape: readonly number[]): Tensor {
  const { algebra } = args.context;
  return shaped(args, 'uniform', shape, (f, u) =>
    algebra.cast(f.unary('floor', f.add(f.mul(u, high - low), low)), 'int64'),
  );
}

/** What `normal_` writes over a tensor. */
export const normalValues = op('self mean std', (args) =>
  shaped(args, 'normal', args.tensor(0).shape, (f, x) => f.add(f.mul(x, args.float(2, 1)), args.float(1, 0))),
);

export const RANDOM: OperationTable = {
  rand: randomOf('uniform'),
  randn: randomOf('normal'),
  rand_like: randomLike('uniform'),
  randn_like: randomLike('normal'),
  normal: op('mean std size', (args) => {
    const shape = args.has(2) ? args.ints(2) : args.tensor(args.at(0) instanceof Tensor ? 0 : 1).shape;
    const operand = (at: number, usual: number) =>
      args.at(at) instanceof Tensor ? args.real(at) : scalar('float32', args.float(at, usual));
    return shaped(args, 'normal', shape, (f, x) => f.add(operand(0, 0), f.mul(x, operand(1, 1))));
  }),
  uniform: op('self from to', (args) => {
    const [low, high] = [args.float(1, 0), args.float(2, 1)];
    return shaped(args, 'uniform', args.tensor(0).shape, (f, u) => f.add(f.mul(u, high - low), low));
  }),
  exponential: op('self lambd', (args) =>
    shaped(args, 'uniform', args.tensor(0).shape, (f, u) =>
      f.div(f.neg(f.log(f.sub(1, u))), args.float(1, 1)),
    ),
  ),
  bernoulli: op('self p', (args) => {
    const x = args.real(0);
    const { algebra } = args.context;
    const chance = args.has(1) ? scalar('float32', args.float(1)) : x;
    return shaped(args, 'uniform', x.shape, (f, u) => algebra.cast(f.lt(u, chance), x.type));
  }),
  /** By where a number drawn evenly falls among the running sums; without replacement for one draw only. */
  multinomial: op('input num_samples replacement generator', (args) => {
    const chances = args.real(0);
    const count = args.int(1);
    if (count !== 1 && !args.bool(2, false))
      throw new OperationError('several draws without replacement are not supported');
    const { algebra } = args.context;
    const [classes = 0, rows] = chances.shape.toReversed();
    const sums = algebra.cumulativeSum(algebra.reshape(chances, [rows ?? 1, 1, classes]), 2);
    const total = algebra.slice(sums, 2, classes - 1, 1);
    return shaped(args, 'uniform', [rows ?? 1, count, 1], (f, u) => {
      const passed = algebra.cast(f.le(sums, f.mul(u, total)), 'int64');
      const drawn = f.min(f.sum(passed, [2]), classes - 1);
      return algebra.reshape(drawn, rows === undefined ? [count] : [rows, count]);
    });
  }),
  randint: op('a b c dtype', (args) =>
    args.has(2)
      ? integers(args, args.int(0), args.int(1), args.ints(2))
      : integers(args, 0, args.int(0), args.ints(1)),
  ),
};
