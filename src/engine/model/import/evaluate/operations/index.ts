import type { OperationTable } from '../context.js';
import { ARITHMETIC } from './arithmetic.js';
import { BOOKKEEPING } from './bookkeeping.js';
import { CREATION } from './creation.js';
import { FOURIER } from './fourier.js';
import { INDEXING } from './indexing.js';
import { inPlaceForms } from './inplace.js';
import { NEURAL } from './neural.js';
import { REDUCTIONS } from './reductions.js';
import { SEQUENCES } from './sequences.js';
import { SHAPE } from './shape.js';

const DIRECT: OperationTable = {
  ...ARITHMETIC,
  ...BOOKKEEPING,
  ...CREATION,
  ...FOURIER,
  ...INDEXING,
  ...NEURAL,
  ...REDUCTIONS,
  ...SEQUENCES,
  ...SHAPE,
};

/** Every operation that can be imported, by the name it has in the archive's code. */
export const OPERATIONS: OperationTable = { ...DIRECT, ...inPlaceForms(DIRECT) };
