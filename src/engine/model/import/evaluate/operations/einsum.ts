import { elementCount } from '../../../../onnx/graph.js';
import type { Algebra } from '../tensors/algebra.js';
import type { Real } from '../tensors/content.js';
import { OperationError } from '../context.js';

/** A tensor whose axes have letters. */
interface Lettered {
  readonly x: Real;
  readonly letters: readonly string[];
}

const shapeError = (equation: string): OperationError =>
  new OperationError(`the tensors do not fit "${equation}"`, 'model-shape');

/** Letters of one operand; those that "…" stands for are digits, counted from the last axis. */
function lettersOf(term: string, rank: number): readonly string[] {
  const [before = '', after] = term.split('...');
  if (after === undefined) return [...term];
  const hidden = Math.max(0, rank - before.length - after.length);
  return [...before, ...Array.from({ length: hidden }, (_, i) => `${hidden - 1 - i}`), ...after];
}

/** The letters that the result has, in order: as written, or those that stand once, sorted. */
function resultLetters(output: string | undefined, operands: readonly Lettered[]): readonly string[] {
  const all = operands.flatMap(({ letters }) => letters);
  const hidden = [...new Set(all.filter((letter) => /\d/.test(letter)))].sort(
    (a, b) => Number(b) - Number(a),
  );
  if (output !== undefined)
    return output.includes('...') ? lettersOf(output, hidden.length + output.length - 3) : [...output];
  const once = all.filter((letter) => !/\d/.test(letter) && all.indexOf(letter) === all.lastIndexOf(letter));
  return [...hidden, ...once.sort()];
}

function permute(algebra: Algebra, { x, letters }: Lettered, wanted: readonly string[]): Real {
  return algebra.transpose(
    x,
    wanted.map((letter) => letters.indexOf(letter)),
  );
}

/** Adds up the axes whose letters are not needed any more. */
function sumOut(algebra: Algebra, operand: Lettered, needed: ReadonlySet<string>): Lettered {
  const dropped = operand.letters.flatMap((letter, axis) => (needed.has(letter) ? [] : [axis]));
  if (dropped.length === 0) return operand;
  const letters = operand.letters.filter((letter) => needed.has(letter));
  const shape = operand.x.shape.filter((_, axis) => !dropped.includes(axis));
  return { x: algebra.reshape(algebra.reduce('sum', operand.x, dropped), shape), letters };
}

/** Two operands become one, as a stack of matrix products. */
function contract(algebra: Algebra, a: Lettered, b: Lettered, later: ReadonlySet<string>): Lettered {
  const left = sumOut(algebra, a, new Set([...later, ...b.letters]));
  const right = sumOut(algebra, b, new Set([...later, ...a.letters]));
  const common = left.letters.filter((letter) => right.letters.includes(letter));
  const stacked = common.filter((letter) => later.has(letter));
  const summed = common.filter((letter) => !later.has(letter));
  const rows = left.letters.filter((letter) => !common.includes(letter));
  const columns = right.letters.filter((letter) => !common.includes(letter));
  const sizeOf = (letter: string): number => {
    const [l, r] = [left, right].map(({ x, letters }) => x.shape[letters.indexOf(letter)]);
    if (l !== undefined && r !== undefined && l !== r)
      throw new RangeError(`${l} and ${r} elements do not fit`);
    return l ?? r ?? 1;
  };
  const sizes = (letters: readonly string[]): readonly number[] => letters.map(sizeOf);
  const count = (letters: readonly string[]): number => elementCount(sizes(letters));
  const matrices = algebra.matmul(
    algebra.reshape(permute(algebra, left, [...stacked, ...rows, ...summed]), [
      count(stacked),
      count(rows),
      count(summed),
    ]),
    algebra.reshape(permute(algebra, right, [...stacked, ...summed, ...columns]), [
      count(stacked),
      count(summed),
      count(columns),
    ]),
  );
  const letters = [...stacked, ...rows, ...columns];
  return { x: algebra.reshape(matrices, sizes(letters)), letters };
}

/**
 * Sums of products as Einstein wrote them: `bct,cd->bdt`. Operands are contracted from the left.
 * @throws OperationError for a letter that stands twice in one operand, and for shapes that do not fit
 */
export function einsum(algebra: Algebra, equation: string, tensors: readonly Real[]): Real {
  const [inputs = '', output] = equation.replaceAll(' ', '').split('->');
  const terms = inputs.split(',');
  if (terms.length !== tensors.length) throw shapeError(equation);
  const operands = tensors.map((x, i): Lettered => {
    const letters = lettersOf(terms[i] ?? '', x.shape.length);
    if (letters.length !== x.shape.length) throw shapeError(equation);
    if (new Set(letters).size !== letters.length)
      throw new OperationError('diagonals by einsum are not supported');
    return { x, letters };
  });
  const wanted = resultLetters(output, operands);
  const [first, ...rest] = operands;
  if (first === undefined) throw shapeError(equation);
  let result = first;
  for (const [i, operand] of rest.entries()) {
    const later = new Set([...wanted, ...rest.slice(i + 1).flatMap(({ letters }) => letters)]);
    result = contract(algebra, result, operand, later);
  }
  result = sumOut(algebra, result, new Set(wanted));
  if (wanted.some((letter) => !result.letters.includes(letter))) throw shapeError(equation);
  return permute(algebra, result, wanted);
}
