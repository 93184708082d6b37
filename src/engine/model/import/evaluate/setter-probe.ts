import { TillerError } from '../../../../document/tiller-error.js';
import { Graph } from '../../../onnx/graph.js';
import type { Program } from '../../../torchscript/program.js';
import { Context, isProgramStop } from './context.js';
import { Interpreter } from './interpreter.js';
import { Objects } from './objects.js';
import { fromStored, resetElementBudget } from './tensors/content.js';
import { Storage } from './tensors/tensor.js';
import type { ScriptValue } from './values.js';

/**
 * Calls a setter of nn~ with these values, on a copy of the model's objects.
 * @returns whether it takes them: it returns 0 or nothing. Null where it cannot be evaluated.
 */
export function setterTakes(
  program: Program,
  setter: string,
  values: readonly ScriptValue[],
): boolean | null {
  resetElementBudget();
  const objects = new Objects(
    program,
    new Map(),
    (record, path) => new Storage(fromStored(program.tensor(record, 'data')), { record, path }),
  );
  const interpreter = new Interpreter({
    program,
    context: new Context(new Graph()),
    constant: (index) => objects.constant(index),
    onAttributeWrite: () => undefined,
  });
  try {
    const result = interpreter.callMethod(objects.root, setter, values);
    if (typeof result === 'bigint' || typeof result === 'number') return Number(result) === 0;
    return result === null ? true : null;
  } catch (error) {
    if (isProgramStop(error)) return false;
    if (error instanceof TillerError || error instanceof RangeError) return null;
    throw error;
  }
}
