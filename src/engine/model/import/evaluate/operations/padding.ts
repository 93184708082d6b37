import { elementCount } from '../../../../onnx/graph.js';
import type { Real } from '../tensors/content.js';
import { type Arguments, op, type Operation, type OperationTable, OperationError } from '../context.js';
import type { Algebra } from '../tensors/algebra.js';
import { Tensor } from '../tensors/tensor.js';

/** Padding of the last axes. Amounts are pairs from the last axis backwards, as torch lists them; negative ones crop. */

type Mode = 'constant' | 'reflect' | 'replicate' | 'circular';

/** What stands before and after along one axis, made of the tensor itself. */
function padAxis(algebra: Algebra, x: Real, axis: number, before: number, after: number, mode: Mode): Real {
  const size = x.shape[axis] ?? 0;
  const longest = mode === 'reflect' ? size - 1 : mode === 'circular' ? size : Infinity;
  if (before < 0 || after < 0) throw new OperationError(`cropping by "${mode}" is not supported`);
  if (size < 1 || before > longest || after > longest)
    throw new OperationError(`${size} elements cannot be padded by ${before} and ${after}`, 'model-shape');
  const repeated = (at: number, count: number): Real =>
    algebra.expand(
      algebra.slice(x, axis, at, 1),
      x.shape.map((length, i) => (i === axis ? count : length)),
    );
  const mirrored = (last: number, count: number): Real => algebra.slice(x, axis, last, count, -1);
  const parts: Real[] = [];
  if (before > 0) {
    if (mode === 'reflect') parts.push(mirrored(before, before));
    else
      parts.push(mode === 'replicate' ? repeated(0, before) : algebra.slice(x, axis, size - before, before));
  }
  parts.push(x);
  if (after > 0) {
    if (mode === 'reflect') parts.push(mirrored(size - 2, after));
    else parts.push(mode === 'replicate' ? repeated(size - 1, after) : algebra.slice(x, axis, 0, after));
  }
  return algebra.concat(parts, axis);
}

function pad(args: Arguments, mode: Mode, value: number): Tensor {
  const { context } = args;
  const x = args.tensor(0);
  const amounts = args.ints(1);
  if (amounts.length % 2 !== 0 || amounts.length > 2 * x.shape.length)
    throw new OperationError('the padding does not fit the tensor', 'model-shape');
  let content = context.readReal(x);
  if (elementCount(content.shape) === 0 && mode !== 'constant')
    throw new OperationError('an empty tensor cannot be padded', 'model-shape');
  for (let pair = 0; pair * 2 < amounts.length; pair += 1) {
    const axis = x.shape.length - 1 - pair;
    const before = amounts[2 * pair] ?? 0;
    const after = amounts[2 * pair + 1] ?? 0;
    content =
      mode === 'constant'
        ? context.algebra.pad(content, axis, before, after, value)
        : padAxis(context.algebra, content, axis, before, after, mode);
  }
  return Tensor.of(content);
}

function modeOf(name: string): Mode {
  if (name === 'constant' || name === 'reflect' || name === 'replicate' || name === 'circular') return name;
  throw new OperationError(`padding by "${name}" is not supported`);
}

const paddingBy = (mode: Mode): Operation => op('self pad', (args) => pad(args, mode, 0));

export const PADDING: OperationTable = {
  pad: op('self pad mode value', (args) => pad(args, modeOf(args.string(2, 'constant')), args.float(3, 0))),
  constant_pad_nd: op('self pad value', (args) => pad(args, 'constant', args.float(2, 0))),
  reflection_pad1d: paddingBy('reflect'),
  reflection_pad2d: paddingBy('reflect'),
  replication_pad1d: paddingBy('replicate'),
  replication_pad2d: paddingBy('replicate'),
  _pad_circular: paddingBy('circular'),
};
