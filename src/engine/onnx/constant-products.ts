import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { DATA_TYPES } from './graph.js';

/**
 * Products with constant matrices in models that `writeModel` wrote, found and exchanged in the written form: everything else stays
 * as it is, byte for byte. Field numbers are those of onnx.proto.
 */

/** A `Gemm` or `MatMul` by a matrix in the weights file. */
export interface ConstantProduct {
  /** Which of the model's nodes, from 0. */
  readonly node: number;
  /** Of the matrix. */
  readonly rows: number;
  readonly columns: number;
  /** Byte offset of the matrix in the weights file: float32, row-major. */
  readonly offset: number;
}

/** Where a quantised matrix lies in a file beside the model. */
export interface PlacedMatrix {
  readonly file: string;
  readonly valuesOffset: number;
  readonly scalesOffset: number;
  /** Rows of a block, each with a scale. */
  readonly blockRows: number;
}

/** Domain and version of onnxruntime's own operators. */
const CONTRIB_DOMAIN = 'com.microsoft';
const CONTRIB_VERSION = 1;
/** `TensorProto.DataType` */
const UINT8 = 2;
/** `AttributeProto.AttributeType.INT` */
const INT_ATTRIBUTE = 2;
/** `TensorProto.DataLocation.EXTERNAL` */
const EXTERNAL = 1;
const BITS = 8;
/** `MatMulNBits` multiplies in 8-bit integers: inputs are rounded block by block, too. */
const ACCURACY_LEVEL = 4;

/** One field of a protobuf message. */
interface Field {
  readonly number: number;
  readonly type: WireType;
  /** The field with its tag. */
  readonly whole: Uint8Array;
  /** A length-delimited field's content; otherwise empty. */
  readonly content: Uint8Array;
}

const NOTHING = new Uint8Array(0);

function fieldsOf(bytes: Uint8Array): Field[] {
  const reader = new BinaryReader(bytes);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, type] = reader.tag();
    const content = type === WireType.LengthDelimited ? reader.bytes() : NOTHING;
    if (type !== WireType.LengthDelimited) reader.skip(type);
    fields.push({ number, type, whole: bytes.subarray(start, reader.pos), content });
  }
  return fields;
}

const textOf = ({ content }: Field): string => new TextDecoder().decode(content);
const numberOf = ({ whole }: Field): number => {
  const reader = new BinaryReader(whole);
  reader.tag();
  return Number(reader.int64());
};
const texts = (fields: readonly Field[], number: number): string[] =>
  fields.filter((field) => field.number === number).map(textOf);

/** A constant matrix in the weights file. */
type Matrix = Omit<ConstantProduct, 'node'>;

interface OpenNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function nodeOf({ content }: Field): OpenNode {
  const fields = fieldsOf(content);
  return { op: texts(fields, 4)[0] ?? '', inputs: texts(fields, 1), outputs: texts(fields, 2) };
}

/** The name of a constant, and its place where it is a float32 matrix in a file. */
function constantOf({ content }: Field): { name: string; matrix: Matrix | null } {
  const fields = fieldsOf(content);
  const name = texts(fields, 8)[0] ?? '';
  const dims = fields.filter(({ number }) => number === 1).map(numberOf);
  const [type] = fields.filter(({ number }) => number === 2).map(numberOf);
  const entries = fields
    .filter(({ number }) => number === 13)
    .map((entry) => {
      const pair = fieldsOf(entry.content);
      return [texts(pair, 1)[0], texts(pair, 2)[0]] as const;
    });
  const offset = entries.find(([key]) => key === 'offset')?.[1];
  const [rows, columns] = dims;
  const isMatrix =
    type === DATA_TYPES.float32 && dims.length === 2 && rows !== undefined && columns !== undefined;
  if (!isMatrix || offset === undefined) return { name, matrix: null };
  return { name, matrix: { rows, columns, offset: Number(offset) } };
}

const MODEL = { graph: 7, opset: 8 } as const;
const GRAPH = { node: 1, constant: 5 } as const;

function graphFields(model: Uint8Array): Field[] {
  const graph = fieldsOf(model).find(({ number }) => number === MODEL.graph);
  return graph === undefined ? [] : fieldsOf(graph.content);
}

/** The products of a written model whose matrix is constant and lies in the weights file. */
export function constantProducts(model: Uint8Array): ConstantProduct[] {
  const fields = graphFields(model);
  const matrices = new Map<string, Matrix>();
  for (const field of fields.filter(({ number }) => number === GRAPH.constant)) {
    const { name, matrix } = constantOf(field);
    if (matrix !== null) matrices.set(name, matrix);
  }
  return fields
    .filter(({ number }) => number === GRAPH.node)
    .flatMap((field, node) => {
      const { op, inputs } = nodeOf(field);
      const matrix = op === 'Gemm' || op === 'MatMul' ? matrices.get(inputs[1] ?? '') : undefined;
      return matrix === undefined ? [] : [{ node, ...matrix }];
    });
}

/** The name that a product's node has in a model with exchanged products, for finding it in onnxruntime's profile. */
export const productName = (node: number): string => `product${node}`;

/**
 * The model with some of its products in 8 bits, and with names for all of them.
 * @param placed the quantised matrix of a product; null where the product stays as it is
 */
export function exchangeProducts(
  model: Uint8Array,
  placed: (product: ConstantProduct) => PlacedMatrix | null,
): Uint8Array {
  const products = new Map(constantProducts(model).map((product) => [product.node, product]));
  const fields = graphFields(model);
  const graph = new BinaryWriter();
  const used = new Set<string>();
  const added: (() => void)[] = [];
  fields
    .filter(({ number }) => number === GRAPH.node)
    .forEach((field, index) => {
      const product = products.get(index);
      const node = nodeOf(field);
      const place = product === undefined ? null : placed(product);
      graph.tag(GRAPH.node, WireType.LengthDelimited).fork();
      if (product === undefined || place === null) {
        for (const input of node.inputs) used.add(input);
        graph.raw(field.content);
        if (product !== undefined) graph.tag(NODE.name, WireType.LengthDelimited).string(productName(index));
      } else {
        const [x = '', , bias = ''] = node.inputs;
        used.add(x).add(bias);
        writeQuantisedProduct(graph, node, product, place);
        added.push(() => writeQuantisedMatrix(graph, product, place));
      }
      graph.join();
    });
  for (const { number, whole, content } of fields) {
    if (number === GRAPH.node) continue;
    const isUnused = number === GRAPH.constant && !used.has(texts(fieldsOf(content), 8)[0] ?? '');
    if (!isUnused) graph.raw(whole);
  }
  for (const write of added) write();
  return withGraph(model, graph.finish());
}

const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const;

/** A `NodeProto` of `MatMulNBits`. */
function writeQuantisedProduct(
  writer: BinaryWriter,
  { inputs, outputs }: OpenNode,
  { node, rows, columns }: ConstantProduct,
  { blockRows }: PlacedMatrix,
): void {
  const [x = '', , bias] = inputs;
  const text = (field: number, value: string) => writer.tag(field, WireType.LengthDelimited).string(value);
  // Values for zero and an order of the rows are left out.
  const optional = bias === undefined || bias === '' ? [] : ['', '', bias];
  for (const input of [x, valuesName(node), scalesName(node), ...optional]) text(NODE.input, input);
  for (const output of outputs) text(NODE.output, output);
  text(NODE.name, productName(node));
  text(NODE.op, 'MatMulNBits');
  const attributes = {
    K: rows,
    N: columns,
    bits: BITS,
    block_size: blockRows,
    accuracy_level: ACCURACY_LEVEL,
  };
  for (const [name, value] of Object.entries(attributes)) {
    writer.tag(NODE.attribute, WireType.LengthDelimited).fork();
    text(1, name);
    writer.tag(3, WireType.Varint).int64(value);
    writer.tag(20, WireType.Varint).int32(INT_ATTRIBUTE);
    writer.join();
  }
  text(NODE.domain, CONTRIB_DOMAIN);
}

const valuesName = (node: number): string => `values${node}`;
const scalesName = (node: number): string => `scales${node}`;

/** The two constants of a quantised matrix. */
function writeQuantisedMatrix(
  writer: BinaryWriter,
  { node, rows, columns }: ConstantProduct,
  { file, valuesOffset, scalesOffset, blockRows }: PlacedMatrix,
): void {
  const blocks = Math.ceil(rows / blockRows);
  writeConstant(writer, valuesName(node), UINT8, [columns, blocks, blockRows], {
    location: file,
    offset: valuesOffset,
    length: columns * blocks * blockRows,
  });
  writeConstant(writer, scalesName(node), DATA_TYPES.float32, [columns * blocks], {
    location: file,
    offset: scalesOffset,
    length: columns * blocks * Float32Array.BYTES_PER_ELEMENT,
  });
}

/** A `TensorProto` in a file. */
function writeConstant(
  writer: BinaryWriter,
  name: string,
  type: number,
  shape: readonly number[],
  place: Readonly<Record<'location' | 'offset' | 'length', string | number>>,
): void {
  writer.tag(GRAPH.constant, WireType.LengthDelimited).fork();
  for (const size of shape) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(type);
  writer.tag(8, WireType.LengthDelimited).string(name);
  for (const [key, value] of Object.entries(place)) {
    writer.tag(13, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, WireType.LengthDelimited).string(String(value));
    writer.join();
  }
  writer.tag(14, WireType.Varint).int32(EXTERNAL);
  writer.join();
}

/** The model with another graph, and onnxruntime's own operators allowed. */
function withGraph(model: Uint8Array, graph: Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  for (const { number, whole } of fieldsOf(model)) {
    if (number === MODEL.graph) writer.tag(number, WireType.LengthDelimited).bytes(graph);
    else writer.raw(whole);
  }
  writer.tag(MODEL.opset, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(CONTRIB_DOMAIN);
  writer.tag(2, WireType.Varint).int64(CONTRIB_VERSION);
  writer.join();
  return writer.finish();
}
