import type { Graph, Value } from '../graph.js';

/** The values that these depend on, themselves included. */
export function findLive(graph: Graph, roots: readonly Value[]): ReadonlySet<Value> {
  const live = new Set<Value>(roots);
  for (let index = graph.nodes.length - 1; index >= 0; index -= 1) {
    const node = graph.nodes[index];
    if (node === undefined || !node.outputs.some((output) => live.has(output))) continue;
    for (const input of node.inputs) if (input !== null) live.add(input);
  }
  return live;
}

/** Drops the nodes that these values do not depend on. */
export function removeDeadCode(graph: Graph, roots: readonly Value[]): void {
  const live = findLive(graph, roots);
  const kept = graph.nodes.filter((node) => node.outputs.some((output) => live.has(output)));
  graph.nodes.splice(0, graph.nodes.length, ...kept);
}
