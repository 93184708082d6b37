import { elementCount } from '../../../onnx/graph.js';
import type { Changeable, Outcome } from './changes.js';
import { type Context, isProgramStop, OperationError } from './context.js';
import { truth } from './operations/sequences.js';
import { concrete, type Content, type Real, sameShape, scalar } from './tensors/content.js';
import { Storage, Tensor } from './tensors/tensor.js';
import { Text, TextChoices } from './text.js';
import { describe, Dict, Instance, List, Tuple, type ScriptValue } from './values.js';

type Variables = ReadonlyMap<string, ScriptValue>;
type RunBranch = (variables: Map<string, ScriptValue>) => void;
type Entries = ReadonlyMap<ScriptValue, ScriptValue>;

/** What a branch leaves behind. It is undone by now, so tensors are given by what they held at its end. */
class Branch {
  private readonly contents = new Map<Tensor, Content>();

  /** To be called at the branch's end, before it is undone. */
  constructor(
    private readonly context: Context,
    readonly variables: Variables,
    readonly outcome: Outcome,
  ) {
    for (const value of variables.values()) this.keep(value);
    for (const held of outcome.values()) {
      if (held instanceof Map) for (const value of (held as Entries).values()) this.keep(value);
      if (Array.isArray(held)) for (const value of held as ScriptValue[]) this.keep(value);
    }
  }

  private keep(value: ScriptValue): void {
    if (value instanceof Tensor) this.contents.set(value, this.context.read(value));
    else if (value instanceof Tuple || value instanceof List) value.items.forEach((item) => this.keep(item));
    else if (value instanceof Dict) for (const item of value.entries.values()) this.keep(item);
  }

  contentOf(tensor: Tensor): Content {
    return this.contents.get(tensor) ?? this.context.read(tensor);
  }
}

/**
 * Joins the two branches of an `if` whose condition is only known when the graph runs: both have been evaluated, and each value
 * is chosen by the condition.
 */
class Junction {
  private readonly condition: Real;

  /** @param condition a bool without dimensions */
  constructor(
    private readonly context: Context,
    condition: Tensor,
    private readonly then: Branch,
    private readonly otherwise: Branch,
  ) {
    this.condition = context.readReal(condition);
  }

  /** Changes the objects that a branch changed. @throws OperationError where they hold values of different kinds */
  joinObjects(): void {
    const { then, otherwise, context } = this;
    for (const object of new Set([...then.outcome.keys(), ...otherwise.outcome.keys()])) {
      const before = object.save();
      const after = ({ outcome }: Branch) => (outcome.has(object) ? outcome.get(object) : before);
      context.changes.note(object);
      object.restore(this.held(object, after(then), after(otherwise)));
    }
  }

  private held(object: Changeable, a: unknown, b: unknown): unknown {
    if (object instanceof Storage) return this.content(a as Content, b as Content);
    if (object instanceof List) return this.items(a as ScriptValue[], b as ScriptValue[]);
    return this.entries(object, a as Entries, b as Entries);
  }

  private entries(object: Changeable, a: Entries, b: Entries): Entries {
    const joined = new Map<ScriptValue, ScriptValue>();
    for (const key of new Set([...a.keys(), ...b.keys()])) {
      // An attribute that one branch has not touched holds what it held before.
      const stored = object instanceof Instance ? object.get(key as string) : undefined;
      const [x, y] = [a.get(key) ?? stored, b.get(key) ?? stored];
      if (x === undefined || y === undefined)
        throw new OperationError('only one branch of an "if" that depends on the input sets a key');
      joined.set(key, this.value(x, y));
    }
    return joined;
  }

  /**
   * Sets the variables after the branches. One that has values of different kinds is left out: whatever uses it is refused, by its
   * name.
   */
  joinVariables(into: Map<string, ScriptValue>): void {
    const [then, otherwise] = [this.then.variables, this.otherwise.variables];
    for (const name of new Set([...then.keys(), ...otherwise.keys()])) {
      const [a, b] = [then.get(name), otherwise.get(name)];
      try {
        // Nothing uses a variable that only one branch sets: torch has checked that.
        into.set(name, a === undefined ? (b ?? null) : b === undefined ? a : this.value(a, b));
      } catch (error) {
        if (!(error instanceof OperationError)) throw error;
        into.delete(name);
      }
    }
  }

  private value(a: ScriptValue, b: ScriptValue): ScriptValue {
    if (Object.is(a, b)) return a;
    // What is declared without a value is used after the other branch alone.
    if (a === null || b === null) return a ?? b;
    if (a instanceof Tensor && b instanceof Tensor)
      return readOnly(this.content(this.then.contentOf(a), this.otherwise.contentOf(b)));
    if (a instanceof Tuple && b instanceof Tuple) return new Tuple(this.items(a.items, b.items));
    if (a instanceof List && b instanceof List) return new List(this.items(a.items, b.items));
    if (isText(a) && isText(b)) return this.text(a, b);
    // A number that depends on the condition becomes a tensor without dimensions, which torch counts like a number.
    return readOnly(this.real(this.number(this.then, a, b), this.number(this.otherwise, b, a)));
  }

  private text(a: string | Text, b: string | Text): ScriptValue {
    if (a === b) return a;
    const [first] = [a, b].filter((one) => one instanceof Text);
    const choices = first?.choices ?? new TextChoices([]);
    const number = (text: string | Text): Real => {
      if (typeof text === 'string') return scalar('int64', choices.numberOf(text));
      if (text.choices === choices) return text.number;
      // What it can be now: texts that are added later come with another `Text`.
      const numbers = Float64Array.from(text.choices.all, (one) => choices.numberOf(one));
      return this.context.algebra.gather(concrete('int64', [numbers.length], numbers), text.number, 0);
    };
    return new Text(choices, this.real(number(a), number(b)));
  }

  private items(a: readonly ScriptValue[], b: readonly ScriptValue[]): ScriptValue[] {
    if (a.length !== b.length)
      throw new OperationError('an "if" that depends on the input makes lists of different lengths');
    return a.map((item, index) => this.value(item, b[index] ?? null));
  }

  private number(branch: Branch, value: ScriptValue, other: ScriptValue): Real {
    if (value instanceof Tensor && elementCount(value.shape) === 1) {
      const content = branch.contentOf(value);
      if (content.kind !== 'complex') return this.context.algebra.reshape(content, []);
    }
    if (typeof value === 'boolean') return scalar('bool', Number(value));
    if (typeof value === 'bigint') return scalar('int64', Number(value));
    if (typeof value === 'number') return scalar('float32', value);
    throw new OperationError(
      `an "if" that depends on the input gives ${describe(value)} or ${describe(other)}`,
    );
  }

  private content(a: Content, b: Content): Content {
    if (a === b) return a;
    if (a.kind !== 'complex' && b.kind !== 'complex') return this.real(a, b);
    if (a.kind !== 'complex' || b.kind !== 'complex')
      throw new OperationError('an "if" that depends on the input gives real or complex numbers');
    const [re, im] = [this.real(a.re, b.re), this.real(a.im, b.im)];
    return { kind: 'complex', type: 'complex64', shape: re.shape, re, im };
  }

  private real(a: Real, b: Real): Real {
    if (a.type !== b.type || !sameShape(a.shape, b.shape))
      throw new OperationError(
        `an "if" that depends on the input gives ${a.type} of shape [${a.shape.join(', ')}] or ${b.type} of shape [${b.shape.join(', ')}]`,
      );
    return this.context.algebra.where(this.condition, a, b);
  }
}

/**
 * Runs both branches of an `if` whose condition is only known when the graph runs, each from the same state, and joins them. One
 * that ends in an exception is left out.
 * @param condition a bool without dimensions
 * @param scope the variables before, and afterwards those after
 * @throws OperationError where the branches leave values of different kinds in the program's objects
 */
export function runBothBranches(
  context: Context,
  condition: Tensor,
  scope: Map<string, ScriptValue>,
  then: RunBranch,
  otherwise: RunBranch,
): void {
  const run = (branch: RunBranch): Branch | null => {
    const variables = new Map(scope);
    try {
      return context.changes.attempt(
        () => branch(variables),
        (outcome) => new Branch(context, variables, outcome),
      );
    } catch (error) {
      if (isProgramStop(error)) return null;
      throw error;
    }
  };
  const [first, second] = [run(then), run(otherwise)];
  // A graph raises no exception: what follows is what follows where the program goes on.
  if (first === null || second === null) {
    (first === null ? otherwise : then)(scope);
    return;
  }
  const junction = new Junction(context, condition, first, second);
  junction.joinVariables(scope);
  junction.joinObjects();
}

const isText = (value: ScriptValue): value is string | Text =>
  typeof value === 'string' || value instanceof Text;

/** A tensor that may share memory with one of several others: writing into it would have to reach that one. */
const readOnly = (content: Content): Tensor =>
  Tensor.at(new Storage(content, null, null, true), content.shape);

/** A bool; a tensor without dimensions where it is only known when the graph runs. @throws OperationError as `truth` does */
export function boolOf(context: Context, value: ScriptValue): boolean | Tensor {
  if (!(value instanceof Tensor) || value.type === 'complex64' || elementCount(value.shape) !== 1)
    return truth(context, value);
  const content = context.readReal(value);
  if (content.kind === 'concrete') return truth(context, value);
  return Tensor.of(context.algebra.reshape(context.algebra.cast(content, 'bool'), []));
}
