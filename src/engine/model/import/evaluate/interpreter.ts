import type { Program } from '../../../torchscript/program.js';
import {
  type Expression,
  type FunctionDefinition,
  type Position,
  type Statement,
  type Target,
} from '../../../torchscript/syntax.js';
import { convertNumber, dottedPath, integerRange, isOfType, unsupported } from './language.js';
import { boolOf, runBothBranches } from './branches.js';
import { callOperation, guardOperation } from './call-operation.js';
import type { Context } from './context.js';
import { getItem, iterate, truth } from './operations/sequences.js';
import { asString } from './operations/strings.js';
import { Tensor } from './tensors/tensor.js';
import { describe, Dict, FunctionReference, Instance, List, Tuple, type ScriptValue } from './values.js';

/** Limits far above any real model: executed statements, graph nodes, nested calls. */
const MAX_STEPS = 500_000;
const MAX_NODES = 100_000;
const MAX_CALL_DEPTH = 150;

type Scope = Map<string, ScriptValue>;

interface Returned {
  readonly value: ScriptValue;
}

/** What the interpreter needs besides the code it runs. */
export interface Environment {
  readonly program: Program;
  readonly context: Context;
  /** `CONSTANTS.c…` by number. */
  constant(index: number): ScriptValue | undefined;
  /** Called before an attribute of an object is replaced. */
  onAttributeWrite(instance: Instance, name: string): void;
}

/**
 * Runs functions of a TorchScript program. Numbers, lists, objects and control flow are executed; operations on
 * tensors go to the operation table, which folds what is known and adds graph nodes for the rest.
 */
export class Interpreter {
  private steps = 0;
  private depth = 0;

  constructor(private readonly environment: Environment) {}

  /** Calls a method of an object. @throws TillerError with the place in the source */
  callMethod(
    instance: Instance,
    name: string,
    args: readonly ScriptValue[],
    at: Position | null = null,
  ): ScriptValue {
    const method = this.environment.program.findClass(instance.className)?.methods.get(name);
    if (method === undefined) {
      throw unsupported(`${instance.className} has no method "${name}"`, at);
    }
    return this.callFunction(method, [instance, ...args], []);
  }

  private callFunction(
    definition: FunctionDefinition,
    positional: readonly ScriptValue[],
    named: readonly (readonly [string, ScriptValue])[],
  ): ScriptValue {
    const scope: Scope = new Map();
    for (const [index, parameter] of definition.parameters.entries()) {
      const given =
        index < positional.length ? positional[index] : named.find(([name]) => name === parameter.name)?.[1];
      if (given !== undefined) scope.set(parameter.name, given);
      else if (parameter.fallback !== null)
        scope.set(parameter.name, this.evaluate(parameter.fallback, scope));
      else throw unsupported(`"${definition.name}" is called without "${parameter.name}"`, definition.at);
    }
    this.depth += 1;
    if (this.depth > MAX_CALL_DEPTH) throw unsupported('calls nest too deeply', definition.at);
    const returned = this.runBlock(definition.body, scope);
    this.depth -= 1;
    return returned?.value ?? null;
  }

  private runBlock(statements: readonly Statement[], scope: Scope): Returned | null {
    for (const statement of statements) {
      const returned = this.runStatement(statement, scope);
      if (returned !== null) return returned;
    }
    return null;
  }

  private runStatement(statement: Statement, scope: Scope): Returned | null {
    this.countStep(statement.at);
    switch (statement.kind) {
      case 'pass':
        return null;
      case 'expression':
        this.evaluate(statement.value, scope);
        return null;
      case 'return':
        return { value: statement.value === null ? null : this.evaluate(statement.value, scope) };
      case 'assign':
        this.assign(statement, scope);
        return null;
      case 'if':
        return this.runIf(statement, scope);
      case 'while':
        while (this.test(statement.condition, scope)) {
          this.countStep(statement.at);
          const returned = this.runBlock(statement.body, scope);
          if (returned !== null) return returned;
        }
        return null;
      case 'for':
        return this.runFor(statement, scope);
      case 'with':
        return this.runWith(statement, scope);
    }
  }

  private runIf(statement: Statement & { kind: 'if' }, scope: Scope): Returned | null {
    const { condition, then, otherwise, at } = statement;
    const { context } = this.environment;
    const value = this.evaluate(condition, scope);
    const holds = guardOperation('if', condition.at, () => boolOf(context, value));
    if (typeof holds === 'boolean') return this.runBlock(holds ? then : otherwise, scope);
    const run = (block: readonly Statement[]) => (variables: Scope) => {
      if (this.runBlock(block, variables) !== null)
        throw unsupported('return within an "if" that depends on the input', at);
    };
    guardOperation('if', at, () => runBothBranches(context, holds, scope, run(then), run(otherwise)));
    return null;
  }

  private countStep(at: Position): void {
    this.steps += 1;
    if (this.steps > MAX_STEPS || this.environment.context.graph.nodes.length > MAX_NODES) {
      throw unsupported('a program of so many steps', at);
    }
  }

  private runFor(statement: Statement & { kind: 'for' }, scope: Scope): Returned | null {
    const items = this.iterable(statement.iterable, scope);
    for (const item of items) {
      this.countStep(statement.at);
      scope.set(statement.variable, item);
      const returned = this.runBlock(statement.body, scope);
      if (returned !== null) return returned;
    }
    return null;
  }

  /** Managers of torch's own (`no_grad`, `autocast`) do not change what is computed for playing. */
  private runWith(statement: Statement & { kind: 'with' }, scope: Scope): Returned | null {
    const manager = this.evaluate(statement.manager, scope);
    if (!(manager instanceof Instance)) throw unsupported(`with ${describe(manager)}`, statement.at);
    const isTorch = manager.className.startsWith('__torch__.torch.');
    const entered = isTorch ? null : this.callMethod(manager, '__enter__', [], statement.at);
    if (statement.target !== null) scope.set(statement.target, entered);
    const returned = this.runBlock(statement.body, scope);
    if (!isTorch) this.callMethod(manager, '__exit__', [null, null, null], statement.at);
    return returned;
  }

  private iterable(expression: Expression, scope: Scope): Iterable<ScriptValue> {
    if (expression.kind === 'call' && expression.callee.kind === 'name' && expression.callee.id === 'range') {
      const bounds = expression.positional.map((item) => this.evaluate(item, scope));
      const numbers = bounds.map((bound) => {
        if (typeof bound !== 'bigint') throw unsupported(`range over ${describe(bound)}`, expression.at);
        return bound;
      });
      const [first = 0n, second, step = 1n] = numbers;
      if (step === 0n) throw unsupported('range with step 0', expression.at);
      return second === undefined ? integerRange(0n, first, 1n) : integerRange(first, second, step);
    }
    return guardOperation('for', expression.at, () => iterate(this.evaluate(expression, scope)));
  }

  private test(condition: Expression, scope: Scope): boolean {
    const value = this.evaluate(condition, scope);
    return guardOperation('if', condition.at, () => truth(this.environment.context, value));
  }

  private assign(statement: Statement & { kind: 'assign' }, scope: Scope): void {
    const value = this.evaluate(statement.value, scope);
    if (!statement.unpack) {
      const [target] = statement.targets;
      if (target !== undefined) this.store(target, value, scope, statement.at);
      return;
    }
    const items = guardOperation('unpack', statement.at, () => [...iterate(value)]);
    if (items.length !== statement.targets.length) {
      throw unsupported(
        `${items.length} values are unpacked into ${statement.targets.length} names`,
        statement.at,
      );
    }
    for (const [index, target] of statement.targets.entries()) {
      this.store(target, items[index] ?? null, scope, statement.at);
    }
  }

  private store(target: Target, value: ScriptValue, scope: Scope, at: Position): void {
    if (target.kind === 'name') {
      scope.set(target.id, value);
      return;
    }
    const object = this.evaluate(target.object, scope);
    if (!(object instanceof Instance)) throw unsupported(`an attribute of ${describe(object)} is set`, at);
    const { changes } = this.environment.context;
    // Where the write may be undone, the call depends on what the attribute held before.
    if (changes.isAttempt) object.get(target.name);
    changes.note(object);
    this.environment.onAttributeWrite(object, target.name);
    object.set(target.name, value);
  }

  private evaluate(expression: Expression, scope: Scope): ScriptValue {
    switch (expression.kind) {
      case 'int':
      case 'float':
      case 'string':
      case 'bool':
        return expression.value;
      case 'none':
        return null;
      case 'list':
        return new List(expression.items.map((item) => this.evaluate(item, scope)));
      case 'tuple':
        return new Tuple(expression.items.map((item) => this.evaluate(item, scope)));
      case 'dict': {
        const dict = new Dict();
        for (const [key, value] of expression.entries) {
          dict.entries.set(this.evaluate(key, scope), this.evaluate(value, scope));
        }
        return dict;
      }
      case 'negate': {
        const operand = this.evaluate(expression.operand, scope);
        if (typeof operand === 'bigint' || typeof operand === 'number') return -operand;
        throw unsupported(`${describe(operand)} is negated`, expression.at);
      }
      case 'name':
        return this.lookUp(expression.id, scope, expression.at);
      case 'attribute':
        return this.getAttribute(expression, scope);
      case 'index': {
        const object = this.evaluate(expression.object, scope);
        const index = this.evaluate(expression.index, scope);
        return guardOperation('[]', expression.at, () => getItem(object, index));
      }
      case 'call':
        return this.call(expression, scope);
    }
  }

  private lookUp(id: string, scope: Scope, at: Position): ScriptValue {
    const value = scope.get(id);
    if (value !== undefined) return value;
    if (id === 'inf') return Infinity;
    if (id === 'nan') return NaN;
    throw unsupported(`the name "${id}" is unknown`, at);
  }

  private getAttribute(expression: Expression & { kind: 'attribute' }, scope: Scope): ScriptValue {
    if (expression.object.kind === 'name' && expression.object.id === 'CONSTANTS') {
      const value = this.environment.constant(Number(expression.name.slice(1)));
      if (value === undefined) throw unsupported(`the constant ${expression.name} is missing`, expression.at);
      return value;
    }
    const path = dottedPath(expression);
    if (path !== null && !scope.has(path[0] ?? '')) {
      const definition = this.environment.program.findFunction(path.join('.'));
      if (definition === undefined) throw unsupported(`the name "${path.join('.')}"`, expression.at);
      return new FunctionReference(definition);
    }
    return this.attributeOf(this.evaluate(expression.object, scope), expression.name, expression.at);
  }

  private attributeOf(object: ScriptValue, name: string, at: Position): ScriptValue {
    if (object instanceof Instance) {
      const value = object.get(name);
      if (value !== undefined) return value;
      const constant = this.environment.program.findClass(object.className)?.constants.get(name);
      if (constant !== undefined) return this.evaluate(constant, new Map());
    }
    throw unsupported(`${describe(object)} has no attribute "${name}"`, at);
  }

  private call(expression: Expression & { kind: 'call' }, scope: Scope): ScriptValue {
    const { callee, at } = expression;
    if (callee.kind === 'name') {
      const local = scope.get(callee.id);
      if (local === undefined) return this.callBuiltin(callee.id, expression, scope);
      if (!(local instanceof FunctionReference)) throw unsupported(`${describe(local)} is called`, at);
      const { positional, named } = this.evaluateArguments(expression, scope);
      return this.callFunction(local.definition, positional, named);
    }
    const path = dottedPath(callee);
    if (path === null || scope.has(path[0] ?? '')) return this.callObject(callee, expression, scope);
    if (path[path.length - 1] === '__new__')
      return new Instance(path.slice(0, -1).join('.'), () => undefined);
    const { positional, named } = this.evaluateArguments(expression, scope);
    const [root] = path;
    if (root === 'torch' || root === 'ops') {
      const name = root === 'torch' ? path.slice(1).join('.') : path.slice(1).join('::');
      return callOperation(this.environment.context, name, positional, named, at);
    }
    const definition = this.environment.program.findFunction(path.join('.'));
    if (definition === undefined) throw unsupported(`"${path.join('.')}" is called`, at);
    return this.callFunction(definition, positional, named);
  }

  private evaluateArguments(
    expression: Expression & { kind: 'call' },
    scope: Scope,
  ): { positional: readonly ScriptValue[]; named: readonly (readonly [string, ScriptValue])[] } {
    return {
      positional: expression.positional.map((item) => this.evaluate(item, scope)),
      named: expression.named.map(([name, item]) => [name, this.evaluate(item, scope)] as const),
    };
  }

  private callObject(
    callee: Expression,
    expression: Expression & { kind: 'call' },
    scope: Scope,
  ): ScriptValue {
    const { at } = expression;
    if (callee.kind !== 'attribute') throw unsupported('a computed function is called', at);
    const object = this.evaluate(callee.object, scope);
    if (!(object instanceof Instance)) {
      throw unsupported(`the method "${callee.name}" of ${describe(object)} is called`, at);
    }
    const method = this.environment.program.findClass(object.className)?.methods.get(callee.name);
    if (method === undefined && callee.name === '__init__') return null;
    if (method === undefined) throw unsupported(`${object.className} has no method "${callee.name}"`, at);
    const { positional, named } = this.evaluateArguments(expression, scope);
    return this.callFunction(method, [object, ...positional], named);
  }

  /** Functions that are part of the language. */
  private callBuiltin(name: string, expression: Expression & { kind: 'call' }, scope: Scope): ScriptValue {
    const { at, positional } = expression;
    const argument = (index: number): ScriptValue => {
      const item = positional[index];
      if (item === undefined) throw unsupported(`"${name}" lacks an argument`, at);
      return this.evaluate(item, scope);
    };
    const { context } = this.environment;
    switch (name) {
      case 'annotate':
        return this.annotate(positional[0], argument(1), at);
      case 'unchecked_cast':
        return argument(1);
      case 'uninitialized':
        return null;
      case 'isinstance':
        return isOfType(argument(0), positional[1], at);
      case 'getattr': {
        const key = argument(1);
        if (typeof key !== 'string') throw unsupported('getattr without a name', at);
        return this.attributeOf(argument(0), key, at);
      }
      case 'int':
      case 'float': {
        const value = argument(0);
        return guardOperation(name, at, () => convertNumber(context, value, name));
      }
      case 'bool': {
        const value = argument(0);
        return guardOperation(name, at, () => boolOf(context, value));
      }
      case 'print':
        return null;
      case 'str':
        return asString(argument(0));
      default:
        throw unsupported(`the function "${name}"`, at);
    }
  }

  /** `annotate(int, t)` also turns a tensor of one element into a number. */
  private annotate(type: Expression | undefined, value: ScriptValue, at: Position): ScriptValue {
    if (!(value instanceof Tensor) || type?.kind !== 'name') return value;
    const { context } = this.environment;
    return guardOperation('annotate', at, () => {
      if (type.id === 'int' || type.id === 'float') return convertNumber(context, value, type.id);
      return type.id === 'bool' ? boolOf(context, value) : value;
    });
  }
}
