import type { Real } from '../tensors/content.js';
import { op, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { describe } from '../values.js';
import { Formulas } from './formulas.js';
import { complex, toComplex } from './promotion.js';

/** Complex tensors, made and taken apart. */
export const COMPLEX: OperationTable = {
  real: op('self', (args) => {
    const content = args.context.read(args.tensor(0));
    return content.kind === 'complex' ? Tensor.of(content.re) : args.tensor(0);
  }),
  imag: op('self', (args) => {
    const content = args.context.read(args.tensor(0));
    if (content.kind !== 'complex') throw new OperationError(`${describe(args.at(0))} is not complex`);
    return Tensor.of(content.im);
  }),
  view_as_complex: op('self', (args) => {
    const { algebra } = args.context;
    const x = args.real(0);
    const axis = x.shape.length - 1;
    if (x.shape[axis] !== 2) throw new OperationError('pairs were expected on the last axis', 'model-shape');
    const part = (index: number): Real =>
      algebra.reshape(algebra.slice(x, axis, index, 1), x.shape.slice(0, -1));
    return Tensor.of(complex(part(0), part(1)));
  }),
  view_as_real: op('self', (args) => {
    const { algebra } = args.context;
    const { re, im } = toComplex(args.context, args.tensor(0));
    const column = (x: Real): Real => algebra.reshape(x, [...x.shape, 1]);
    return Tensor.of(algebra.concat([column(re), column(im)], re.shape.length));
  }),
  complex: op('real imag', (args) => {
    const { algebra } = args.context;
    const f = new Formulas(algebra);
    const [re, im] = [args.real(0), args.real(1)];
    const shared = f.add(f.mul(re, 0), f.mul(im, 0));
    const isSame = re.shape.join() === im.shape.join();
    return Tensor.of(isSame ? complex(re, im) : complex(f.add(re, shared), f.add(im, shared)));
  }),
  polar: op('abs angle', (args) => {
    const f = new Formulas(args.context.algebra);
    const [length, angle] = [args.real(0), args.real(1)];
    return Tensor.of(complex(f.mul(length, f.unary('cos', angle)), f.mul(length, f.unary('sin', angle))));
  }),
  conj: op('self', (args) => {
    const content = args.context.read(args.tensor(0));
    if (content.kind !== 'complex') return args.tensor(0);
    return Tensor.of(complex(content.re, args.context.algebra.unary('neg', content.im)));
  }),
  resolve_conj: op('self', (args) => args.tensor(0)),
};
