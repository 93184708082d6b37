import { produce } from 'immer';
import type { Draft } from 'immer';
import { LOOP_LENGTH_IDS } from './loop-lengths.js';
import { attributePosition, attributeValueAt } from './model-attribute.js';
import {
  PARAMETERS,
  PARAMETER_INDEX,
  attributeIndex,
  clampParameter,
  offsetDimension,
  playedValue,
} from './parameters.js';
import type { Preset } from './preset.js';

const at = PARAMETER_INDEX;

/** The parts of a document that hold what can be automated. */
export type Automated = Pick<Preset, 'attributes' | 'inputs' | 'output' | 'steering'>;

/** Reads and writes one parameter in a document. */
interface Accessor {
  read(document: Automated): number;
  write(draft: Draft<Automated>, value: number): void;
}

type Levels = Preset['output'];
type NumberOf<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T];
type SwitchOf<T> = { [K in keyof T]: T[K] extends boolean ? K : never }[keyof T];

const level = (key: Exclude<NumberOf<Levels>, 'framesPerCall'>): Accessor => ({
  read: ({ output }) => output[key],
  write: ({ output }, value) => void (output[key] = value),
});
const toggle = (key: SwitchOf<Levels>): Accessor => ({
  read: ({ output }) => Number(output[key]),
  write: ({ output }, value) => void (output[key] = value >= 0.5),
});
const steering = (key: 'amount' | 'glideSeconds'): Accessor => ({
  read: (document) => document.steering[key],
  write: (draft, value) => void (draft.steering[key] = value),
});

/** The parameters that are neither inputs, offsets nor attributes. */
const ACCESSORS: Readonly<Record<number, Accessor>> = {
  [at.amount]: steering('amount'),
  [at.glide]: steering('glideSeconds'),
  [at.dryWet]: level('dryWet'),
  [at.inputGain]: level('inputGainDb'),
  [at.outputGain]: level('outputGainDb'),
  [at.ceiling]: level('ceilingDb'),
  [at.latentNoise]: level('latentNoise'),
  [at.width]: level('width'),
  [at.freeze]: toggle('freeze'),
  [at.bypass]: toggle('bypass'),
  [at.loop]: toggle('loop'),
  [at.prior]: toggle('prior'),
  [at.priorTemperature]: level('priorTemperature'),
  [at.matchLevel]: toggle('matchLevel'),
  [at.loopSlot]: {
    read: ({ output }) => output.loopSlot,
    write: ({ output }, value) => {
      output.loopSlot = Math.round(value);
    },
  },
  [at.loopLength]: {
    read: ({ output }) => LOOP_LENGTH_IDS.indexOf(output.loopLength),
    write: ({ output }, value) => {
      output.loopLength = LOOP_LENGTH_IDS[Math.round(value)] ?? output.loopLength;
    },
  },
};

/** The present value of every automatable parameter in a document, in the parameters' own units. */
export function parameterValues(document: Automated): number[] {
  return PARAMETERS.map((_, index) => presentValue(document, index));
}

/**
 * The present value of one automatable parameter in its own unit, its initial value where the document has no such input, dimension
 * or attribute. @throws RangeError where there is no such parameter
 */
export function presentValue(document: Automated, index: number): number {
  const value = parameterValue(document, index) ?? PARAMETERS[index]?.initial;
  if (value === undefined) throw new RangeError(`no parameter ${index}`);
  return value;
}

/** One parameter's value, or undefined where the document has no such input, dimension or attribute. */
function parameterValue(document: Automated, index: number): number | undefined {
  if (isInput(index)) return document.inputs[index - at.input]?.value;
  const dimension = offsetDimension(index);
  if (dimension >= 0) return document.steering.dimensions[dimension]?.offset;
  const attribute = document.attributes[attributeIndex(index)];
  if (attribute !== undefined) return attributePosition(attribute);
  return ACCESSORS[index]?.read(document);
}

/**
 * The document with one parameter at `value`, clamped to its bounds; the same document where nothing changes. Values that
 * are equal in single precision count as unchanged, since plugin hosts return values rounded to it.
 */
export function withParameter<Document extends Automated>(
  document: Document,
  index: number,
  value: number,
): Document {
  const bounded = clampParameter(index, value);
  if (Math.fround(bounded) === Math.fround(parameterValue(document, index) ?? NaN)) return document;
  return produce(document, (draft: Draft<Automated>) => write(draft, index, bounded));
}

/** The document with every automatable value as it is played; see `playedValue`. The same document where nothing changes. */
export function asPlayed<Document extends Automated>(document: Document): Document {
  return produce(document, (draft: Draft<Automated>) => {
    PARAMETERS.forEach((_, index) => {
      const value = parameterValue(document, index);
      const played = value === undefined ? value : playedValue(index, value);
      if (played !== undefined && played !== value) write(draft, index, played);
    });
  });
}

function write(draft: Draft<Automated>, index: number, value: number): void {
  const input = isInput(index) ? draft.inputs[index - at.input] : undefined;
  const dimension = draft.steering.dimensions[offsetDimension(index)];
  const attribute = draft.attributes[attributeIndex(index)];
  if (input) input.value = value;
  else if (dimension) dimension.offset = value;
  else if (attribute) attribute.value = attributeValueAt(attribute, value);
  else ACCESSORS[index]?.write(draft, value);
}

/** True for the inputs of the performance space: playing them makes no undo step. */
export function isInput(index: number): boolean {
  return index < at.amount;
}
