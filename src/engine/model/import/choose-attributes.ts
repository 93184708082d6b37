import { TillerError } from '../../../document/tiller-error.js';
import { findLive } from '../../onnx/passes/dead-code.js';
import type { Program } from '../../torchscript/program.js';
import type { ModelVariant } from '../manifest.js';
import { type SettableAttribute, statedValues } from './evaluate/attribute-inputs.js';
import type { Traced } from './evaluate/trace.js';
import { findValues } from './attribute-values.js';
import { prune } from './graph/bind-graph.js';
import { traceVariant } from './graph/build-variant.js';
import type { NnInterface } from './nn-interface.js';

/** What of a model's attributes is set while it plays. */
export interface ChosenAttributes {
  readonly settable: readonly SettableAttribute[];
  /** Names of those that could be set, but change nothing of what is encoded or decoded. */
  readonly withoutEffect: ReadonlySet<string>;
  /** Names of those that refuse some of the values that they can be set to, and then are as the file states. */
  readonly refusing: ReadonlySet<string>;
}

const PROBED: ModelVariant = { frames: 1, batch: 1 };

/**
 * Finds out which attributes can be inputs of the model's graphs, and which of them change anything. The others keep the value
 * that the file states: those that decide on shapes, for example, since the shapes of a graph are fixed.
 * @throws TillerError as `traceVariant`, where the model cannot be evaluated at all
 */
export function chooseAttributes(program: Program, nn: NnInterface): ChosenAttributes {
  const candidates = nn.attributes.flatMap(({ settable }) => settable ?? []);
  if (candidates.length === 0) return { settable: [], withoutEffect: new Set(), refusing: new Set() };
  let accepted: readonly SettableAttribute[] = candidates;
  let used = tryAttributes(program, nn, accepted);
  if (used === null) {
    accepted = [];
    for (const candidate of candidates) {
      const found = tryAttributes(program, nn, [...accepted, candidate]);
      if (found === null) continue;
      accepted = [...accepted, candidate];
      used = found;
    }
  }
  const heard = accepted.filter(({ name }) => used?.has(name) === true);
  const withoutEffect = new Set(accepted.filter((one) => !heard.includes(one)).map(({ name }) => name));
  const known = heard.flatMap((attribute) => findValues(program, attribute) ?? []);
  const refusing = known.flatMap(({ attribute, refuses }) => (refuses ? attribute.name : []));
  return {
    settable: known.map(({ attribute }) => attribute),
    withoutEffect,
    refusing: new Set(refusing),
  };
}

/** Names of the attributes that change something; null where the model cannot be evaluated with them as inputs. */
function tryAttributes(
  program: Program,
  nn: NnInterface,
  attributes: readonly SettableAttribute[],
): ReadonlySet<string> | null {
  try {
    const { encode, decode, prior } = traceVariant(program, nn, PROBED, attributes);
    const used = [encode, decode, prior].flatMap((traced) => (traced === null ? [] : usedElements(traced)));
    let element = 0;
    const names = attributes.filter((attribute) => {
      const from = element;
      element += statedValues([attribute]).length;
      return used.some((set) => [...set].some((index) => index >= from && index < element));
    });
    return new Set(names.map(({ name }) => name));
  } catch (error) {
    if (error instanceof TillerError) return null;
    throw error;
  }
}

/** Places of the values that the method's output depends on, in this call or a later one. */
function usedElements(traced: Traced): ReadonlySet<number> {
  const { graph, output, states, attributes } = prune(traced);
  const live = findLive(graph, [output, ...states.map(({ after }) => after)]);
  const elements = attributes?.elements ?? [];
  return new Set(elements.flatMap((element, index) => (live.has(element) ? [index] : [])));
}
