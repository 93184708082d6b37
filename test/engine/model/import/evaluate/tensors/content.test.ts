import { Algebra } from '../../../../../../src/engine/model/import/evaluate/tensors/algebra.js';
import {
  concrete,
  filled,
  chargeElements,
  resetElementBudget,
  symbolic,
} from '../../../../../../src/engine/model/import/evaluate/tensors/content.js';
import { Graph } from '../../../../../../src/engine/onnx/graph.js';

const ALLOWANCE = 2 ** 27;
const MANY = 2 ** 16;

/** Whether so many elements may still be computed after `work`. */
function leaves(count: number, work: () => unknown): boolean {
  resetElementBudget();
  work();
  try {
    for (let left = count; left > 0; left -= 2 ** 25) chargeElements(Math.min(left, 2 ** 25));
    return true;
  } catch {
    return false;
  }
}

test('computed elements are charged to the budget', () => {
  const nothing = (): void => undefined;
  expect([leaves(ALLOWANCE, nothing), leaves(ALLOWANCE + 1, nothing)]).toEqual([true, false]);
  const floats = () => filled('float32', [3, 5], 1);
  expect([leaves(ALLOWANCE - 15, floats), leaves(ALLOWANCE - 14, floats)]).toEqual([true, false]);
  // Held as doubles, and as constants.
  const integers = () => filled('int64', [3, 5], 1);
  expect([leaves(ALLOWANCE - 60, integers), leaves(ALLOWANCE - 59, integers)]).toEqual([true, false]);
});

// Each let a small file keep the import busy for minutes.
test.each<[string, (algebra: Algebra) => unknown]>([
  [
    'a write by steps into what is not known',
    (algebra) => {
      const [base, part] = [MANY, MANY / 2].map((size) =>
        symbolic(algebra.graph.input(`x${size}`, 'float32', [size])),
      );
      if (base !== undefined && part !== undefined) algebra.writeSlice(base, part, 0, 0, 2);
    },
  ],
  [
    'a small write into something large',
    (algebra) =>
      algebra.writeSlice(
        concrete('float32', [MANY], new Float32Array(MANY)),
        concrete('float32', [1], new Float32Array(1)),
        0,
        0,
        1,
      ),
  ],
  ['a sum', (algebra) => algebra.reduce('sum', concrete('float32', [MANY], new Float32Array(MANY)), [0])],
])('%s counts as much as it takes', (_, work) => {
  expect(leaves(ALLOWANCE - MANY + 1, () => work(new Algebra(new Graph())))).toBe(false);
});
