/** A place in a source file of the archive. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `file:line` as error messages give it. */
export function describePosition(position: Position): string {
  return `${position.file}:${position.line}`;
}

/** Expressions of TorchScript's serialised Python subset. Types are written in the same grammar. */
export type Expression = { readonly at: Position } & (
  | { readonly kind: 'name'; readonly id: string }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | {
      readonly kind: 'call';
      readonly callee: Expression;
      readonly positional: readonly Expression[];
      readonly named: readonly (readonly [string, Expression])[];
    }
);

/** What may stand on the left of `=`. */
export type Target =
  | { readonly kind: 'name'; readonly id: string }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string };

export type Statement = { readonly at: Position } & (
  | {
      readonly kind: 'assign';
      readonly targets: readonly Target[];
      readonly unpack: boolean;
      readonly value: Expression;
    }
  | { readonly kind: 'expression'; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'for';
      readonly variable: string;
      readonly iterable: Expression;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'while'; readonly condition: Expression; readonly body: readonly Statement[] }
  | {
      readonly kind: 'with';
      readonly manager: Expression;
      /** The name that the manager's value gets, if any. */
      readonly target: string | null;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'return'; readonly value: Expression | null }
  | { readonly kind: 'pass' }
);

export interface Parameter {
  readonly name: string;
  readonly type: Expression | null;
  readonly fallback: Expression | null;
}

export interface FunctionDefinition {
  readonly at: Position;
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

export interface ClassDefinition {
  readonly at: Position;
  readonly name: string;
  readonly base: string | null;
  /** Attributes declared `x : T = value` or `x = value`: constants of the class. */
  readonly constants: ReadonlyMap<string, Expression>;
  readonly methods: ReadonlyMap<string, FunctionDefinition>;
}

export interface SourceFile {
  readonly functions: readonly FunctionDefinition[];
  readonly classes: readonly ClassDefinition[];
}
