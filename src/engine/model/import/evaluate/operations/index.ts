import type { OperationTable } from '../context.js';
import { ACTIVATIONS } from './activations.js';
import { ARITHMETIC } from './arithmetic.js';
import { BOOKKEEPING } from './bookkeeping.js';
import { COMPLEX } from './complex.js';
import { CONVOLUTION } from './convolution.js';
import { CREATION } from './creation.js';
import { FOURIER } from './fourier.js';
import { FUNCTIONS } from './functions.js';
import { INDEXING } from './indexing.js';
import { inPlaceForms } from './inplace.js';
import { LINEAR_ALGEBRA } from './linear-algebra.js';
import { NORMALISATION } from './normalisation.js';
import { ORDERING } from './ordering.js';
import { PADDING } from './padding.js';
import { POOLING } from './pooling.js';
import { RANDOM } from './random.js';
import { RECURRENT } from './recurrent.js';
import { REDUCTIONS } from './reductions.js';
import { RESAMPLING } from './resampling.js';
import { SEQUENCES } from './sequences.js';
import { SHAPE } from './shape.js';
import { SPECTROGRAMS } from './spectrograms.js';
import { STRINGS } from './strings.js';
import { VIEWS } from './views.js';
import { WINDOWS } from './windows.js';

const DIRECT: OperationTable = {
  ...ACTIVATIONS,
  ...ARITHMETIC,
  ...BOOKKEEPING,
  ...COMPLEX,
  ...CONVOLUTION,
  ...CREATION,
  ...FOURIER,
  ...FUNCTIONS,
  ...INDEXING,
  ...LINEAR_ALGEBRA,
  ...NORMALISATION,
  ...ORDERING,
  ...PADDING,
  ...POOLING,
  ...RANDOM,
  ...RECURRENT,
  ...REDUCTIONS,
  ...RESAMPLING,
  ...SEQUENCES,
  ...SHAPE,
  ...SPECTROGRAMS,
  ...STRINGS,
  ...VIEWS,
  ...WINDOWS,
};

/** Other names of the same operations. */
const ALIASES: Readonly<Record<string, string>> = {
  arctan2: 'atan2',
  swapaxes: 'transpose',
  swapdims: 'transpose',
  concatenate: 'cat',
  absolute: 'abs',
  multiply: 'mul',
  subtract: 'sub',
  divide: 'div',
  special_expit: 'sigmoid',
  special_erf: 'erf',
  greater: 'gt',
  greater_equal: 'ge',
  less: 'lt',
  less_equal: 'le',
  not_equal: 'ne',
  feature_dropout: 'dropout',
  alpha_dropout: 'dropout',
  linalg_matmul: 'matmul',
  _softmax: 'softmax',
};

const named = (table: OperationTable): OperationTable => ({
  ...table,
  ...Object.fromEntries(
    Object.entries(ALIASES).flatMap(([alias, name]) =>
      table[name] === undefined ? [] : [[alias, table[name]]],
    ),
  ),
});

const DIRECT_BY_ALL_NAMES = named(DIRECT);

/** Every operation that can be imported, by the name it has in the archive's code. */
export const OPERATIONS: OperationTable = { ...DIRECT_BY_ALL_NAMES, ...inPlaceForms(DIRECT_BY_ALL_NAMES) };
