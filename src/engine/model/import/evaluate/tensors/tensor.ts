import { elementCount } from '../../../../onnx/graph.js';
import type { TensorRecord } from '../../../../torchscript/pickle-values.js';
import { Changeable } from '../changes.js';
import type { Algebra } from './algebra.js';
import { type Content, type Real, stridesOf, type TensorType } from './content.js';

/** One step from a tensor to a window on it. Positions are in range and steps are not zero. */
export type View =
  | {
      readonly kind: 'slice';
      readonly axis: number;
      readonly start: number;
      readonly length: number;
      readonly step: number;
    }
  | { readonly kind: 'transpose'; readonly order: readonly number[] }
  | { readonly kind: 'reshape'; readonly from: readonly number[]; readonly to: readonly number[] }
  | { readonly kind: 'expand'; readonly from: readonly number[]; readonly to: readonly number[] };

/** Where a storage comes from, when it is a buffer of the model. */
export interface Origin {
  readonly record: TensorRecord;
  /** Dotted path of the first attribute that holds it. */
  readonly path: string;
}

/**
 * The memory that a tensor and all its views share. Its content is replaced as a whole by each write, which is
 * how writing in place turns into a graph of values that never change.
 */
export class Storage extends Changeable {
  version = 0;
  /** The first view step of everything that read or wrote it; null stands for the whole. */
  readonly windows = new Map<string, View | null>();

  constructor(
    public content: Content,
    readonly origin: Origin | null = null,
    /** When set, the content holds only this window of the buffer, the one part of it that is used. */
    readonly window: View | null = null,
    /** Set where it may share memory with one of several others, depending on values that are not known. */
    private readonly isReadOnly = false,
  ) {
    super(origin !== null);
  }

  /** @throws RangeError where writes would have to reach memory that is not known */
  checkWritable(): void {
    if (this.isReadOnly)
      throw new RangeError('a tensor that depends on a condition which is not known is written in place');
  }

  save(): Content {
    return this.content;
  }

  restore(content: unknown): void {
    this.content = content as Content;
    this.version += 1;
  }
}

/** A window that was not expected when a buffer's state was narrowed. */
export class WindowError extends Error {}

/** A tensor of the program: a chain of views on a storage. */
export class Tensor {
  private cached: { version: number; content: Content } | null = null;

  private constructor(
    readonly storage: Storage,
    readonly type: TensorType,
    readonly shape: readonly number[],
    private readonly strides: readonly number[],
    private readonly views: readonly View[],
  ) {}

  /** A new tensor with memory of its own. */
  static of(content: Content): Tensor {
    return Tensor.at(new Storage(content), content.shape);
  }

  /** The whole of a storage, whose shape differs from its content's when that is narrowed. */
  static at(storage: Storage, shape: readonly number[]): Tensor {
    return new Tensor(storage, storage.content.type, shape, stridesOf(shape), []);
  }

  /** Whether this is all of its storage, in its order. */
  get isWhole(): boolean {
    return this.views.length === 0;
  }

  private remainingViews(): readonly View[] {
    const [first] = this.views;
    const { storage } = this;
    if (storage.origin !== null) storage.windows.set(JSON.stringify(first ?? null), first ?? null);
    if (storage.window === null) return this.views;
    if (JSON.stringify(first) !== JSON.stringify(storage.window)) throw new WindowError();
    return this.views.slice(1);
  }

  /** The values as they are now. */
  read(algebra: Algebra): Content {
    const { storage } = this;
    if (this.cached?.version !== storage.version) {
      let content = storage.content;
      for (const view of this.remainingViews())
        content = mapContent(content, (x) => applyView(algebra, x, view));
      this.cached = { version: storage.version, content };
    }
    return this.cached.content;
  }

  /** Writes values of this tensor's shape and type into the memory it shares. */
  write(algebra: Algebra, content: Content): void {
    const { storage } = this;
    storage.checkWritable();
    algebra.changes.note(storage);
    const before: Content[] = [storage.content];
    const views = this.remainingViews();
    for (const view of views.slice(0, -1)) {
      before.push(mapContent(before[before.length - 1] ?? content, (x) => applyView(algebra, x, view)));
    }
    let written = content;
    for (let step = views.length - 1; step >= 0; step -= 1) {
      const view = views[step];
      const base = before[step];
      if (view !== undefined && base !== undefined) written = writeView(algebra, base, written, view);
    }
    storage.content = written;
    storage.version += 1;
    this.cached = { version: storage.version, content };
  }

  private derive(view: View, shape: readonly number[], strides: readonly number[]): Tensor {
    return new Tensor(this.storage, this.type, shape, strides, [...this.views, view]);
  }

  /** A view of `length` elements along an axis from `start` by `step`. */
  slice(axis: number, start: number, length: number, step: number): Tensor {
    if (start === 0 && step === 1 && length === this.shape[axis]) return this;
    const shape = this.shape.map((size, index) => (index === axis ? length : size));
    const strides = this.strides.map((stride, index) => (index === axis ? stride * step : stride));
    return this.derive({ kind: 'slice', axis, start, length, step }, shape, strides);
  }

  /** A view whose axis `i` is axis `order[i]` of this. */
  transpose(order: readonly number[]): Tensor {
    const shape = order.map((axis) => this.shape[axis] ?? 1);
    const strides = order.map((axis) => this.strides[axis] ?? 0);
    return this.derive({ kind: 'transpose', order }, shape, strides);
  }

  /** A view that repeats axes of size 1, as broadcasting does. */
  expand(shape: readonly number[]): Tensor {
    const offset = shape.length - this.shape.length;
    const strides = shape.map((size, axis) =>
      axis < offset || this.shape[axis - offset] !== size ? 0 : (this.strides[axis - offset] ?? 0),
    );
    return this.derive({ kind: 'expand', from: this.shape, to: shape }, shape, strides);
  }

  /** Whether the elements lie one after the other, row by row. */
  get isContiguous(): boolean {
    const rows = stridesOf(this.shape);
    return (
      elementCount(this.shape) === 0 ||
      this.shape.every((size, axis) => size === 1 || this.strides[axis] === rows[axis])
    );
  }

  /** A window of another shape on the same memory, or null where torch would have to copy. */
  view(shape: readonly number[]): Tensor | null {
    const strides = viewStrides(this.shape, this.strides, shape);
    if (strides === null) return null;
    return this.derive({ kind: 'reshape', from: this.shape, to: shape }, shape, strides);
  }
}

/** Applies `f` to a real tensor, or to both parts of a complex one. */
export function mapContent(content: Content, f: (x: Real) => Real): Content {
  if (content.kind !== 'complex') return f(content);
  const re = f(content.re);
  return { kind: 'complex', type: 'complex64', shape: re.shape, re, im: f(content.im) };
}

function applyView(algebra: Algebra, x: Real, view: View): Real {
  switch (view.kind) {
    case 'slice':
      return algebra.slice(x, view.axis, view.start, view.length, view.step);
    case 'transpose':
      return algebra.transpose(x, view.order);
    case 'reshape':
      return algebra.reshape(x, view.to);
    case 'expand':
      return algebra.expand(x, view.to);
  }
}

function writeView(algebra: Algebra, base: Content, part: Content, view: View): Content {
  if (base.kind === 'complex' && part.kind === 'complex') {
    const [re, im] = [
      writeRealView(algebra, base.re, part.re, view),
      writeRealView(algebra, base.im, part.im, view),
    ];
    return { kind: 'complex', type: 'complex64', shape: re.shape, re, im };
  }
  if (base.kind === 'complex' || part.kind === 'complex') {
    throw new RangeError('a real tensor is written into a complex one, or the other way round');
  }
  return writeRealView(algebra, base, part, view);
}

function writeRealView(algebra: Algebra, base: Real, part: Real, view: View): Real {
  switch (view.kind) {
    case 'slice':
      return algebra.writeSlice(base, part, view.axis, view.start, view.step);
    case 'transpose': {
      const back = view.order.map((_, axis) => view.order.indexOf(axis));
      return algebra.transpose(part, back);
    }
    case 'reshape':
      return algebra.reshape(part, view.from);
    case 'expand':
      throw new RangeError('an expanded tensor cannot be written in place');
  }
}

/**
 * The strides with which memory of one shape and stride can be seen as another shape, or null: the rule of
 * torch's `computeStride` (runs of axes that lie contiguously may be merged and split, others not).
 */
function viewStrides(
  from: readonly number[],
  strides: readonly number[],
  to: readonly number[],
): readonly number[] | null {
  if (elementCount(from) === 0 || from.length === 0) return stridesOf(to);
  const result = new Array<number>(to.length).fill(1);
  let target = to.length - 1;
  let runStride = strides[strides.length - 1] ?? 1;
  let runCount = 1;
  let viewCount = 1;
  for (let axis = from.length - 1; axis >= 0; axis -= 1) {
    runCount *= from[axis] ?? 1;
    const outer = strides[axis - 1] ?? 0;
    const runEnds = axis === 0 || (from[axis - 1] !== 1 && outer !== runCount * runStride);
    if (!runEnds) continue;
    while (target >= 0 && (viewCount < runCount || to[target] === 1)) {
      result[target] = viewCount * runStride;
      viewCount *= to[target] ?? 1;
      target -= 1;
    }
    if (viewCount !== runCount) return null;
    if (axis > 0) {
      runStride = outer;
      runCount = 1;
      viewCount = 1;
    }
  }
  return target === -1 ? result : null;
}
