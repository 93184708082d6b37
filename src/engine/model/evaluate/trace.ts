import { TillerError } from '../../errors.js';
import { Graph, type Value } from '../../onnx/graph.js';
import type { InstanceRecord, PickleValue, TensorRecord } from '../../torchscript/pickle.js';
import type { Program } from '../../torchscript/program.js';
import {
  type Concrete,
  type Content,
  fromStored,
  type Real,
  sameShape,
  startWork,
  symbolic,
  toValue,
} from './content.js';
import { Context, type NoiseInput } from './context.js';
import { Interpreter } from './interpreter.js';
import { Storage, Tensor, type View, WindowError } from './tensor.js';
import { Dict, Instance, List, Tuple, type Val } from './values.js';

/** Runs needed until the set of changing buffers settles: usually two. */
const MAX_PASSES = 8;
/** Passes after which a buffer that keeps changing by itself is carried as state. */
const SETTLING_PASSES = 3;

/** A buffer that the graph carries from call to call. */
export interface StateBuffer {
  readonly path: string;
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
  /** Paths of all buffers that were read. */
  readonly touched: ReadonlySet<string>;
}

interface StatePlan {
  readonly window: View | null;
}

/**
 * Evaluates `method(input)` of the model's root for a fixed input shape. Buffers start as stored; those that
 * the program changes from call to call become state, found by running until nothing new changes.
 * @throws TillerError `operation-unsupported`, `model-shape`, `model-interface`
 */
export function traceMethod(program: Program, method: string, inputShape: readonly number[]): Traced {
  const plans = new Map<TensorRecord, StatePlan>();
  const settled = new Map<TensorRecord, Concrete>();
  const attributes = new Map<InstanceRecord, Map<string, Val>>();
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const run = new Run(program, plans, settled, attributes);
    try {
      const output = run.call(method, inputShape);
      if (!run.learn(pass < SETTLING_PASSES)) return run.finish(output);
    } catch (error) {
      if (!(error instanceof WindowError)) throw error;
      for (const record of plans.keys()) plans.set(record, { window: null });
    }
  }
  throw new TillerError(
    'operation-unsupported',
    `The method "${method}" of the model behaves differently on each call.`,
    'Tiller cannot play this model.',
  );
}

/** One evaluation, on a fresh copy of the model's objects. */
class Run {
  private readonly graph = new Graph();
  private readonly context = new Context(this.graph);
  private readonly storages = new Map<TensorRecord, Storage>();
  private readonly instances = new Map<InstanceRecord, Instance>();
  private readonly records = new Map<Instance, InstanceRecord>();
  private readonly constants = new Map<number, Val>();
  private readonly before = new Map<TensorRecord, Value>();
  private readonly written = new Map<Instance, Set<string>>();
  private input: Value | null = null;

  constructor(
    private readonly program: Program,
    private readonly plans: Map<TensorRecord, StatePlan>,
    private readonly settled: Map<TensorRecord, Concrete>,
    private readonly attributes: Map<InstanceRecord, Map<string, Val>>,
  ) {}

  call(method: string, inputShape: readonly number[]): Value {
    startWork();
    this.input = this.graph.input('input', 'float32', inputShape);
    const interpreter = new Interpreter({
      program: this.program,
      context: this.context,
      constant: (index) => this.constant(index),
      onAttributeWrite: (instance, name) => {
        const names = this.written.get(instance) ?? new Set();
        this.written.set(instance, names.add(name));
      },
    });
    const root = this.instance(this.program.root, '');
    const result = interpreter.callMethod(root, method, [Tensor.of(symbolic(this.input))]);
    if (!(result instanceof Tensor)) {
      throw new TillerError('model-interface', `The method "${method}" of the model returns no tensor.`);
    }
    return toValue(this.graph, this.context.readReal(result));
  }

  /** Takes note of what the run changed; true when another run is needed. */
  learn(mayFold: boolean): boolean {
    let again = false;
    for (const [record, storage] of this.storages) {
      if (storage.version === 0 || this.plans.has(record)) continue;
      const { content } = storage;
      if (content.kind === 'concrete' && mayFold) {
        const known = this.settled.get(record) ?? fromStored(this.program.tensor(record, 'data'));
        if (!equalContents(known, content)) {
          this.settled.set(record, content);
          again = true;
        }
        continue;
      }
      this.refuseShared(record, storage);
      this.plans.set(record, { window: commonWindow(storage) });
      this.settled.delete(record);
      again = true;
    }
    return this.learnAttributes() || again;
  }

  private learnAttributes(): boolean {
    let again = false;
    for (const [instance, names] of this.written) {
      const record = this.records.get(instance);
      if (record === undefined) continue;
      for (const name of names) {
        const value = instance.get(name) ?? null;
        const known = this.attributes.get(record)?.get(name);
        if (value instanceof Tensor || sameValue(known, value)) continue;
        const overrides = this.attributes.get(record) ?? new Map<string, Val>();
        this.attributes.set(record, overrides.set(name, value));
        again = true;
      }
    }
    return again;
  }

  /** Tensors that share memory in the file are loaded apart, so none of them may be written. */
  private refuseShared(record: TensorRecord, storage: Storage): void {
    for (const [other, otherStorage] of this.storages) {
      if (other === record || other.storage !== record.storage) continue;
      throw new TillerError(
        'operation-unsupported',
        `The model writes to ${storage.origin?.path ?? 'a buffer'}, which shares memory with ${otherStorage.origin?.path ?? 'another'}.`,
        'Tiller cannot play this model.',
      );
    }
  }

  finish(output: Value): Traced {
    if (this.input === null) throw new RangeError('finish comes after call');
    const states: StateBuffer[] = [];
    for (const [record, storage] of this.storages) {
      const before = this.before.get(record);
      if (before === undefined) continue;
      const after = toValue(this.graph, asReal(storage.content));
      states.push({
        path: storage.origin?.path ?? '',
        before,
        after,
        initial: this.initialContent(record, storage.window, storage.origin?.path ?? ''),
      });
    }
    const touched = [...this.storages.values()].map((storage) => storage.origin?.path ?? '');
    return {
      graph: this.graph,
      input: this.input,
      output,
      noise: this.context.noise,
      states,
      touched: new Set(touched),
    };
  }

  /**
   * What a buffer holds before the first call: what is stored, but for the caches of streaming convolutions,
   * which start silent. The file has in them what the exporter's warm-up left.
   */
  private initialContent(record: TensorRecord, window: View | null, path: string): Concrete {
    const stored = this.settled.get(record) ?? fromStored(this.program.tensor(record, 'data'));
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

  private tensor(record: TensorRecord, path: string): Tensor {
    let storage = this.storages.get(record);
    if (storage === undefined) {
      storage = this.createStorage(record, path);
      this.storages.set(record, storage);
    }
    return Tensor.at(storage, record.sizes);
  }

  private createStorage(record: TensorRecord, path: string): Storage {
    const origin = { record, path };
    const plan = this.plans.get(record);
    const content = this.settled.get(record) ?? fromStored(this.program.tensor(record, 'data'));
    if (plan === undefined) return new Storage(content, origin);
    const rows = plan.window?.kind === 'slice' ? plan.window.length : record.sizes[0];
    const shape = rows === undefined ? record.sizes : [rows, ...record.sizes.slice(1)];
    const value = this.graph.input(`state.${path}`, content.type, shape);
    this.before.set(record, value);
    return new Storage(symbolic(value), origin, plan.window);
  }

  private instance(record: InstanceRecord, path: string): Instance {
    const known = this.instances.get(record);
    if (known !== undefined) return known;
    const overrides = this.attributes.get(record);
    const instance = new Instance(record.className, (name) => {
      const override = overrides?.get(name);
      if (override !== undefined) return override;
      const stored = record.attributes.get(name);
      return stored === undefined ? undefined : this.value(stored, path === '' ? name : `${path}.${name}`);
    });
    this.instances.set(record, instance);
    this.records.set(instance, record);
    return instance;
  }

  private value(value: PickleValue, path: string): Val {
    if (typeof value !== 'object' || value === null) return value;
    switch (value.kind) {
      case 'tensor':
        return this.tensor(value, path);
      case 'instance':
        return this.instance(value, path);
      case 'list':
        return new List(value.items.map((item, index) => this.value(item, `${path}.${index}`)));
      case 'tuple':
        return new Tuple(value.items.map((item, index) => this.value(item, `${path}.${index}`)));
      case 'dict': {
        const dict = new Dict();
        for (const [key, item] of value.entries)
          dict.entries.set(this.value(key, path), this.value(item, path));
        return dict;
      }
    }
  }

  private constant(index: number): Val | undefined {
    if (!this.constants.has(index)) {
      const value = this.program.constants[index];
      if (value === undefined) return undefined;
      const isTensor = typeof value === 'object' && value?.kind === 'tensor';
      this.constants.set(
        index,
        isTensor
          ? Tensor.of(fromStored(this.program.tensor(value, 'constants')))
          : this.value(value, `CONSTANTS.c${index}`),
      );
    }
    return this.constants.get(index);
  }
}

function asReal(content: Content): Real {
  if (content.kind === 'complex') throw new RangeError('buffers are never complex');
  return content;
}

function equalContents(a: Concrete, b: Concrete): boolean {
  return sameShape(a.shape, b.shape) && a.data.every((value, index) => value === b.data[index]);
}

function sameValue(a: Val | undefined, b: Val): boolean {
  if (a instanceof Tuple && b instanceof Tuple) {
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => sameValue(item, b.items[index] ?? null))
    );
  }
  return a === b;
}

/** The one part of a buffer that everything reads and writes, when it is its first rows; null for the whole. */
function commonWindow(storage: Storage): View | null {
  const [only, second] = storage.windows.values();
  if (only === undefined || only === null || second !== undefined || storage.windows.size !== 1) return null;
  const isRows = only.kind === 'slice' && only.axis === 0 && only.start === 0 && only.step === 1;
  return isRows ? only : null;
}
