/** Layer widths from input to output: [inputs, hidden…, 1]. */
export function layerWidths(inputs: number, hidden: readonly number[]): number[] {
  return [inputs, ...hidden, 1];
}

/** Parameters of a fully connected network of these widths, biases included. */
export function parameterCount(widths: readonly number[]): number {
  let count = 0;
  for (let l = 1; l < widths.length; l++) count += widths[l]! * (widths[l - 1]! + 1);
  return count;
}

/** Largest number of terms of a polynomial, without the constant. */
export const MAX_TERMS = 512;
/** Number of {@link polynomialTerms}: C(inputs + crossDegree, crossDegree) − 1 and the powers beyond. */
export function termCount(inputs: number, degree: number, crossDegree: number): number {
  const cross = Math.min(crossDegree, degree);
  let binomial = 1;
  for (let i = 1; i <= cross; i++) binomial = (binomial * (inputs + i)) / i;
  return Math.round(binomial) - 1 + inputs * (degree - cross);
}
