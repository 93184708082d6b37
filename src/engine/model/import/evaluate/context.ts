import { TillerError } from '../../../../document/tiller-error.js';
import { elementCount, type Graph, type Value } from '../../../onnx/graph.js';
import type { Changes } from './changes.js';
import { Algebra } from './tensors/algebra.js';
import { chargeElements, type Content, type Real, symbolic } from './tensors/content.js';
import { Tensor } from './tensors/tensor.js';
import { describe, List, Tuple, type ScriptValue } from './values.js';

export type Distribution = 'uniform' | 'normal';

/** A random operation of the program, which has become an input of the graph. */
export interface NoiseInput {
  readonly distribution: Distribution;
  readonly value: Value;
}

/** Why an operation cannot be translated; the interpreter adds the operation's name and its place in the source. */
export class OperationError extends Error {
  constructor(
    message: string,
    readonly code: 'operation-unsupported' | 'model-shape' = 'operation-unsupported',
  ) {
    super(message);
  }
}

/** The program raises an exception. */
export class ProgramStop extends OperationError {}

/** Whether an error of an evaluation is the program's own exception. */
export const isProgramStop = (error: unknown): boolean =>
  error instanceof ProgramStop || (error instanceof Error && error.cause instanceof ProgramStop);

/** Shared by all operations of one trace: the graph under construction and its noise inputs. */
export class Context {
  readonly algebra: Algebra;
  readonly noise: NoiseInput[] = [];

  constructor(readonly graph: Graph) {
    this.algebra = new Algebra(graph);
  }

  /** Changes of the program's objects. */
  get changes(): Changes {
    return this.algebra.changes;
  }

  /** The present values of a tensor. */
  read(tensor: Tensor): Content {
    return tensor.read(this.algebra);
  }

  /** The present values of a tensor that is not complex. @throws for a complex one */
  readReal(tensor: Tensor): Real {
    const content = this.read(tensor);
    if (content.kind === 'complex') throw new OperationError('a complex tensor is not supported here');
    return content;
  }

  /** Values drawn anew in each call of the graph. */
  random(distribution: Distribution, shape: readonly number[]): Tensor {
    chargeElements(elementCount(shape));
    const value = this.graph.input(`noise${this.noise.length}`, 'float32', shape);
    this.noise.push({ distribution, value });
    return Tensor.of(symbolic(value));
  }

  /** The number in a tensor of one element. */
  item(tensor: Tensor): number {
    const content = this.readReal(tensor);
    if (content.kind === 'symbolic') {
      throw new OperationError(
        'the program branches on a value that depends on its input, which a fixed graph cannot',
      );
    }
    if (content.data.length !== 1)
      throw new OperationError('a tensor of one element was expected', 'model-shape');
    return content.data[0] ?? 0;
  }
}

/** The arguments of one call, by position in the operation's signature; undefined where left out. */
export class Arguments {
  constructor(
    readonly context: Context,
    private readonly names: readonly string[],
    private readonly values: readonly (ScriptValue | undefined)[],
  ) {}

  /** Number of arguments that were given. */
  get count(): number {
    return this.values.length;
  }

  /** Argument `index`; undefined where it was not given. */
  at(index: number): ScriptValue | undefined {
    return this.values[index];
  }

  private wrong(index: number, wanted: string): OperationError {
    const name = this.names[index] ?? `argument ${index + 1}`;
    return new OperationError(`"${name}" is ${describe(this.values[index])}, not ${wanted}`);
  }

  /** Argument `index`, which must be a tensor. */
  tensor(index: number): Tensor {
    const value = this.values[index];
    if (!(value instanceof Tensor)) throw this.wrong(index, 'a tensor');
    return value;
  }

  /** The values of argument `index`, which must be a real tensor. */
  real(index: number): Real {
    return this.context.readReal(this.tensor(index));
  }

  /** The same; null where it is None or was not given. */
  optionalTensor(index: number): Tensor | null {
    return this.values[index] === undefined || this.values[index] === null ? null : this.tensor(index);
  }

  /** The same; null where it is None or was not given. */
  optionalReal(index: number): Real | null {
    const tensor = this.optionalTensor(index);
    return tensor === null ? null : this.context.readReal(tensor);
  }

  /** Whether argument `index` was given and is not None. */
  has(index: number): boolean {
    return this.values[index] !== undefined && this.values[index] !== null;
  }

  /** Argument `index` as an integer. @param fallback where it was not given */
  int(index: number, fallback?: number): number {
    const value = this.values[index];
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    if (typeof value === 'bigint') return Number(value);
    if (value instanceof Tensor) return Math.trunc(this.context.item(value));
    if (value instanceof List && value.items.length === 1 && typeof value.items[0] === 'bigint') {
      return Number(value.items[0]);
    }
    throw this.wrong(index, 'an int');
  }

  /** The same; null where it is None or was not given. */
  optionalInt(index: number): number | null {
    return this.has(index) ? this.int(index) : null;
  }

  /** Argument `index` as a number. @param fallback where it was not given */
  float(index: number, fallback?: number): number {
    const value = this.values[index];
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'boolean') return Number(value);
    if (value instanceof Tensor) return this.context.item(value);
    throw this.wrong(index, 'a number');
  }

  /** Argument `index` as a truth value. @param fallback where it was not given */
  bool(index: number, fallback: boolean): boolean {
    const value = this.values[index];
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'bigint') return value !== 0n;
    throw this.wrong(index, 'a bool');
  }

  string(index: number, fallback: string): string {
    const value = this.values[index];
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'string') return value;
    throw this.wrong(index, 'a string');
  }

  items(index: number): readonly ScriptValue[] {
    const value = this.values[index];
    if (value instanceof List || value instanceof Tuple) return value.items;
    throw this.wrong(index, 'a list');
  }

  /** A list of ints; a single int stands for a list of one. */
  ints(index: number, fallback?: readonly number[]): readonly number[] {
    const value = this.values[index];
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    if (typeof value === 'bigint') return [Number(value)];
    return this.items(index).map((item) => {
      if (typeof item === 'bigint') return Number(item);
      if (item instanceof Tensor) return Math.trunc(this.context.item(item));
      throw this.wrong(index, 'a list of ints');
    });
  }

  floats(index: number): readonly number[] {
    const value = this.values[index];
    if (typeof value === 'number' || typeof value === 'bigint') return [Number(value)];
    return this.items(index).map((item) => {
      if (typeof item === 'number' || typeof item === 'bigint') return Number(item);
      throw this.wrong(index, 'a list of floats');
    });
  }

  tensors(index: number): readonly Tensor[] {
    return this.items(index).map((item) => {
      if (!(item instanceof Tensor)) throw this.wrong(index, 'a list of tensors');
      return item;
    });
  }
}

/** One operation of torch: the names of its parameters in order, and what it does. */
export interface Operation {
  readonly parameters: readonly string[];
  readonly run: (args: Arguments) => ScriptValue;
}

export type OperationTable = Readonly<Record<string, Operation>>;

/** Declares an operation by its signature, as in `op('x dim keepdim', …)`. */
export function op(signature: string, run: (args: Arguments) => ScriptValue): Operation {
  return { parameters: signature.split(' '), run };
}

/** An axis counted from the front; negative ones count from the back. A number may be asked for axis 0, or -1. */
export function axisOf(axis: number, rank: number): number {
  const axes = Math.max(1, rank);
  const resolved = axis < 0 ? axis + axes : axis;
  if (resolved < 0 || resolved >= axes) {
    throw new OperationError(`there is no axis ${axis} in ${rank} dimensions`, 'model-shape');
  }
  return resolved;
}

/** Turns the RangeErrors of the tensor algebra (shapes that do not fit, limits) into `OperationError`s; other errors pass through. */
export function asOperationError(error: unknown): unknown {
  if (error instanceof RangeError && !(error instanceof TillerError)) {
    return new OperationError(error.message, 'model-shape');
  }
  return error;
}
