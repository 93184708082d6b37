import { findLive } from '../../../onnx/passes/dead-code.js';
import type { StateBuffer, Traced } from './trace.js';

/** The state that the output depends on, in the same call or a later one, directly or through other state. */
export function liveStates({ graph, output, states }: Traced): readonly StateBuffer[] {
  let found: readonly StateBuffer[] = [];
  for (;;) {
    const live = findLive(graph, [output, ...found.map(({ after }) => after)]);
    const next = states.filter(({ before }) => live.has(before));
    if (next.length === found.length) return found;
    found = next;
  }
}
