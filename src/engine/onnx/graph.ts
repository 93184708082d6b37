/** Element types of the tensors in a graph. */
export type ElementType = 'float32' | 'float64' | 'int64' | 'int32' | 'bool';

/** Their numbers in ONNX (`TensorProto.DataType`). */
export const DATA_TYPES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

export type ConstantData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;

/**
 * Float32 values that are computed from others when the graph is written, and not kept in memory: rearranged weights would
 * otherwise double a model's memory.
 */
export interface DerivedData {
  readonly length: number;
  /** Writes all values. @param out zeros, `length` of them */
  readonly fill: (out: Float32Array) => void;
}

/** One tensor of a graph: an input, a constant, or what a node puts out. Shapes are always known. */
export interface Value {
  readonly id: number;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Row-major values of a constant; null for everything computed or fed, and for derived constants. */
  readonly constant: ConstantData | null;
  /** Set for constants that are only computed when the graph is written. */
  readonly derived: DerivedData | null;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One ONNX operation. A null input is an optional one left out. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** An integer attribute. */
export const int = (value: number): Attribute => ({ kind: 'int', value });
/** A float attribute. */
export const float = (value: number): Attribute => ({ kind: 'float', value });
/** An attribute of several integers. */
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/**
 * An ONNX graph under construction: nodes in an order in which they can run, shapes given by whoever adds them.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs: NamedValue[] = [];
  readonly outputs: NamedValue[] = [];
  private nextId = 0;

  private value(
    type: ElementType,
    shape: readonly number[],
    constant: ConstantData | null,
    derived: DerivedData | null = null,
  ): Value {
    this.nextId += 1;
    return { id: this.nextId, type, shape, constant, derived };
  }

  /** Adds an input of the graph. */
  input(name: string, type: ElementType, shape: readonly number[]): Value {
    const value = this.value(type, shape, null);
    this.inputs.push({ name, value });
    return value;
  }

  /** Adds a constant. @param data in row-major order, one number per element */
  constant(type: ElementType, shape: readonly number[], data: ConstantData): Value {
    return this.value(type, shape, data);
  }

  /** Adds a constant that is computed from others when the weights are placed. */
  derivedConstant(shape: readonly number[], derived: DerivedData): Value {
    return this.value('float32', shape, null, derived);
  }

  /** A vector of integers, as shapes, axes and indices are given. */
  integers(values: readonly number[]): Value {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Adds a node with one output. */
  add(
    op: string,
    inputs: readonly (Value | null)[],
    shape: readonly number[],
    attributes: Attributes = {},
    type: ElementType = inputs[0]?.type ?? 'float32',
  ): Value {
    const output = this.value(type, shape, null);
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  /** Adds a node with several outputs, one for each shape. */
  addMany(
    op: string,
    inputs: readonly (Value | null)[],
    shapes: readonly (readonly number[])[],
    attributes: Attributes = {},
    type: ElementType = inputs[0]?.type ?? 'float32',
  ): readonly Value[] {
    return this.addOutputs(
      op,
      inputs,
      shapes.map((shape) => ({ type, shape })),
      attributes,
    );
  }

  /** Adds a node with several outputs of different types. */
  addOutputs(
    op: string,
    inputs: readonly (Value | null)[],
    descriptions: readonly Pick<Value, 'type' | 'shape'>[],
    attributes: Attributes = {},
  ): readonly Value[] {
    const outputs = descriptions.map(({ type, shape }) => this.value(type, shape, null));
    this.nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /** Makes a value an output of the graph, under `name`. */
  output(name: string, value: Value): void {
    this.outputs.push({ name, value });
  }
}
