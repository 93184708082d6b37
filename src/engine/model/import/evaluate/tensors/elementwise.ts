/** How an elementwise operation is done on known values, and by which ONNX operator on unknown ones. */
export interface UnaryRule {
  readonly onnx: string;
  readonly apply: (x: number) => number;
}

export interface BinaryRule {
  readonly onnx: string;
  readonly apply: (a: number, b: number) => number;
  /** The result is true or false, whatever the operands are. */
  readonly logical?: boolean;
}

/** Half to even, as torch and ONNX round. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Abramowitz and Stegun is too coarse: the Taylor series and, beyond 3, the continued fraction of erfc. */
function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude > 3) {
    let fraction = 0;
    for (let k = 60; k >= 1; k -= 1) fraction = k / 2 / (magnitude + fraction);
    const tail = Math.exp(-magnitude * magnitude) / (Math.sqrt(Math.PI) * (magnitude + fraction));
    return Math.sign(x) * (1 - tail);
  }
  let term = x;
  let sum = x;
  for (let n = 1; n < 100; n += 1) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Python's `%`: the sign is the divisor's. */
export function modulo(a: number, b: number): number {
  return a - Math.floor(a / b) * b;
}

function integerModulo(a: number, b: number): number {
  if (b === 0) throw new RangeError('an integer is divided by zero');
  return modulo(a, b);
}

export const UNARY = {
  neg: { onnx: 'Neg', apply: (x) => -x },
  abs: { onnx: 'Abs', apply: Math.abs },
  exp: { onnx: 'Exp', apply: Math.exp },
  log: { onnx: 'Log', apply: Math.log },
  sqrt: { onnx: 'Sqrt', apply: Math.sqrt },
  sin: { onnx: 'Sin', apply: Math.sin },
  cos: { onnx: 'Cos', apply: Math.cos },
  tan: { onnx: 'Tan', apply: Math.tan },
  asin: { onnx: 'Asin', apply: Math.asin },
  acos: { onnx: 'Acos', apply: Math.acos },
  atan: { onnx: 'Atan', apply: Math.atan },
  tanh: { onnx: 'Tanh', apply: Math.tanh },
  sigmoid: { onnx: 'Sigmoid', apply: (x) => 1 / (1 + Math.exp(-x)) },
  softplus: { onnx: 'Softplus', apply: (x) => (x > 20 ? x : Math.log1p(Math.exp(x))) },
  relu: { onnx: 'Relu', apply: (x) => Math.max(0, x) },
  reciprocal: { onnx: 'Reciprocal', apply: (x) => 1 / x },
  ceil: { onnx: 'Ceil', apply: Math.ceil },
  floor: { onnx: 'Floor', apply: Math.floor },
  round: { onnx: 'Round', apply: roundHalfEven },
  sign: { onnx: 'Sign', apply: Math.sign },
  erf: { onnx: 'Erf', apply: erf },
  not: { onnx: 'Not', apply: (x) => (x === 0 ? 1 : 0) },
} as const satisfies Readonly<Record<string, UnaryRule>>;
export type UnaryName = keyof typeof UNARY;

export const BINARY = {
  add: { onnx: 'Add', apply: (a, b) => a + b },
  sub: { onnx: 'Sub', apply: (a, b) => a - b },
  mul: { onnx: 'Mul', apply: (a, b) => a * b },
  div: { onnx: 'Div', apply: (a, b) => a / b },
  /** Of integers alone. */
  mod: { onnx: 'Mod', apply: integerModulo },
  pow: { onnx: 'Pow', apply: Math.pow },
  max: { onnx: 'Max', apply: Math.max },
  min: { onnx: 'Min', apply: Math.min },
  eq: { onnx: 'Equal', logical: true, apply: (a, b) => Number(a === b) },
  lt: { onnx: 'Less', logical: true, apply: (a, b) => Number(a < b) },
  le: { onnx: 'LessOrEqual', logical: true, apply: (a, b) => Number(a <= b) },
  gt: { onnx: 'Greater', logical: true, apply: (a, b) => Number(a > b) },
  ge: { onnx: 'GreaterOrEqual', logical: true, apply: (a, b) => Number(a >= b) },
  and: { onnx: 'And', logical: true, apply: (a, b) => Number(a !== 0 && b !== 0) },
  or: { onnx: 'Or', logical: true, apply: (a, b) => Number(a !== 0 || b !== 0) },
} as const satisfies Readonly<Record<string, BinaryRule>>;
export type BinaryName = keyof typeof BINARY;
