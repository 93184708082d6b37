import type { Node, Value } from '../../../onnx/graph.js';
import type { StateBuffer, Traced } from './trace.js';

/** Most elements of constants that are compared. */
const MOST_ELEMENTS = 65_536;

/**
 * Whether the reader changes the buffer itself, before it reads anything of it, exactly as the writer does, and changing it twice
 * gives the same: the buffer keeps its values or takes constants, as attributes decide. Code that prepares all of a model in each of
 * its methods does so, such as one that resets statistics when an attribute says so.
 */
export function makesSameSelection(
  writer: Traced,
  written: StateBuffer,
  reader: Traced,
  read: StateBuffer,
): boolean {
  const wanted = new Expressions(writer, written.before);
  const key = wanted.selects(written.after) ? wanted.keyOf(written.after) : null;
  if (key === null) return false;
  const found = new Expressions(reader, read.before);
  const same = reader.graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((value) => found.keyOf(value) === key);
  return same.some((value) => found.isReadWithin(value));
}

/** The values of a graph as expressions of attributes, constants and what one buffer holds before the call. */
class Expressions {
  private readonly makers = new Map<Value, Node>();
  private readonly keys = new Map<Value, string | null>();

  constructor(
    private readonly traced: Traced,
    private readonly before: Value,
  ) {
    for (const node of traced.graph.nodes) for (const output of node.outputs) this.makers.set(output, node);
    this.keys.set(before, 'before');
    const vector = traced.attributes?.vector;
    if (vector !== undefined) this.keys.set(vector, 'attributes');
  }

  /** The expression as text; null where it depends on anything else. */
  keyOf(value: Value): string | null {
    let key = this.keys.get(value);
    if (key === undefined) {
      key = this.makeKey(value);
      this.keys.set(value, key);
    }
    return key;
  }

  private makeKey(value: Value): string | null {
    const { constant, type, shape } = value;
    if (constant !== null)
      return constant.length > MOST_ELEMENTS ? null : `${type}[${shape.join()}](${constant.join()})`;
    const node = this.makers.get(value);
    if (node === undefined) return null;
    const inputs = node.inputs.map((input) => (input === null ? '' : this.keyOf(input)));
    if (inputs.includes(null)) return null;
    return `${node.op}.${node.outputs.indexOf(value)}${JSON.stringify(node.attributes)}(${inputs.join()})`;
  }

  /** Whether the value is what the buffer holds, or constants, as conditions that do not depend on the buffer choose. */
  selects(value: Value): boolean {
    if (value === this.before || this.keyOf(value)?.includes('before') === false) return true;
    const node = this.makers.get(value);
    const [first, second, third] = (node?.inputs ?? []).filter((input) => input !== null);
    if (node?.op === 'Identity') return first !== undefined && this.selects(first);
    if (node?.op !== 'Where' || first === undefined || second === undefined || third === undefined)
      return false;
    return this.keyOf(first)?.includes('before') === false && this.selects(second) && this.selects(third);
  }

  /** Whether nothing but this value is computed from what the buffer holds. */
  isReadWithin(value: Value): boolean {
    const within = new Set<Node>();
    const pending = [value];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const node = this.makers.get(next);
      if (node === undefined || within.has(node)) continue;
      within.add(node);
      pending.push(...node.inputs.filter((input) => input !== null));
    }
    return this.traced.graph.nodes.every((node) => within.has(node) || !node.inputs.includes(this.before));
  }
}
