/**
 * Address patterns of Open Sound Control 1.0, "OSC Message Dispatching and Pattern Matching": `?` and `*` match one or any
 * characters but "/", `[a-z]` and `[!a-z]` a character in or not in a set, `{one,two}` one of several texts.
 */

/** Longest pattern and address; longer ones match nothing. */
const MAX_LENGTH = 1024;

type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'set'; readonly matches: (character: string) => boolean }
  | { readonly kind: 'texts'; readonly texts: readonly string[] };

/** Whether an address has special characters. */
export const isPattern = (address: string): boolean => /[?*[{]/.test(address);

/** Whether an address of a message matches an address of an input. Without special characters they must be equal. */
export function addressMatches(pattern: string, address: string): boolean {
  if (!isPattern(pattern)) return pattern === address;
  if (pattern.length > MAX_LENGTH || address.length > MAX_LENGTH) return false;
  const tokens = tokensOf(pattern);
  if (tokens === null) return false;
  // All positions that the tokens so far can reach: the time is bounded, which it would not be for a regular expression.
  let reached = new Set([0]);
  for (const token of tokens) reached = step(token, address, reached);
  return reached.has(address.length);
}

function step(token: Token, address: string, from: ReadonlySet<number>): Set<number> {
  const to = new Set<number>();
  for (const at of from) {
    const character = address[at] ?? '';
    switch (token.kind) {
      case 'any':
        if (character !== '' && character !== '/') to.add(at + 1);
        break;
      case 'star':
        for (let end = at; ; end += 1) {
          // Positions that another start has already passed need no second pass.
          if (to.has(end)) break;
          to.add(end);
          if (end >= address.length || address[end] === '/') break;
        }
        break;
      case 'set':
        if (character !== '' && character !== '/' && token.matches(character)) to.add(at + 1);
        break;
      case 'texts':
        for (const text of token.texts) if (address.startsWith(text, at)) to.add(at + text.length);
        break;
    }
  }
  return to;
}

/** Null where a bracket is not closed. */
function tokensOf(pattern: string): Token[] | null {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = pattern[at] ?? '';
    if (character === '?' || character === '*') {
      tokens.push({ kind: character === '?' ? 'any' : 'star' });
      at += 1;
    } else if (character === '[' || character === '{') {
      const end = pattern.indexOf(character === '[' ? ']' : '}', at);
      if (end < 0) return null;
      const content = pattern.slice(at + 1, end);
      tokens.push(character === '[' ? setOf(content) : { kind: 'texts', texts: content.split(',') });
      at = end + 1;
    } else {
      const [text = ''] = /^[^?*[{]+/.exec(pattern.slice(at)) ?? [];
      tokens.push({ kind: 'texts', texts: [text] });
      at += text.length;
    }
  }
  return tokens;
}

/** A set of characters and ranges, negated by "!". A "-" at the end stands for itself. */
function setOf(content: string): Token {
  const isNegated = content.startsWith('!');
  const members = isNegated ? content.slice(1) : content;
  const ranges: [low: string, high: string][] = [];
  for (let i = 0; i < members.length; i += 1) {
    const low = members[i] ?? '';
    const isRange = members[i + 1] === '-' && i + 2 < members.length;
    ranges.push([low, isRange ? (members[i + 2] ?? '') : low]);
    if (isRange) i += 2;
  }
  return {
    kind: 'set',
    matches: (character) => ranges.some(([low, high]) => character >= low && character <= high) !== isNegated,
  };
}
