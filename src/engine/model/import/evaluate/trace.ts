import { TillerError } from '../../../../document/tiller-error.js';
import { Graph, type Value } from '../../../onnx/graph.js';
import type { InstanceRecord, PickleValue, TensorRecord } from '../../../torchscript/pickle-values.js';
import type { Program } from '../../../torchscript/program.js';
import {
  type Concrete,
  type Content,
  filled,
  fromStored,
  type Real,
  resetElementBudget,
  sameShape,
  symbolic,
  toValue,
} from './tensors/content.js';
import { type AttributeInput, setAttributes, type SettableAttribute } from './attribute-inputs.js';
import { Context, type NoiseInput } from './context.js';
import { Interpreter } from './interpreter.js';
import { carryLeaves } from './carry-leaves.js';
import { type Call, sameCall } from './first-call.js';
import { type AttributeValues, type Leaf, numberBuffer } from './kept-values.js';
import { type KeptAttribute, Objects } from './objects.js';
import { Storage, Tensor, type View, WindowError } from './tensors/tensor.js';

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
  /** Null where no attribute is set. */
  readonly attributes: AttributeInput | null;
  readonly states: readonly StateBuffer[];
  /** Names of the storages of all buffers that the method uses. */
  readonly usedStorages: ReadonlySet<string>;
  /** Buffers that the first calls change and later calls leave alone. */
  readonly settledBuffers: ReadonlyMap<TensorRecord, SettledBuffer>;
  /** What attributes hold when a call first reads them, and those that it replaces or changes. */
  readonly read: ReadonlyMap<InstanceRecord, ReadonlyMap<string, PickleValue>>;
  readonly kept: readonly KeptAttribute[];
}

/** The content that a buffer has from the second or third call on. */
export interface SettledBuffer {
  readonly path: string;
  readonly content: Concrete;
}

interface StatePlan {
  readonly window: View | null;
}

/** What evaluations found out for those after them. */
class Findings {
  /** Buffers that change from call to call. */
  readonly plans = new Map<TensorRecord, StatePlan>();
  readonly settledBuffers = new Map<TensorRecord, SettledBuffer>();
  /** What attributes hold that do not hold what is stored. */
  readonly attributes: AttributeValues = new Map();
  /** Tensors that the first call puts where the file has none, and what they are to hold before it. */
  readonly newBuffers = new Map<TensorRecord, Concrete>();
  /** The first call, while it is not known whether it gives the same with `newBuffers` in place. */
  firstCall: Call | null = null;
}

/**
 * Evaluates `method(input)` of the model's root for a fixed input shape. Buffers start as stored. Those that the
 * program changes from call to call become state: they are found by evaluating repeatedly until no further buffer
 * changes. Assigning another tensor to an attribute, or to a place of its list, tuple or dict, counts as overwriting its
 * buffer; a number that keeps changing, a phase or a counter, becomes a buffer without dimensions. Where the file has none, because the attribute is None or the list empty until the first call, the state is taken
 * to start at zero if the first call then gives the same.
 * @param attributes set anew before each call, to values that are an input of the graph
 * @throws TillerError `operation-unsupported`, `model-shape`, `model-interface`
 */
export function traceMethod(
  program: Program,
  method: string,
  inputShape: readonly number[],
  attributes: readonly SettableAttribute[] = [],
): Traced {
  const findings = new Findings();
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const run = new Run(program, findings, attributes);
    try {
      const output = run.call(method, inputShape);
      if (!run.updateFindings(output, pass < SETTLING_PASSES)) return run.finish(output);
    } catch (error) {
      // Errors outside any single operation: cyclic values, an int that is not finite.
      if (error instanceof RangeError) throw cannotTrace(`cannot be evaluated: ${error.message}`, error);
      if (!(error instanceof WindowError)) throw error;
      for (const record of findings.plans.keys()) findings.plans.set(record, { window: null });
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
  private attributeInput: AttributeInput | null = null;
  private kept: readonly KeptAttribute[] = [];

  constructor(
    private readonly program: Program,
    private readonly findings: Findings,
    private readonly attributes: readonly SettableAttribute[],
  ) {
    this.objects = new Objects(program, findings.attributes, (record, path) =>
      this.createStorage(record, path),
    );
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
    this.attributeInput = setAttributes(this.context, interpreter, this.objects.root, this.attributes);
    this.objects.markSetOutside();
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
  updateFindings(output: Value, mayFold: boolean): boolean {
    const { findings } = this;
    this.kept = this.objects.kept();
    const newLeaves = this.kept.flatMap(({ leaves }) => leaves.filter(({ isNew }) => isNew));
    carryLeaves(this.kept, this.objects, this.context);
    this.compareWithFirstCall(output);
    // New buffers are put in place when all other state is known, to compare the first call with and without them.
    if (newLeaves.length > 0 && this.planState()) return true;
    if (newLeaves.length > 0) findings.firstCall = this.asCall(output, newLeaves);
    const settles = mayFold && this.settleBuffers();
    const replaces = this.updateAttributes(mayFold);
    return this.planState(mayFold) || settles || replaces;
  }

  /**
   * Makes state of the buffers that have changed.
   * @param leavesKnown leaves out those that are known after the call: they may settle
   */
  private planState(leavesKnown = true): boolean {
    const { plans, settledBuffers } = this.findings;
    let again = false;
    for (const [record, storage] of this.objects.storages) {
      if (storage.version === 0 || plans.has(record)) continue;
      if (storage.content.kind === 'concrete' && leavesKnown) continue;
      this.refuseShared(record, storage);
      plans.set(record, { window: commonWindow(storage) });
      settledBuffers.delete(record);
      again = true;
    }
    return again;
  }

  /** Buffers that are known after the call start with what they hold then. */
  private settleBuffers(): boolean {
    const { plans, settledBuffers } = this.findings;
    let again = false;
    for (const [record, storage] of this.objects.storages) {
      const { content } = storage;
      if (storage.version === 0 || plans.has(record) || content.kind !== 'concrete') continue;
      if (equalContents(this.startOf(record), content)) continue;
      this.refuseShared(record, storage);
      settledBuffers.set(record, { path: storage.origin?.path ?? '', content });
      again = true;
    }
    return again;
  }

  /** @param numbersMaySettle false where a number that still changes from call to call becomes state */
  private updateAttributes(numbersMaySettle: boolean): boolean {
    const { attributes, newBuffers } = this.findings;
    let again = false;
    for (const attribute of this.kept) {
      const { record, name, stored, kept, leaves } = attribute;
      for (const leaf of leaves) if (leaf.isNew) newBuffers.set(leaf.record, this.startOfNew(leaf));
      if (Object.is(stored, kept)) continue;
      const buffer = numbersMaySettle ? null : numberBuffer(attribute);
      if (buffer !== null) newBuffers.set(buffer.record, buffer.initial);
      const overrides = attributes.get(record) ?? new Map<string, PickleValue>();
      attributes.set(record, overrides.set(name, buffer?.record ?? kept));
      again = true;
    }
    return again;
  }

  /** What is known after the first call is taken to be there before it. */
  private startOfNew({ value }: Leaf): Concrete {
    const content = asReal(this.context.read(value));
    return content.kind === 'concrete' ? content : filled(content.type, content.shape, 0);
  }

  /** What the call gives and leaves behind: the buffers that it changed, and those of these paths. */
  private asCall(output: Value, newLeaves: readonly Leaf[], paths: readonly string[] = []): Call {
    const results = new Map<string, Value>([['', output]]);
    for (const { origin, version, content } of this.objects.storages.values())
      if (origin !== null && (version > 0 || paths.includes(origin.path)))
        results.set(origin.path, toValue(this.graph, asReal(content)));
    for (const { path, value } of newLeaves)
      results.set(path, toValue(this.graph, asReal(this.context.read(value))));
    return { graph: this.graph, results };
  }

  private compareWithFirstCall(output: Value): void {
    const { firstCall, newBuffers } = this.findings;
    if (firstCall === null) return;
    this.findings.firstCall = null;
    if (sameCall(firstCall, this.asCall(output, [], [...firstCall.results.keys()]))) return;
    const [path = 'an attribute'] = [...newBuffers.keys()].map(({ storage }) =>
      storage.replace(/^kept /, ''),
    );
    throw cannotTrace(
      `keeps a tensor in ${path}, where none of its shape lies before the first call, and does not begin as with zeros there`,
    );
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
      attributes: this.attributeInput,
      states,
      usedStorages: new Set([...this.objects.storages.keys()].map(({ storage }) => storage)),
      settledBuffers: this.findings.settledBuffers,
      read: this.objects.read,
      kept: this.kept,
    };
  }

  /**
   * What a buffer holds before the first call: what is stored, but for the caches of streaming convolutions,
   * which start silent. The file has in them what the exporter's warm-up left.
   */
  private initialContent(record: TensorRecord, window: View | null, path: string): Concrete {
    const stored = this.startOf(record);
    const part = window?.kind === 'slice' ? this.firstRows(stored, window.length) : stored;
    const isCache = /(^|\.)(pad|cache)(\.\d+)*$/.test(path);
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
    const { settledBuffers, newBuffers } = this.findings;
    const known = settledBuffers.get(record)?.content ?? newBuffers.get(record);
    return known ?? fromStored(this.program.tensor(record, 'data'));
  }

  private createStorage(record: TensorRecord, path: string): Storage {
    const origin = { record, path };
    const plan = this.findings.plans.get(record);
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
