import { TillerError } from '../../../../document/tiller-error.js';
import { Graph, type Value } from '../../../onnx/graph.js';
import type { InstanceRecord, TensorRecord } from '../../../torchscript/pickle-values.js';
import type { Program } from '../../../torchscript/program.js';
import {
  type Concrete,
  type Content,
  fromStored,
  type Real,
  sameShape,
  resetElementBudget,
  symbolic,
  toValue,
} from './tensors/content.js';
import { Context, type NoiseInput } from './context.js';
import { Interpreter } from './interpreter.js';
import {
  type AttributeValues,
  holdsTensor,
  isTensor,
  Objects,
  type ReplacedAttribute,
  sameValue,
} from './objects.js';
import { Storage, Tensor, type View, WindowError } from './tensors/tensor.js';
import type { ScriptValue } from './values.js';

/** Most evaluations until the set of buffers that change from call to call is complete; usually two are enough. */
const MAX_PASSES = 8;
/** Evaluations after which a buffer that still changes, although its values are known, becomes state. */
const SETTLING_PASSES = 3;

/** A buffer that the graph carries from call to call. */
export interface StateBuffer {
  readonly path: string;
  /** Name of its storage in the file: tensors that share it share memory. */
  readonly storage: string;
  /** The part of the buffer that is used: its first batch rows, usually. */
  readonly before: Value;
  readonly after: Value;
  readonly initial: Concrete;
}

/** One method of the model as a graph without inputs and outputs declared for state. */
export interface Traced {
  readonly graph: Graph;
  readonly input: Value;
  readonly output: Value;
  readonly noise: readonly NoiseInput[];
  readonly states: readonly StateBuffer[];
  /** Names of the storages of all buffers that the method uses. */
  readonly usedStorages: ReadonlySet<string>;
  /** Buffers that the first calls change and later calls leave alone. */
  readonly settledBuffers: ReadonlyMap<TensorRecord, SettledBuffer>;
  /** What attributes hold when a call first reads them, and those that it replaces. */
  readonly read: ReadonlyMap<InstanceRecord, ReadonlyMap<string, ScriptValue>>;
  readonly replaced: readonly ReplacedAttribute[];
}

/** The content that a buffer has from the second or third call on. */
export interface SettledBuffer {
  readonly path: string;
  readonly content: Concrete;
}

interface StatePlan {
  readonly window: View | null;
}

/**
 * Evaluates `method(input)` of the model's root for a fixed input shape. Buffers start as stored. Those that the
 * program changes from call to call become state: they are found by evaluating repeatedly until no further buffer
 * changes. Assigning another tensor to an attribute counts as overwriting its buffer.
 * @throws TillerError `operation-unsupported`, `model-shape`, `model-interface`
 */
export function traceMethod(program: Program, method: string, inputShape: readonly number[]): Traced {
  const plans = new Map<TensorRecord, StatePlan>();
  const settledBuffers = new Map<TensorRecord, SettledBuffer>();
  const attributes: AttributeValues = new Map();
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const run = new Run(program, plans, settledBuffers, attributes);
    try {
      const output = run.call(method, inputShape);
      if (!run.updatePlans(pass < SETTLING_PASSES)) return run.finish(output);
    } catch (error) {
      // Errors outside any single operation: cyclic values, an int that is not finite.
      if (error instanceof RangeError) throw cannotTrace(`cannot be evaluated: ${error.message}`, error);
      if (!(error instanceof WindowError)) throw error;
      for (const record of plans.keys()) plans.set(record, { window: null });
    }
  }
  throw cannotTrace(`behaves differently on each call of "${method}"`);
}

function cannotTrace(what: string, cause?: unknown): TillerError {
  return new TillerError('operation-unsupported', `The model ${what}.`, 'Tiller cannot play this model.', {
    cause,
  });
}

/** One evaluation, on a fresh copy of the model's objects. */
class Run {
  private readonly graph = new Graph();
  private readonly context = new Context(this.graph);
  private readonly objects: Objects;
  private readonly before = new Map<TensorRecord, Value>();
  private input: Value | null = null;

  constructor(
    private readonly program: Program,
    private readonly plans: Map<TensorRecord, StatePlan>,
    private readonly settledBuffers: Map<TensorRecord, SettledBuffer>,
    private readonly attributes: AttributeValues,
  ) {
    this.objects = new Objects(program, attributes, (record, path) => this.createStorage(record, path));
  }

  call(method: string, inputShape: readonly number[]): Value {
    resetElementBudget();
    this.input = this.graph.input('input', 'float32', inputShape);
    const interpreter = new Interpreter({
      program: this.program,
      context: this.context,
      constant: (index) => this.objects.constant(index),
      onAttributeWrite: (instance, name) => {
        this.objects.noteWrite(instance, name);
      },
    });
    const result = interpreter.callMethod(this.objects.root, method, [Tensor.of(symbolic(this.input))]);
    if (!(result instanceof Tensor) || result.type === 'complex64') {
      throw new TillerError(
        'model-interface',
        `The method "${method}" of the model returns no tensor of numbers.`,
      );
    }
    return toValue(this.graph, this.context.readReal(result));
  }

  /** Records what the evaluation changed; returns true when another evaluation is needed. */
  updatePlans(mayFold: boolean): boolean {
    const changed = this.objects.changedCollection();
    if (changed !== null) throw cannotTrace(`changes the list ${changed} from call to call`);
    this.carryReplaced();
    let again = false;
    for (const [record, storage] of this.objects.storages) {
      if (storage.version === 0 || this.plans.has(record)) continue;
      const { content } = storage;
      if (content.kind === 'concrete' && mayFold) {
        if (!equalContents(this.startOf(record), content)) {
          this.refuseShared(record, storage);
          this.settledBuffers.set(record, { path: storage.origin?.path ?? '', content });
          again = true;
        }
        continue;
      }
      this.refuseShared(record, storage);
      this.plans.set(record, { window: commonWindow(storage) });
      this.settledBuffers.delete(record);
      again = true;
    }
    return this.updateAttributes() || again;
  }

  /**
   * What took the place of a buffer is written over it, for the next call to read. What is replaced before it is
   * read does not last, and is left alone.
   */
  private carryReplaced(): void {
    const carried = new Map<TensorRecord, { path: string; value: Tensor }>();
    for (const { stored, path, value, readFirst } of this.objects.replaced()) {
      if (!(value instanceof Tensor) || !isTensor(stored) || !readFirst) continue;
      if (value.type !== this.objects.tensor(stored, path).type || !sameShape(value.shape, stored.sizes))
        throw cannotTrace(`replaces ${path} by a tensor of another shape or type`);
      carried.set(stored, { path, value });
    }
    const owners = new Set<Storage>();
    for (const [stored, { path, value }] of carried) {
      const { origin } = value.storage;
      const isKept = origin !== null && origin.record !== stored && !carried.has(origin.record);
      if (isKept || owners.has(value.storage) || this.objects.shared.has(stored))
        throw cannotTrace(`replaces ${path}, which shares memory with another tensor`);
      owners.add(value.storage);
    }
    // All are read before the first is written: two may change places.
    const contents = [...carried].map(
      ([stored, { path, value }]) => [this.objects.tensor(stored, path), this.context.read(value)] as const,
    );
    for (const [buffer, content] of contents) buffer.write(this.context.algebra, content);
  }

  private updateAttributes(): boolean {
    let again = false;
    for (const { record, name, stored, path, value, readFirst } of this.objects.replaced()) {
      if (holdsTensor(value)) {
        if (readFirst && !isTensor(stored))
          throw cannotTrace(`keeps tensors in ${path}, where none lies before the first call`);
        continue;
      }
      const known = this.attributes.get(record)?.get(name);
      if (sameValue(known, value)) continue;
      const overrides = this.attributes.get(record) ?? new Map<string, ScriptValue>();
      this.attributes.set(record, overrides.set(name, value));
      again = true;
    }
    return again;
  }

  /** Tensors that share memory in the file are loaded as separate copies, so none of them may be written. */
  private refuseShared(record: TensorRecord, storage: Storage): void {
    for (const [other, otherStorage] of this.objects.storages) {
      if (other === record || other.storage !== record.storage) continue;
      const path = storage.origin?.path ?? 'a buffer';
      throw cannotTrace(
        `writes to ${path}, which shares memory with ${otherStorage.origin?.path ?? 'another'}`,
      );
    }
  }

  finish(output: Value): Traced {
    if (this.input === null) throw new RangeError('finish comes after call');
    const states: StateBuffer[] = [];
    for (const [record, storage] of this.objects.storages) {
      const before = this.before.get(record);
      if (before === undefined) continue;
      const after = toValue(this.graph, asReal(storage.content));
      states.push({
        path: storage.origin?.path ?? '',
        storage: record.storage,
        before,
        after,
        initial: this.initialContent(record, storage.window, storage.origin?.path ?? ''),
      });
    }
    return {
      graph: this.graph,
      input: this.input,
      output,
      noise: this.context.noise,
      states,
      usedStorages: new Set([...this.objects.storages.keys()].map(({ storage }) => storage)),
      settledBuffers: this.settledBuffers,
      read: this.objects.read,
      replaced: [...this.objects.replaced()],
    };
  }

  /**
   * What a buffer holds before the first call: what is stored, but for the caches of streaming convolutions,
   * which start silent. The file has in them what the exporter's warm-up left.
   */
  private initialContent(record: TensorRecord, window: View | null, path: string): Concrete {
    const stored = this.startOf(record);
    const part = window?.kind === 'slice' ? this.firstRows(stored, window.length) : stored;
    const isCache = /(^|\.)(pad|cache)$/.test(path);
    return isCache ? { ...part, data: part.data.slice().fill(0) } : part;
  }

  private firstRows(stored: Concrete, rows: number): Concrete {
    const rowSize = stored.data.length / (stored.shape[0] ?? 1);
    return {
      ...stored,
      shape: [rows, ...stored.shape.slice(1)],
      data: stored.data.subarray(0, rows * rowSize),
    };
  }

  /** What a buffer holds before a call when it is no state. */
  private startOf(record: TensorRecord): Concrete {
    return this.settledBuffers.get(record)?.content ?? fromStored(this.program.tensor(record, 'data'));
  }

  private createStorage(record: TensorRecord, path: string): Storage {
    const origin = { record, path };
    const plan = this.plans.get(record);
    const content = this.startOf(record);
    if (plan === undefined) return new Storage(content, origin);
    const rows = plan.window?.kind === 'slice' ? plan.window.length : record.sizes[0];
    const shape = rows === undefined ? record.sizes : [rows, ...record.sizes.slice(1)];
    const value = this.graph.input(`state.${path}`, content.type, shape);
    this.before.set(record, value);
    return new Storage(symbolic(value), origin, plan.window);
  }
}

function asReal(content: Content): Real {
  if (content.kind === 'complex') throw new RangeError('buffers are never complex');
  return content;
}

export function equalContents(a: Concrete, b: Concrete): boolean {
  return sameShape(a.shape, b.shape) && a.data.every((value, index) => value === b.data[index]);
}

/** The one part of a buffer that everything reads and writes, when it is its first rows; null for the whole. */
function commonWindow(storage: Storage): View | null {
  const [only, second] = storage.windows.values();
  if (only === undefined || only === null || second !== undefined || storage.windows.size !== 1) return null;
  const isRows = only.kind === 'slice' && only.axis === 0 && only.start === 0 && only.step === 1;
  return isRows ? only : null;
}
