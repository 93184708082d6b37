import { TillerError } from '../../document/tiller-error.js';
import { describePosition, type Position } from './syntax.js';

export type Token = { readonly at: Position } & (
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'int'; readonly text: string }
  | { readonly kind: 'float'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'newline' | 'indent' | 'dedent' | 'end'; readonly text: '' }
);

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /->|[()[\]{}:,.=*\-<>]/y;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** An error in the source text of the archive. */
export function syntaxError(at: Position, what: string): TillerError {
  return new TillerError(
    'source-syntax',
    `The model's code cannot be read: ${what} at ${describePosition(at)}.`,
    'Tiller reads the TorchScript that torch 1.8 to 2.x writes. Please report what the model was exported with.',
  );
}

/**
 * Splits one source file into tokens, with indentation as Python counts it: line ends inside brackets do not
 * count, blank and comment lines neither.
 */
export class Lexer {
  private readonly tokens: Token[] = [];
  private readonly indents = [0];
  private depth = 0;
  private offset = 0;
  private line = 1;
  private lineStart = 0;

  constructor(
    private readonly source: string,
    private readonly file: string,
  ) {}

  /** The tokens of the whole text. @throws RangeError for what is no token, with its place */
  tokenize(): readonly Token[] {
    let atLineStart = true;
    while (this.offset < this.source.length) {
      if (atLineStart && this.depth === 0 && !this.readIndentation()) continue;
      atLineStart = this.readToken();
    }
    this.push('newline');
    while (this.indents.length > 1) {
      this.indents.pop();
      this.push('dedent');
    }
    this.push('end');
    return this.tokens;
  }

  private here(): Position {
    return { file: this.file, line: this.line, column: this.offset - this.lineStart + 1 };
  }

  private push(kind: 'newline' | 'indent' | 'dedent' | 'end'): void {
    this.tokens.push({ kind, text: '', at: this.here() });
  }

  /** Returns false when the line is blank and was skipped. */
  private readIndentation(): boolean {
    let width = 0;
    while (this.source[this.offset] === ' ') {
      width += 1;
      this.offset += 1;
    }
    const next = this.source[this.offset];
    if (next === undefined || next === '\n' || next === '\r' || next === '#') {
      this.skipLine();
      return false;
    }
    const current = this.indents[this.indents.length - 1] ?? 0;
    if (width > current) {
      if (this.indents.length > 200) throw syntaxError(this.here(), 'code is nested too deeply');
      this.indents.push(width);
      this.push('indent');
    }
    while (width < (this.indents[this.indents.length - 1] ?? 0)) {
      this.indents.pop();
      this.push('dedent');
    }
    if (width !== (this.indents[this.indents.length - 1] ?? 0)) {
      throw syntaxError(this.here(), 'the indentation does not fit');
    }
    return true;
  }

  private skipLine(): void {
    const end = this.source.indexOf('\n', this.offset);
    this.offset = end < 0 ? this.source.length : end;
    if (end >= 0) this.nextLine();
  }

  private nextLine(): void {
    this.offset += 1;
    this.line += 1;
    this.lineStart = this.offset;
  }

  /** Reads one token; true when a new logical line starts after it. */
  private readToken(): boolean {
    const character = this.source[this.offset];
    if (character === ' ' || character === '\t' || character === '\r') {
      this.offset += 1;
      return false;
    }
    if (character === '#') {
      const end = this.source.indexOf('\n', this.offset);
      this.offset = end < 0 ? this.source.length : end;
      return false;
    }
    if (character === '\n') {
      if (this.depth === 0) this.push('newline');
      this.nextLine();
      return true;
    }
    if (character === '"' || character === "'") {
      this.readString(character);
      return false;
    }
    const at = this.here();
    const name = this.match(NAME);
    if (name !== null) {
      this.tokens.push({ kind: 'name', text: name, at });
      return false;
    }
    const number = this.match(NUMBER);
    if (number !== null) {
      this.tokens.push({ kind: /^\d+$/.test(number) ? 'int' : 'float', text: number, at });
      return false;
    }
    const symbol = this.match(SYMBOL);
    if (symbol === null) throw syntaxError(at, `unexpected character ${JSON.stringify(character)}`);
    if ('([{'.includes(symbol)) this.depth += 1;
    if (')]}'.includes(symbol)) this.depth = Math.max(0, this.depth - 1);
    this.tokens.push({ kind: 'symbol', text: symbol, at });
    return false;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.source);
    if (found === null) return null;
    this.offset += found[0].length;
    return found[0];
  }

  private readString(quote: string): void {
    const at = this.here();
    let text = '';
    this.offset += 1;
    for (;;) {
      const character = this.source[this.offset];
      if (character === undefined || character === '\n') throw syntaxError(at, 'a string has no end');
      this.offset += 1;
      if (character === quote) break;
      text += character === '\\' ? this.readEscape(at) : character;
    }
    this.tokens.push({ kind: 'string', text, at });
  }

  private readEscape(at: Position): string {
    const rest = this.source.slice(this.offset, this.offset + 3);
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
    if (octal !== undefined) {
      this.offset += octal.length;
      return String.fromCharCode(parseInt(octal, 8));
    }
    const hex = /^x([0-9a-fA-F]{2})/.exec(rest)?.[1];
    if (hex !== undefined) {
      this.offset += 3;
      return String.fromCharCode(parseInt(hex, 16));
    }
    const simple = SIMPLE_ESCAPES[rest[0] ?? ''];
    if (simple === undefined) throw syntaxError(at, 'a string has an unknown escape');
    this.offset += 1;
    return simple;
  }
}
