import { TillerError } from '../../../../document/tiller-error.js';
import { describePosition, type Position } from '../../../torchscript/syntax.js';
import { Arguments, asOperationError, type Context, OperationError } from './context.js';
import { IGNORED_NAMES, unsupported } from './language.js';
import { OPERATIONS } from './operations/index.js';
import { CPU, type ScriptValue } from './values.js';

/**
 * Calls an operation of torch by its name in the operation table, `::` between namespace and name.
 * @throws TillerError with the place in the source: for an operation or an argument that the table does not have, and where
 *   the operation refuses its arguments
 */
export function callOperation(
  context: Context,
  name: string,
  positional: readonly ScriptValue[],
  named: readonly (readonly [string, ScriptValue])[],
  at: Position,
): ScriptValue {
  if (name === 'prim::device') return CPU;
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (operation === undefined) throw unsupported(`the operation "${name}"`, at);
  if (positional.length > operation.parameters.length)
    throw unsupported(`the operation "${name}" with ${positional.length} arguments`, at);
  const values: (ScriptValue | undefined)[] = [...positional];
  for (const [parameter, value] of named) {
    const index = operation.parameters.indexOf(parameter);
    // Layout, device and memory format say where results lie, never what they are.
    if (index >= 0) values[index] = value;
    else if (!IGNORED_NAMES.has(parameter)) {
      throw unsupported(`the operation "${name}" with "${parameter}"`, at);
    }
  }
  const args = new Arguments(context, operation.parameters, values);
  return guardOperation(name, at, () => operation.run(args));
}

/** Runs an operation; an error that it gives says where in the source it was called. */
export function guardOperation<T>(name: string, at: Position, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    const error = asOperationError(thrown);
    if (!(error instanceof OperationError)) throw error;
    throw new TillerError(
      error.code,
      `The operation "${name}" at ${describePosition(at)} cannot be imported: ${error.message}.`,
      'Nothing was guessed: Tiller cannot play this model as it is.',
      { cause: error },
    );
  }
}
