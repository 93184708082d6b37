import { broadcastShapes, sameShape } from '../tensors/content.js';
import { type Arguments, OperationError, type Operation, type OperationTable } from '../context.js';
import { mapContent, type Tensor } from '../tensors/tensor.js';
import { describe, type ScriptValue } from '../values.js';
import { toComplex, toReal } from './promotion.js';
import { normalValues } from './random.js';

/** Operations that torch also offers as `name_`, which writes the result over its first argument. */
const WITH_INPLACE_FORM = [
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'remainder',
  'floor_divide',
  'neg',
  'abs',
  'exp',
  'log',
  'sqrt',
  'rsqrt',
  'sin',
  'cos',
  'tan',
  'acos',
  'tanh',
  'sigmoid',
  'relu',
  'leaky_relu',
  'silu',
  'elu',
  'celu',
  'selu',
  'mish',
  'hardtanh',
  'relu6',
  'hardswish',
  'hardsigmoid',
  'threshold',
  'rrelu',
  'reciprocal',
  'square',
  'clamp',
  'clamp_min',
  'clamp_max',
  'clip',
  'ceil',
  'floor',
  'round',
  'trunc',
  'frac',
  'fmod',
  'sign',
  'log1p',
  'expm1',
  'log2',
  'log10',
  'exp2',
  'erf',
  'sinc',
  'lerp',
  'addcmul',
  'addcdiv',
  'baddbmm',
  'addmm',
  'masked_fill',
  'index_put',
  'scatter',
  'cumsum',
  'cumprod',
  'logical_not',
  'nan_to_num',
  'tril',
  'triu',
  'atan2',
  'asin',
  'atan',
  'sinh',
  'cosh',
  'uniform',
  'exponential',
  'bernoulli',
] as const;

/** Writes a value over a tensor, and so into every tensor that shares its memory. */
function overwrite(args: Arguments, value: ScriptValue): Tensor {
  const target = args.tensor(0);
  const { context } = args;
  const { type } = target;
  const source = type === 'complex64' ? toComplex(context, value) : toReal(context, value, type);
  if (!sameShape(broadcastShapes(source.shape, target.shape), target.shape)) {
    throw new OperationError(`${describe(value)} is written over ${describe(target)}`, 'model-shape');
  }
  const expanded = mapContent(source, (part) => context.algebra.expand(part, target.shape));
  target.write(context.algebra, expanded);
  return target;
}

function inPlace(operation: Operation): Operation {
  return { parameters: operation.parameters, run: (args) => overwrite(args, operation.run(args)) };
}

/** The in-place forms of a table's operations, and those that only exist in place. */
export function inPlaceForms(table: OperationTable): OperationTable {
  const forms: Record<string, Operation> = {
    copy_: {
      parameters: ['self', 'src', 'non_blocking'],
      run: (args) => overwrite(args, args.at(1) ?? null),
    },
    fill_: { parameters: ['self', 'value'], run: (args) => overwrite(args, args.at(1) ?? null) },
    normal_: {
      parameters: ['self', 'mean', 'std'],
      run: (args) => overwrite(args, normalValues.run(args)),
    },
    zero_: { parameters: ['self'], run: (args) => overwrite(args, 0n) },
  };
  for (const name of WITH_INPLACE_FORM) {
    const operation = table[name];
    if (operation !== undefined) forms[`${name}_`] = inPlace(operation);
  }
  return forms;
}
