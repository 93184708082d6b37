import { isFloat } from '../tensors/content.js';
import { op, type OperationTable, OperationError, ProgramStop } from '../context.js';
import type { ScriptValue } from '../values.js';
import { typeCode } from './promotion.js';

/** Operations that query a tensor's properties or have no effect on values. */
export const BOOKKEEPING: OperationTable = {
  'prim::dtype': op('self', (args) => typeCode(args.context.read(args.tensor(0)))),
  'prim::layout': op('self', () => 0n),
  'prim::is_cuda': op('self', () => false),
  'prim::requires_grad': op('self', () => true),
  'prim::data': op('self', (args) => args.tensor(0)),
  'prim::unchecked_unwrap_optional': op('self', (args) => args.at(0) ?? null),
  'prim::RaiseException': op('message class', (args) => {
    throw new ProgramStop(`the program stops with "${args.string(0, '')}"`);
  }),
  _unwrap_optional: op('self', (args): ScriptValue => {
    if (!args.has(0)) throw new OperationError('a missing value is used');
    return args.at(0) ?? null;
  }),
  item: op('self', (args) => {
    const number = args.context.item(args.tensor(0));
    const { type } = args.real(0);
    if (type === 'bool') return number !== 0;
    return isFloat(type) ? number : BigInt(number);
  }),
  is_floating_point: op('self', (args) => isFloat(args.tensor(0).type)),
  is_complex: op('self', (args) => args.tensor(0).type === 'complex64'),
  warn: op('message stacklevel', () => null),
  requires_grad_: op('self requires_grad', (args) => args.at(0) ?? null),
  device: op('name', (args) => args.at(0) ?? null),
  // As torch answers where nothing turns gradients off: code then takes its general way, not one for inference alone.
  is_grad_enabled: op('', () => true),
  set_grad_enabled: op('mode', () => null),
  is_autocast_enabled: op('', () => false),
  is_autocast_cpu_enabled: op('', () => false),
  'prim::is_nested': op('self', () => false),
  'prim::is_quantized': op('self', () => false),
  'prim::is_mkldnn': op('self', () => false),
  'prim::is_sparse': op('self', () => false),
  'prim::is_cpu': op('self', () => true),
  /** Of a device. */
  'prim::type': op('self', () => 'cpu'),
  is_inference: op('self', () => false),
  is_inference_mode_enabled: op('', () => false),
  manual_seed: op('seed', () => {
    throw new OperationError('seeding the random generator is not supported');
  }),
};
