import { Lexer, syntaxError, type Token } from './lexer.js';
import type {
  ClassDefinition,
  Expression,
  FunctionDefinition,
  Parameter,
  Position,
  SourceFile,
  Statement,
  Target,
} from './syntax.js';

/** Deepest nesting of expressions or blocks that is read; torch's printer stays far below. */
const MAX_DEPTH = 200;

/**
 * Parses one file of serialised TorchScript.
 * @throws TillerError `source-syntax`, with file and line
 */
export function parseSource(source: string, file: string): SourceFile {
  return new Parser(new Lexer(source, file).tokenize()).parseFile();
}

class Parser {
  private index = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parseFile(): SourceFile {
    const functions: FunctionDefinition[] = [];
    const classes: ClassDefinition[] = [];
    while (this.peek().kind !== 'end') {
      if (this.takeKind('newline')) continue;
      if (this.isName('class')) classes.push(this.parseClass());
      else if (this.isName('def')) functions.push(this.parseFunction());
      else this.skipTopLevelLine();
    }
    return { functions, classes };
  }

  /** Old archives start with `op_version_set = 1` and imports; they carry no meaning here. */
  private skipTopLevelLine(): void {
    const { at } = this.peek();
    if (!this.isName('import') && !this.isName('from') && !this.isName('op_version_set')) {
      throw syntaxError(at, 'a class or function was expected');
    }
    while (this.peek().kind !== 'newline' && this.peek().kind !== 'end') this.index += 1;
  }

  private parseClass(): ClassDefinition {
    const at = this.expectName('class').at;
    const name = this.takeIdentifier();
    let base: string | null = null;
    if (this.takeSymbol('(')) {
      if (!this.isSymbol(')')) base = this.takeIdentifier();
      this.expectSymbol(')');
    }
    this.expectSymbol(':');
    const constants = new Map<string, Expression>();
    const methods = new Map<string, FunctionDefinition>();
    this.parseIndented(() => {
      if (this.isName('def')) {
        const method = this.parseFunction();
        methods.set(method.name, method);
      } else {
        this.parseMember(constants);
      }
    });
    return { at, name, base, constants, methods };
  }

  /** `x : T`, `x : Final[T] = v`, `__buffers__ = […]`, `__annotations__["0"] = T`, `pass`. */
  private parseMember(constants: Map<string, Expression>): void {
    if (this.isName('pass')) {
      this.index += 1;
      this.expectKind('newline');
      return;
    }
    const subject = this.parseExpression();
    if (this.takeSymbol(':')) this.parseExpression();
    if (this.takeSymbol('=')) {
      const value = this.parseExpression();
      if (subject.kind === 'name') constants.set(subject.id, value);
    }
    this.expectKind('newline');
  }

  private parseFunction(): FunctionDefinition {
    const at = this.expectName('def').at;
    const name = this.takeIdentifier();
    this.expectSymbol('(');
    const parameters: Parameter[] = [];
    while (!this.isSymbol(')')) {
      const parameter = this.takeIdentifier();
      const type = this.takeSymbol(':') ? this.parseExpression() : null;
      const fallback = this.takeSymbol('=') ? this.parseExpression() : null;
      parameters.push({ name: parameter, type, fallback });
      if (!this.takeSymbol(',')) break;
    }
    this.expectSymbol(')');
    if (this.takeSymbol('->')) this.parseExpression();
    this.expectSymbol(':');
    return { at, name, parameters, body: this.parseBlock() };
  }

  private parseBlock(): readonly Statement[] {
    const statements: Statement[] = [];
    this.parseIndented(() => statements.push(this.parseStatement()));
    return statements;
  }

  private parseIndented(parseItem: () => void): void {
    this.enter();
    this.expectKind('newline');
    this.expectKind('indent');
    while (!this.takeKind('dedent')) {
      if (!this.takeKind('newline')) parseItem();
    }
    this.depth -= 1;
  }

  private parseStatement(): Statement {
    const token = this.peek();
    const { at } = token;
    switch (token.kind === 'name' ? token.text : '') {
      case 'if':
        return this.parseIf();
      case 'for':
        return this.parseFor();
      case 'while': {
        this.index += 1;
        const condition = this.parseExpression();
        this.expectSymbol(':');
        return { kind: 'while', at, condition, body: this.parseBlock() };
      }
      case 'with': {
        this.index += 1;
        const manager = this.parseExpression();
        let target: string | null = null;
        if (this.isName('as')) {
          this.index += 1;
          target = this.takeIdentifier();
        }
        this.expectSymbol(':');
        return { kind: 'with', at, manager, target, body: this.parseBlock() };
      }
      case 'return': {
        this.index += 1;
        const value = this.peek().kind === 'newline' ? null : this.parseTuple();
        this.expectKind('newline');
        return { kind: 'return', at, value };
      }
      case 'pass':
        this.index += 1;
        this.expectKind('newline');
        return { kind: 'pass', at };
      default:
        return this.parseAssignment();
    }
  }

  private parseIf(): Statement {
    // Each elif lies in the else of the one before.
    this.enter();
    const statement = this.parseBranches();
    this.depth -= 1;
    return statement;
  }

  private parseBranches(): Statement {
    const { at } = this.peek();
    this.index += 1;
    const condition = this.parseExpression();
    this.expectSymbol(':');
    const then = this.parseBlock();
    if (this.isName('elif')) return { kind: 'if', at, condition, then, otherwise: [this.parseIf()] };
    if (!this.isName('else')) return { kind: 'if', at, condition, then, otherwise: [] };
    this.index += 1;
    this.expectSymbol(':');
    return { kind: 'if', at, condition, then, otherwise: this.parseBlock() };
  }

  private parseFor(): Statement {
    const { at } = this.expectName('for');
    const variable = this.takeIdentifier();
    this.expectName('in');
    const iterable = this.parseExpression();
    this.expectSymbol(':');
    return { kind: 'for', at, variable, iterable, body: this.parseBlock() };
  }

  private parseAssignment(): Statement {
    const { at } = this.peek();
    const left = this.parseTuple();
    if (this.takeSymbol(':')) this.parseExpression();
    if (!this.takeSymbol('=')) {
      this.expectKind('newline');
      return { kind: 'expression', at, value: left };
    }
    const value = this.parseTuple();
    this.expectKind('newline');
    const unpack = left.kind === 'tuple';
    const targets = (unpack ? left.items : [left]).map((item) => this.asTarget(item));
    return { kind: 'assign', at, targets, unpack, value };
  }

  private asTarget(expression: Expression): Target {
    if (expression.kind === 'name') return { kind: 'name', id: expression.id };
    if (expression.kind === 'attribute') {
      return { kind: 'attribute', object: expression.object, name: expression.name };
    }
    throw syntaxError(expression.at, 'this cannot be assigned to');
  }

  /** An expression, or several with commas between: a tuple without brackets. */
  private parseTuple(): Expression {
    const first = this.parseExpression();
    if (!this.isSymbol(',')) return first;
    const items = [first];
    while (this.takeSymbol(',')) {
      if (this.isSymbol('=') || this.peek().kind === 'newline') break;
      items.push(this.parseExpression());
    }
    return { kind: 'tuple', at: first.at, items };
  }

  private parseExpression(): Expression {
    this.enter();
    const { at } = this.peek();
    const expression: Expression = this.takeSymbol('-')
      ? { kind: 'negate', at, operand: this.parseExpression() }
      : this.parsePostfix(this.parseAtom());
    this.depth -= 1;
    return expression;
  }

  private parsePostfix(atom: Expression): Expression {
    let expression = atom;
    for (let length = 0; ; length += 1) {
      const { at } = this.peek();
      if (length > MAX_DEPTH) throw syntaxError(at, 'code is nested too deeply');
      if (this.takeSymbol('.')) {
        expression = { kind: 'attribute', at, object: expression, name: this.takeIdentifier() };
      } else if (this.takeSymbol('(')) {
        expression = this.parseCall(expression, at);
      } else if (this.takeSymbol('[')) {
        const items = this.parseItems(']');
        const [only] = items;
        const index: Expression =
          only !== undefined && items.length === 1 ? only : { kind: 'tuple', at, items };
        expression = { kind: 'index', at, object: expression, index };
      } else {
        return expression;
      }
    }
  }

  private parseCall(callee: Expression, at: Position): Expression {
    const positional: Expression[] = [];
    const named: [string, Expression][] = [];
    while (!this.isSymbol(')')) {
      const next = this.tokens[this.index + 1];
      if (this.peek().kind === 'name' && next?.kind === 'symbol' && next.text === '=') {
        const name = this.takeIdentifier();
        this.index += 1;
        named.push([name, this.parseExpression()]);
      } else {
        positional.push(this.parseExpression());
      }
      if (!this.takeSymbol(',')) break;
    }
    this.expectSymbol(')');
    return { kind: 'call', at, callee, positional, named };
  }

  private parseItems(end: string): readonly Expression[] {
    const items: Expression[] = [];
    while (!this.isSymbol(end)) {
      items.push(this.parseExpression());
      if (!this.takeSymbol(',')) break;
    }
    this.expectSymbol(end);
    return items;
  }

  private parseAtom(): Expression {
    const token = this.peek();
    const { at } = token;
    this.index += 1;
    switch (token.kind) {
      case 'int':
        return { kind: 'int', at, value: BigInt(token.text) };
      case 'float':
        return { kind: 'float', at, value: Number(token.text) };
      case 'string':
        return { kind: 'string', at, value: token.text };
      case 'name':
        if (token.text === 'None') return { kind: 'none', at };
        if (token.text === 'True' || token.text === 'False') {
          return { kind: 'bool', at, value: token.text === 'True' };
        }
        return { kind: 'name', at, id: token.text };
      case 'symbol':
        if (token.text === '[') return { kind: 'list', at, items: this.parseItems(']') };
        if (token.text === '{') return this.parseDict(at);
        if (token.text === '(') return this.parseBracketed(at);
        break;
      case 'newline':
      case 'indent':
      case 'dedent':
      case 'end':
        break;
    }
    throw syntaxError(at, 'an expression was expected');
  }

  private parseBracketed(at: Position): Expression {
    if (this.takeSymbol(')')) return { kind: 'tuple', at, items: [] };
    const first = this.parseExpression();
    if (this.takeSymbol(')')) return first;
    this.expectSymbol(',');
    return { kind: 'tuple', at, items: [first, ...this.parseItems(')')] };
  }

  private parseDict(at: Position): Expression {
    const entries: [Expression, Expression][] = [];
    while (!this.isSymbol('}')) {
      const key = this.parseExpression();
      this.expectSymbol(':');
      entries.push([key, this.parseExpression()]);
      if (!this.takeSymbol(',')) break;
    }
    this.expectSymbol('}');
    return { kind: 'dict', at, entries };
  }

  private enter(): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw syntaxError(this.peek().at, 'code is nested too deeply');
  }

  private peek(): Token {
    const token = this.tokens[Math.min(this.index, this.tokens.length - 1)];
    if (token === undefined) throw new RangeError('a token list always ends with an end token');
    return token;
  }

  private isName(text: string): boolean {
    const token = this.peek();
    return token.kind === 'name' && token.text === text;
  }

  private isSymbol(text: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === text;
  }

  private takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.index += 1;
    return true;
  }

  private takeKind(kind: 'newline' | 'dedent'): boolean {
    if (this.peek().kind !== kind) return false;
    this.index += 1;
    return true;
  }

  private takeIdentifier(): string {
    const token = this.peek();
    if (token.kind !== 'name') throw syntaxError(token.at, 'a name was expected');
    this.index += 1;
    return token.text;
  }

  private expectName(text: string): Token {
    const token = this.peek();
    if (!this.isName(text)) throw syntaxError(token.at, `"${text}" was expected`);
    this.index += 1;
    return token;
  }

  private expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw syntaxError(this.peek().at, `"${text}" was expected`);
  }

  private expectKind(kind: 'newline' | 'indent'): void {
    const token = this.peek();
    if (token.kind !== kind)
      throw syntaxError(token.at, `${kind === 'indent' ? 'a block' : 'the end of the line'} was expected`);
    this.index += 1;
  }
}
