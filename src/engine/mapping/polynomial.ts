import { MAX_TERMS, termCount } from '../../document/regressor-sizes.js';

/** Scale of a term in a fit, relative to a term of one degree less. */
const SCALE_PER_DEGREE = 0.5;

/**
 * The monomials of a polynomial except the constant. Each is an earlier one times an input: term t is term `parent[t]`
 * (−1 for the constant) times input `input[t]`.
 */
export interface Terms {
  readonly count: number;
  readonly parent: Int32Array;
  readonly input: Int32Array;
}

/**
 * Terms in `inputs` variables: every power of one input up to `degree`, and every product of several inputs up to
 * the total degree `crossDegree` (1 means no products).
 */
export function polynomialTerms(inputs: number, degree: number, crossDegree: number): Terms {
  const parent: number[] = [];
  const input: number[] = [];
  const pure: boolean[] = [];
  let from = -1;
  let to = 0;
  for (let d = 1; d <= degree; d++) {
    const first = parent.length;
    for (let t = from; t < to; t++) {
      const lastInput = t < 0 ? 0 : input[t]!;
      for (let k = lastInput; k < inputs; k++) {
        const power = t < 0 || (pure[t]! && k === lastInput);
        if (!power && d > crossDegree) continue;
        parent.push(t);
        input.push(k);
        pure.push(power);
      }
    }
    from = first;
    to = parent.length;
  }
  return { count: parent.length, parent: Int32Array.from(parent), input: Int32Array.from(input) };
}

/** The largest cross degree up to `degree` that keeps the polynomial within {@link MAX_TERMS}. */
export function affordableCrossDegree(inputs: number, degree: number): number {
  let affordable = 1;
  for (let d = 2; d <= degree && termCount(inputs, degree, d) <= MAX_TERMS; d++) affordable = d;
  return affordable;
}

/** Evaluates the terms at the point that starts at `inputs[from]`; writes `terms.count` values from `out[at]`. */
export function fillTerms(
  terms: Terms,
  inputs: Float64Array,
  from: number,
  out: Float64Array,
  at: number,
): void {
  for (let t = 0; t < terms.count; t++) {
    const parent = terms.parent[t]!;
    out[at + t] = (parent < 0 ? 1 : out[at + parent]!) * inputs[from + terms.input[t]!]!;
  }
}

/**
 * Scales of the terms in a ridge fit, [terms], which make it prefer low degrees: halved with each degree, times the square root
 * of the multinomial coefficient, which makes the penalty of each degree invariant under rotation of the inputs. Without
 * scaling, two examples would be fitted by cubic terms as much as by linear ones, and the map would be steep beyond them.
 */
export function termScales(terms: Terms): Float64Array {
  const degrees = new Int32Array(terms.count);
  const powers = new Int32Array(terms.count);
  const multinomials = new Float64Array(terms.count);
  return Float64Array.from({ length: terms.count }, (_, t) => {
    const parent = terms.parent[t]!;
    const again = parent >= 0 && terms.input[parent] === terms.input[t];
    degrees[t] = parent < 0 ? 1 : degrees[parent]! + 1;
    powers[t] = again ? powers[parent]! + 1 : 1;
    multinomials[t] = ((parent < 0 ? 1 : multinomials[parent]!) * degrees[t]) / powers[t];
    return Math.sqrt(multinomials[t]) * SCALE_PER_DEGREE ** (degrees[t] - 1);
  });
}
