import type { Real } from '../tensors/content.js';
import {
  type Arguments,
  axisOf,
  op,
  type Operation,
  type OperationTable,
  OperationError,
} from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { einsum } from './einsum.js';
import { formula, Formulas } from './formulas.js';
import { matrixOf } from './matrices.js';

/** Products of vectors and matrices, and what is made of them. */

function linear(args: Arguments): Tensor {
  const { algebra } = args.context;
  const bias = args.optionalReal(2);
  const weight = args.real(1);
  const matrix = weight.shape.length === 1 ? algebra.reshape(weight, [1, ...weight.shape]) : weight;
  const x = args.real(0);
  const rows = x.shape.length === 1 ? algebra.reshape(x, [1, ...x.shape]) : x;
  const product = algebra.matmul(rows, algebra.transpose(matrix, [1, 0]));
  const sum = bias === null ? product : algebra.binary('add', product, bias);
  return Tensor.of(x.shape.length === 1 ? algebra.reshape(sum, sum.shape.slice(1)) : sum);
}

/** torch's product of vectors, matrices and stacks of them. */
function multiply(f: Formulas, a: Real, b: Real): Real {
  const { algebra } = f;
  const left = a.shape.length === 1 ? algebra.reshape(a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? algebra.reshape(b, [...b.shape, 1]) : b;
  const product = algebra.matmul(left, right);
  const shape = product.shape.filter(
    (_, axis) =>
      !(a.shape.length === 1 && axis === product.shape.length - 2) &&
      !(b.shape.length === 1 && axis === product.shape.length - 1),
  );
  return algebra.reshape(product, shape);
}

const product = (signature = 'self other'): Operation =>
  op(signature, (args) =>
    Tensor.of(multiply(new Formulas(args.context.algebra), args.real(0), args.real(1))),
  );

/** `β · self + α · a b` */
const addedProduct = op('self a b beta alpha', (args) => {
  const f = new Formulas(args.context.algebra);
  const scaled = (x: Real, factor: number): Real => (factor === 1 ? x : f.mul(x, factor));
  const added = scaled(multiply(f, args.real(1), args.real(2)), args.float(4, 1));
  const beta = args.float(3, 1);
  return Tensor.of(beta === 0 ? added : f.add(scaled(args.real(0), beta), added));
});

/** `softmax(q kᵀ / √d + mask) v` (Vaswani et al., "Attention is all you need", 2017, equation 1). */
function attention(args: Arguments): Tensor {
  const f = new Formulas(args.context.algebra);
  const { algebra } = f;
  const query = args.real(0);
  const key = args.real(1);
  if (args.float(4, 0) !== 0) throw new OperationError('dropout while playing is not supported');
  if (args.bool(7, false)) throw new OperationError('groups of queries are not supported');
  const rank = key.shape.length;
  const order = key.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  const scale = args.has(6) ? args.float(6) : 1 / Math.sqrt(query.shape[query.shape.length - 1] ?? 1);
  let scores = algebra.matmul(f.mul(query, scale), algebra.transpose(key, order));
  const [rows = 1, columns = 1] = scores.shape.slice(-2);
  if (args.bool(5, false))
    scores = f.add(
      scores,
      matrixOf(rows, columns, (row, column) => (column > row ? -Infinity : 0)),
    );
  const mask = args.optionalReal(3);
  if (mask !== null) scores = mask.type === 'bool' ? f.where(mask, scores, -Infinity) : f.add(scores, mask);
  const axis = scores.shape.length - 1;
  const raised = f.exp(f.sub(scores, algebra.reduce('max', scores, [axis])));
  return Tensor.of(algebra.matmul(f.div(raised, f.sum(raised, [axis])), args.real(2)));
}

/** Distances between the rows of two stacks, [.., P, M] and [.., R, M] → [.., P, R]. */
function distances(f: Formulas, a: Real, args: Arguments): Real {
  const b = args.real(1);
  const order = args.float(2, 2);
  const [p = 1, m = 1] = a.shape.slice(-2);
  const [r = 1] = b.shape.slice(-2);
  const left = f.algebra.reshape(a, [...a.shape.slice(0, -2), p, 1, m]);
  const right = f.algebra.reshape(b, [...b.shape.slice(0, -2), 1, r, m]);
  const difference = f.sub(left, right);
  const axis = difference.shape.length - 1;
  const sum = (x: Real): Real => f.sum(x, [axis]);
  const length = (): Real => {
    if (order === 2) return f.sqrt(sum(f.mul(difference, difference)));
    const sizes = f.abs(difference);
    if (order === 1) return sum(sizes);
    return order === Infinity
      ? f.algebra.reduce('max', sizes, [axis])
      : f.pow(sum(f.pow(sizes, order)), 1 / order);
  };
  const result = length();
  return f.algebra.reshape(result, result.shape.slice(0, -1));
}

export const LINEAR_ALGEBRA: OperationTable = {
  linear: op('input weight bias', linear),
  matmul: product(),
  mm: product(),
  bmm: product(),
  mv: product(),
  dot: product(),
  inner: product(),
  einsum: op('equation tensors path', (args) =>
    Tensor.of(
      einsum(
        args.context.algebra,
        args.string(0, ''),
        args.tensors(1).map((x) => args.context.readReal(x)),
      ),
    ),
  ),
  addmm: addedProduct,
  addmv: addedProduct,
  baddbmm: addedProduct,
  outer: op('self vec2', (args) => {
    const { algebra } = args.context;
    const [a, b] = [args.real(0), args.real(1)];
    return Tensor.of(
      algebra.binary(
        'mul',
        algebra.reshape(a, [a.shape[0] ?? 1, 1]),
        algebra.reshape(b, [1, b.shape[0] ?? 1]),
      ),
    );
  }),
  cdist: formula('x1 x2 p compute_mode', distances),
  pairwise_distance: formula('x1 x2 p eps keepdim', (f, x, args) => {
    const difference = f.abs(f.add(f.sub(x, args.real(1)), args.float(3, 1e-6)));
    const axis = axisOf(-1, difference.shape.length);
    const order = args.float(2, 2);
    const length = f.pow(f.sum(f.pow(difference, order), [axis]), 1 / order);
    return args.bool(4, false) ? length : f.algebra.reshape(length, length.shape.slice(0, -1));
  }),
  scaled_dot_product_attention: op(
    'query key value attn_mask dropout_p is_causal scale enable_gqa',
    attention,
  ),
  tril: triangle((row, column, diagonal) => column - row <= diagonal),
  triu: triangle((row, column, diagonal) => column - row >= diagonal),
  embedding: op('weight indices padding_idx scale_grad_by_freq sparse', (args) =>
    Tensor.of(args.context.algebra.gather(args.real(0), args.real(1), 0)),
  ),
};

function triangle(keeps: (row: number, column: number, diagonal: number) => boolean): Operation {
  return op('self diagonal', (args) => {
    const x = args.real(0);
    const [rows = 1, columns = 1] = x.shape.slice(-2);
    const diagonal = args.int(1, 0);
    const { algebra } = args.context;
    const mask = matrixOf(rows, columns, (row, column) => Number(keeps(row, column, diagonal)));
    return Tensor.of(algebra.binary('mul', x, algebra.cast(mask, x.type)));
  });
}
