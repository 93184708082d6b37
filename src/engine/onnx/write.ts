import { createHash } from 'node:crypto';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  type Attribute,
  type ConstantData,
  DATA_TYPES,
  type DerivedData,
  type Graph,
  type NamedValue,
  type Node,
  type Value,
} from './graph.js';

/** ONNX 1.14: the operators used here, and read by every onnxruntime since 1.15. */
const IR_VERSION = 9;
const OPSET = 18;

/** `AttributeProto.AttributeType` */
const ATTRIBUTE_TYPES = { float: 1, int: 2, ints: 7 } as const;

/** Constants at least this large go to the weights file, which several graphs share. */
const SHARED_BYTES = 1024;
/** onnxruntime maps external data from the disk where its offset allows. */
const ALIGNMENT = 4096;

/** Takes the next bytes of the weights file, which are only valid during the call. */
export type WeightSink = (bytes: Uint8Array) => void;

/**
 * The constants that the graphs of a model share: equal ones are written once. They go to the sink immediately; only hashes
 * and offsets are kept.
 */
export class WeightPool {
  private readonly offsets = new Map<string, number>();
  private readonly known = new WeakMap<ConstantData | DerivedData, number>();
  /** Where derived values are computed, one constant after the other. */
  private scratch = new Float32Array(0);
  private length = 0;

  /** @param file name of the weights file, beside the graphs */
  constructor(
    readonly file: string,
    private readonly sink: WeightSink,
  ) {}

  /** Bytes of all weights so far. */
  get byteLength(): number {
    return this.length;
  }

  /** Byte offset at which these values lie. */
  place(data: ConstantData | DerivedData): number {
    const seen = this.known.get(data);
    if (seen !== undefined) return seen;
    const bytes = asBytes(ArrayBuffer.isView(data) ? data : this.compute(data));
    const key = createHash('sha1').update(bytes).digest('base64');
    let offset = this.offsets.get(key);
    if (offset === undefined) {
      offset = this.length;
      this.offsets.set(key, offset);
      const padding = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT;
      this.sink(bytes);
      if (padding > 0) this.sink(new Uint8Array(padding));
      this.length += bytes.length + padding;
    }
    this.known.set(data, offset);
    return offset;
  }

  private compute(data: DerivedData): Float32Array {
    if (this.scratch.length < data.length) this.scratch = new Float32Array(data.length);
    return compute(data, this.scratch.subarray(0, data.length).fill(0));
  }
}

function compute({ length, fill }: DerivedData, out = new Float32Array(length)): Float32Array {
  fill(out);
  return out;
}

function asBytes(data: ConstantData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Serialises a graph as an ONNX model (`ModelProto`), large constants in the pool. */
export function writeModel(graph: Graph, name: string, pool: WeightPool): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(IR_VERSION);
  writer.tag(2, WireType.LengthDelimited).string('tiller');
  writer.tag(7, WireType.LengthDelimited).fork();
  new GraphWriter(graph, pool, writer).write(name);
  writer.join();
  writer.tag(8, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string('');
  writer.tag(2, WireType.Varint).int64(OPSET);
  writer.join();
  return writer.finish();
}

/** Writes a `GraphProto`, naming every value. */
class GraphWriter {
  private readonly names = new Map<Value, string>();
  private readonly constants = new Set<Value>();

  constructor(
    private readonly graph: Graph,
    private readonly pool: WeightPool,
    private readonly writer: BinaryWriter,
  ) {}

  write(name: string): void {
    const { graph, writer } = this;
    for (const { name: input, value } of graph.inputs) this.names.set(value, input);
    for (const { name: output, value } of graph.outputs) this.names.set(value, output);
    for (const node of graph.nodes) {
      writer.tag(1, WireType.LengthDelimited).fork();
      this.writeNode(node);
      writer.join();
    }
    writer.tag(2, WireType.LengthDelimited).string(name);
    for (const value of this.constants) {
      writer.tag(5, WireType.LengthDelimited).fork();
      this.writeConstant(value);
      writer.join();
    }
    for (const input of graph.inputs) this.writeValueInfo(11, input);
    for (const output of graph.outputs) this.writeValueInfo(12, output);
  }

  private nameOf(value: Value): string {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const isConstant = value.constant !== null || value.derived !== null;
    const name = `${isConstant ? 'c' : 'v'}${value.id}`;
    this.names.set(value, name);
    if (isConstant) this.constants.add(value);
    return name;
  }

  private writeNode(node: Node): void {
    const { writer } = this;
    for (const input of node.inputs) {
      writer.tag(1, WireType.LengthDelimited).string(input === null ? '' : this.nameOf(input));
    }
    for (const output of node.outputs) {
      writer.tag(2, WireType.LengthDelimited).string(this.nameOf(output));
    }
    writer.tag(4, WireType.LengthDelimited).string(node.op);
    for (const [name, attribute] of Object.entries(node.attributes)) {
      writer.tag(5, WireType.LengthDelimited).fork();
      this.writeAttribute(name, attribute);
      writer.join();
    }
  }

  private writeAttribute(name: string, attribute: Attribute): void {
    const { writer } = this;
    writer.tag(1, WireType.LengthDelimited).string(name);
    switch (attribute.kind) {
      case 'float':
        writer.tag(2, WireType.Bit32).float(attribute.value);
        break;
      case 'int':
        writer.tag(3, WireType.Varint).int64(attribute.value);
        break;
      case 'ints':
        for (const value of attribute.value) writer.tag(8, WireType.Varint).int64(value);
        break;
    }
    writer.tag(20, WireType.Varint).int32(ATTRIBUTE_TYPES[attribute.kind]);
  }

  private writeConstant(value: Value): void {
    const { writer } = this;
    const { constant, derived } = value;
    const data = constant ?? derived;
    if (data === null) throw new RangeError('only constants are written as initialisers');
    for (const size of value.shape) writer.tag(1, WireType.Varint).int64(size);
    writer.tag(2, WireType.Varint).int32(DATA_TYPES[value.type]);
    writer.tag(8, WireType.LengthDelimited).string(this.nameOf(value));
    const byteLength = constant?.byteLength ?? data.length * Float32Array.BYTES_PER_ELEMENT;
    if (byteLength < SHARED_BYTES) {
      writer.tag(9, WireType.LengthDelimited).bytes(asBytes(ArrayBuffer.isView(data) ? data : compute(data)));
      return;
    }
    const entries = {
      location: this.pool.file,
      offset: String(this.pool.place(data)),
      length: String(byteLength),
    };
    for (const [key, entry] of Object.entries(entries)) {
      writer.tag(13, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(key);
      writer.tag(2, WireType.LengthDelimited).string(entry);
      writer.join();
    }
    writer.tag(14, WireType.Varint).int32(1);
  }

  private writeValueInfo(field: number, { name, value }: NamedValue): void {
    const { writer } = this;
    writer.tag(field, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int32(DATA_TYPES[value.type]);
    writer.tag(2, WireType.LengthDelimited).fork();
    for (const size of value.shape) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.Varint).int64(size);
      writer.join();
    }
    writer.join();
    writer.join();
    writer.join();
    writer.join();
  }
}
