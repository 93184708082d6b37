import type { ConstantData, Node, Value } from '../graph.js';

/** What a convolution does: weights [a, b, kernel], in the order that its node has them. */
export interface Geometry {
  readonly weights: ConstantData;
  readonly shape: readonly [number, number, number];
  readonly stride: number;
  readonly dilation: number;
  readonly groups: number;
  readonly bias: Value | null;
}

export function attributeOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  if (attribute?.kind === 'int') return attribute.value;
  return attribute?.kind === 'ints' ? (attribute.value[0] ?? fallback) : fallback;
}

function isZero(node: Node, name: string): boolean {
  const attribute = node.attributes[name];
  return attribute?.kind !== 'ints' || attribute.value.every((value) => value === 0);
}

/** What both kinds need; null when the node has padding or computed weights. */
export function geometryOf(node: Node): Geometry | null {
  const [, weight, bias = null] = node.inputs;
  if (weight?.constant === undefined || weight.constant === null || weight.type !== 'float32') return null;
  const [a, b, kernel] = weight.shape;
  if (a === undefined || b === undefined || kernel === undefined || weight.shape.length !== 3) return null;
  if (!isZero(node, 'pads') || !isZero(node, 'output_padding')) return null;
  return {
    weights: weight.constant,
    shape: [a, b, kernel],
    stride: attributeOf(node, 'strides', 1),
    dilation: attributeOf(node, 'dilations', 1),
    groups: attributeOf(node, 'group', 1),
    bias,
  };
}
