import {
  asCount,
  asValue,
  corrupt,
  findGlobal,
  FUNCTIONS,
  isTuple,
  type Item,
  type StorageRecord,
} from './pickle-globals.js';
import type { PickleValue } from './pickle-values.js';

const MARK = Symbol('mark');
const MAX_STACK = 1_000_000;

/**
 * Reads a pickle of the kind torch writes (protocol 2). Nothing is executed: names outside a short list are
 * refused, and those on it only build data.
 * @param classPrefix names starting so are classes of the archive's own code
 * @throws TillerError `pickle-forbidden` or `pickle-corrupt`
 */
export function unpickle(bytes: Buffer, classPrefix = '__torch__'): PickleValue {
  return new Unpickler(bytes, classPrefix).run();
}

class Unpickler {
  private position = 0;
  private readonly stack: (Item | typeof MARK)[] = [];
  private readonly memo = new Map<number, Item>();

  constructor(
    private readonly bytes: Buffer,
    private readonly classPrefix: string,
  ) {}

  run(): PickleValue {
    for (;;) {
      const opcode = this.byte();
      if (opcode === 0x2e) return asValue(this.pop());
      this.step(opcode);
      if (this.stack.length > MAX_STACK) throw corrupt('its values are nested too deeply');
    }
  }

  private step(opcode: number): void {
    switch (String.fromCharCode(opcode)) {
      case '\x80':
        if (this.byte() > 5) throw corrupt('its pickle protocol is too new');
        return;
      case '(':
        this.stack.push(MARK);
        return;
      case 'N':
        return this.push(null);
      case '\x88':
        return this.push(true);
      case '\x89':
        return this.push(false);
      case 'K':
        return this.push(BigInt(this.byte()));
      case 'M':
        return this.push(BigInt(this.take(2).readUInt16LE()));
      case 'J':
        return this.push(BigInt(this.take(4).readInt32LE()));
      case '\x8a':
        return this.push(this.readLong(this.byte()));
      case 'G':
        return this.push(this.take(8).readDoubleBE());
      case 'X':
        return this.push(this.take(this.take(4).readUInt32LE()).toString('utf8'));
      case '}':
        return this.push({ kind: 'dict', entries: new Map() });
      case ']':
        return this.push({ kind: 'list', items: [] });
      case ')':
        return this.push({ kind: 'tuple', items: [] });
      case 't':
        return this.push({ kind: 'tuple', items: this.popToMark() as PickleValue[] });
      case '\x85':
      case '\x86':
      case '\x87':
        return this.push({ kind: 'tuple', items: this.popMany(opcode - 0x84) as PickleValue[] });
      case 'q':
        return this.memoPut(this.byte());
      case 'r':
        return this.memoPut(this.take(4).readUInt32LE());
      case 'h':
        return this.memoGet(this.byte());
      case 'j':
        return this.memoGet(this.take(4).readUInt32LE());
      case 'c':
        return this.push(findGlobal(this.readLine(), this.readLine(), this.classPrefix));
      case '\x81':
        return this.newInstance();
      case 'R':
        return this.reduce();
      case 'Q':
        return this.push(this.findStorage());
      case 'b':
        return this.build();
      case 'a':
        return this.append([this.pop()]);
      case 'e':
        return this.append(this.popToMark());
      case 's':
        return this.setItems(this.popMany(2));
      case 'u':
        return this.setItems(this.popToMark());
      default:
        throw corrupt(`unknown instruction 0x${opcode.toString(16)} at byte ${this.position - 1}`);
    }
  }

  private byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw corrupt('it ends too early');
    this.position += 1;
    return value;
  }

  private take(count: number): Buffer {
    if (this.position + count > this.bytes.length) throw corrupt('it ends too early');
    this.position += count;
    return this.bytes.subarray(this.position - count, this.position);
  }

  private readLine(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw corrupt('it ends too early');
    const line = this.bytes.toString('utf8', this.position, end);
    this.position = end + 1;
    return line;
  }

  private readLong(count: number): bigint {
    const digits = this.take(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(digits[i] ?? 0);
    return count === 0 ? 0n : BigInt.asIntN(count * 8, value);
  }

  private push(item: Item): void {
    this.stack.push(item);
  }

  private pop(): Item {
    const item = this.stack.pop();
    if (item === undefined || item === MARK) throw corrupt('a value is missing');
    return item;
  }

  private popMany(count: number): Item[] {
    const items: Item[] = [];
    for (let i = 0; i < count; i += 1) items.unshift(this.pop());
    return items;
  }

  private popToMark(): Item[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw corrupt('a mark is missing');
    return this.stack.splice(mark).slice(1) as Item[];
  }

  private top(): Item {
    const item = this.stack[this.stack.length - 1];
    if (item === undefined || item === MARK) throw corrupt('a value is missing');
    return item;
  }

  private memoPut(index: number): void {
    this.memo.set(index, this.top());
  }

  private memoGet(index: number): void {
    const item = this.memo.get(index);
    if (item === undefined) throw corrupt('it refers to something unknown');
    this.push(item);
  }

  private newInstance(): void {
    this.pop();
    const type = this.pop();
    if (typeof type !== 'object' || type === null || type.kind !== 'class') {
      throw corrupt('an object has no class');
    }
    this.push({ kind: 'instance', className: type.className, attributes: new Map() });
  }

  private reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!isTuple(args)) throw corrupt('a call has no arguments');
    if (typeof callee !== 'object' || callee === null || callee.kind !== 'function') {
      throw corrupt('something that is no function is called');
    }
    this.push(FUNCTIONS[callee.name](args.items));
  }

  /** `('storage', torch.FloatStorage, '0', 'cpu', numel)` */
  private findStorage(): StorageRecord {
    const id = this.pop();
    const [tag, type, key, , length] = isTuple(id) ? (id.items as readonly Item[]) : [];
    if (
      tag !== 'storage' ||
      typeof type !== 'object' ||
      type === null ||
      type.kind !== 'storage-type' ||
      typeof key !== 'string'
    ) {
      throw corrupt('a storage is not described as torch does');
    }
    return { kind: 'storage', key, type: type.type, length: asCount(length) };
  }

  private build(): void {
    const state = this.pop();
    const target = this.top();
    if (typeof target !== 'object' || target === null || target.kind !== 'instance') {
      throw corrupt('only objects have attributes');
    }
    if (typeof state !== 'object' || state === null || state.kind !== 'dict') {
      throw corrupt(`the attributes of ${target.className} are not a dictionary`);
    }
    for (const [key, value] of state.entries) {
      if (typeof key !== 'string') throw corrupt('an attribute has no name');
      target.attributes.set(key, value);
    }
  }

  private append(items: readonly Item[]): void {
    const list = this.top();
    if (typeof list !== 'object' || list === null || list.kind !== 'list') {
      throw corrupt('only lists can be appended to');
    }
    for (const item of items) list.items.push(asValue(item));
  }

  private setItems(items: readonly Item[]): void {
    const dict = this.top();
    if (typeof dict !== 'object' || dict === null || dict.kind !== 'dict' || items.length % 2 !== 0) {
      throw corrupt('only dictionaries have entries');
    }
    for (let i = 0; i < items.length; i += 2) {
      dict.entries.set(asValue(items[i]), asValue(items[i + 1]));
    }
  }
}
