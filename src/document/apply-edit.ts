import { produce } from 'immer';
import type { Draft } from 'immer';
import { TillerError } from './tiller-error.js';
import { MAX_INPUTS } from './limits.js';
import {
  NEW_INPUT,
  addExample,
  duplicateExample,
  editExample,
  moveExample,
  removeExamples,
  withInput,
  type ExampleDraft,
} from './example-list.js';
import { defaultInput } from './default-preset.js';
import type { Input } from './input.js';
import { MAX_LOOP_TEXT, checkLoop, type KeptLoop } from './kept-loop.js';
import type { Preset } from './preset.js';
import type { Edit } from './edit.js';
import { checkAdapter, type ListenWith } from './listen-with.js';
import { attributeValueNear, withinBounds } from './model-attribute.js';
import { hasEnabledExamples } from './training-source.js';

/** The name of an edit in the undo history, as shown to the player. */
export function editLabel(edit: Edit): string {
  switch (edit.type) {
    case 'describe':
      return 'describe preset';
    case 'add-example':
      return 'add example';
    case 'add-examples':
      return edit.examples.length === 1 ? 'add example' : `add ${edit.examples.length} examples`;
    case 'add-map':
      return 'map the model';
    case 'edit-example':
      return 'edit example';
    case 'remove-examples':
      return edit.ids.length === 1 ? 'delete example' : `delete ${edit.ids.length} examples`;
    case 'move-example':
      return 'reorder examples';
    case 'duplicate-example':
      return 'duplicate example';
    case 'learn-all-with':
    case 'learn-dimensions-with':
    case 'learn-automatically':
      return 'change learning';
    case 'add-input':
      return 'add input';
    case 'edit-input':
      return 'change input';
    case 'remove-input':
      return 'remove input';
    case 'remove-other-model':
      return 'delete examples of another model';
    case 'steer':
    case 'steer-dimensions':
      return 'change steering';
    case 'set-attribute':
      return 'change model setting';
    case 'set-loop':
      return edit.loop === null ? 'remove loop' : 'keep loop';
    case 'edit-loop':
      return 'change loop';
    case 'listen-with':
      return 'listen with another model';
    case 'set-output':
      return 'change output';
    case 'set-seed':
      return 'change seed';
  }
}

const refuse = (what: string, hint: string) => new TillerError('argument-invalid', what, hint);

/** Copies the fields that are defined: zod leaves `undefined` where a field was left out. */
function assign<T extends object>(target: T, change: { [K in keyof T]?: T[K] | undefined }): void {
  for (const key in change) {
    const value = change[key];
    if (value !== undefined) target[key] = value;
  }
}

function defined<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/**
 * The document after `edit`; the one given stays as it is. A learned mapping is dropped where it no longer fits the
 * number of inputs or latents, and where learning is automatic and no enabled example is left.
 *
 * @throws TillerError `argument-invalid` where the edit names what is not there or passes a bound.
 */
export function applyEdit(preset: Preset, edit: Edit): Preset {
  return produce(preset, (draft) => {
    change(draft, edit);
    if (draft.learning.automatic && hasEnabledExamples(preset) && !hasEnabledExamples(draft))
      draft.trained = null;
  });
}

function change(draft: Draft<Preset>, edit: Edit): void {
  switch (edit.type) {
    case 'describe':
      assign(draft, edit.change);
      return;
    case 'add-example':
      insertExample(draft, edit.example, edit.index);
      return;
    case 'add-examples':
      for (const example of edit.examples) insertExample(draft, example);
      return;
    case 'add-map':
      for (const { index, name } of edit.inputNames) inputAt(draft, index).name = name;
      for (const example of edit.examples) insertExample(draft, example);
      if (edit.regressor !== null)
        draft.learning = { ...draft.learning, shared: edit.regressor, perDimension: {} };
      return;
    case 'edit-example':
      checkCounts(draft, edit.change.inputs, edit.change.latents);
      draft.examples = editExample(draft.examples, edit.id, defined(edit.change));
      if (edit.change.latents) growRanges(draft, edit.change.latents);
      return;
    case 'remove-examples':
      draft.examples = removeExamples(draft.examples, edit.ids);
      return;
    case 'move-example':
      draft.examples = moveExample(draft.examples, edit.id, edit.index);
      return;
    case 'duplicate-example':
      draft.examples = duplicateExample(draft.examples, edit.id);
      return;
    case 'learn-all-with':
      draft.learning.shared = edit.settings;
      draft.learning.perDimension = {};
      return;
    case 'learn-dimensions-with':
      for (const dimension of edit.dimensions) {
        checkDimension(draft, dimension);
        if (edit.settings === null) delete draft.learning.perDimension[String(dimension)];
        else draft.learning.perDimension[String(dimension)] = edit.settings;
      }
      return;
    case 'learn-automatically':
      draft.learning.automatic = edit.automatic;
      return;
    case 'add-input':
      if (draft.inputs.length >= MAX_INPUTS)
        throw refuse(`There are ${MAX_INPUTS} inputs already.`, 'Remove one first.');
      draft.inputs.push({ ...defaultInput(`Input ${draft.inputs.length + 1}`), ...defined(edit.input) });
      for (const set of modelSets(draft)) {
        set.examples = withInput(set.examples);
        set.trained = null;
        for (const loop of set.loops) loop?.inputs?.push(NEW_INPUT);
      }
      return;
    case 'edit-input':
      assign(inputAt(draft, edit.index), edit.change);
      return;
    case 'remove-input':
      removeInput(draft, edit.index);
      return;
    case 'remove-other-model':
      removeOtherModel(draft, edit.sha256);
      return;
    case 'steer':
      assign(draft.steering, edit.change);
      return;
    case 'steer-dimensions':
      for (const dimension of edit.dimensions) assign(checkDimension(draft, dimension), edit.change);
      return;
    case 'set-attribute':
      setAttribute(draft, edit.index, edit.change);
      return;
    case 'set-loop':
      setLoop(draft, edit.slot, edit.loop);
      return;
    case 'edit-loop':
      editLoop(draft, edit.slot, edit.change);
      return;
    case 'listen-with':
      setListenWith(draft, edit.listenWith);
      return;
    case 'set-output':
      assign(draft.output, edit.change);
      return;
    case 'set-seed':
      draft.seed = edit.seed;
      return;
  }
}

function setAttribute(
  draft: Draft<Preset>,
  index: number,
  { value, range }: Extract<Edit, { type: 'set-attribute' }>['change'],
): void {
  const attribute = draft.attributes[index];
  if (attribute === undefined)
    throw refuse(`The model has no setting ${index + 1}.`, 'Choose one that is listed.');
  const hasRange = attribute.kind === 'number' || attribute.kind === 'integer';
  if (range !== undefined && hasRange) attribute.range = withinBounds(range, attribute.bounds);
  attribute.value = attributeValueNear(attribute, value ?? attribute.value);
}

function setListenWith(draft: Draft<Preset>, listenWith: ListenWith | null): void {
  if (draft.model === null)
    throw refuse('There is no model to play with another’s encoder.', 'Choose a model first.');
  const fault = listenWith === null ? undefined : checkAdapter(listenWith, draft.steering.dimensions.length);
  if (fault !== undefined) throw refuse(`The adapter ${fault}.`, 'Choose the encoder again.');
  draft.listenWith = listenWith;
}

function setLoop(draft: Draft<Preset>, slot: number, loop: KeptLoop | null): void {
  if (loop !== null) checkLoopOf(draft, loop);
  while (draft.loops.length <= slot) draft.loops.push(null);
  draft.loops[slot] = loop;
  if (loop !== null) checkLoopText(draft);
  while (draft.loops.at(-1) === null) draft.loops.pop();
}

function editLoop(draft: Draft<Preset>, slot: number, change: LoopChange): void {
  const loop = draft.loops[slot];
  if (loop === undefined || loop === null)
    throw refuse(`Slot ${slot + 1} holds no loop.`, 'Keep one there first.');
  assign(loop, change);
  checkLoopOf(draft, loop);
}

function checkLoopOf({ steering, inputs }: Draft<Preset>, loop: KeptLoop): void {
  const problem = checkLoop(loop, steering.dimensions.length, inputs.length);
  if (problem !== undefined) throw refuse(`The loop ${problem}.`, 'Keep it again.');
}

/** An instrument whose loops are too many in all could not be stored. */
function checkLoopText(draft: Draft<Preset>): void {
  let text = 0;
  for (const { loops } of modelSets(draft)) for (const loop of loops) text += loop?.latents.length ?? 0;
  if (text > MAX_LOOP_TEXT)
    throw refuse(
      `The kept loops of this instrument, with those of its other models, would take ${(text / 2 ** 20).toFixed(1)} MB; at most ${MAX_LOOP_TEXT / 2 ** 20} MB can be kept.`,
      'Remove a loop, or what belongs to a model that you do not need; or keep a shorter one.',
    );
}

type LoopChange = Extract<Edit, { type: 'edit-loop' }>['change'];
type NewExample = Extract<Edit, { type: 'add-example' }>['example'];

function insertExample(draft: Draft<Preset>, example: NewExample, index?: number): void {
  checkCounts(draft, example.inputs, example.latents);
  draft.examples = addExample(draft.examples, defined(example) as ExampleDraft, index);
  growRanges(draft, example.latents);
}

function removeOtherModel(draft: Draft<Preset>, sha256: string): void {
  const index = draft.otherModels.findIndex(({ model }) => model.sha256 === sha256);
  if (index < 0) throw refuse('This preset holds no examples of that model.', 'Choose one that is listed.');
  draft.otherModels.splice(index, 1);
}

/** The examples and mapping of every model: all of them have the preset's inputs. */
const modelSets = (draft: Draft<Preset>): Pick<Draft<Preset>, 'examples' | 'trained' | 'loops'>[] => [
  draft,
  ...draft.otherModels,
];

/** Widens each dimension's range so that it does not clip an example with these latents. */
function growRanges(draft: Draft<Preset>, latents: readonly number[]): void {
  draft.steering.dimensions.forEach((dimension, i) => {
    const value = latents[i] ?? 0;
    const [low, high] = dimension.range;
    if (value < low || value > high) dimension.range = [Math.min(low, value), Math.max(high, value)];
  });
}

function inputAt(draft: Draft<Preset>, index: number): Draft<Input> {
  const input = draft.inputs[index];
  if (input === undefined) throw refuse(`There is no input ${index + 1}.`, 'Choose one that is listed.');
  return input;
}

function removeInput(draft: Draft<Preset>, index: number): void {
  if (draft.inputs.length === 1) throw refuse('The last input cannot be removed.', 'Add another one first.');
  inputAt(draft, index);
  draft.inputs.splice(index, 1);
  for (const set of modelSets(draft)) {
    for (const example of set.examples) example.inputs.splice(index, 1);
    for (const loop of set.loops) loop?.inputs?.splice(index, 1);
    set.trained = null;
  }
}

function checkDimension(draft: Draft<Preset>, dimension: number) {
  const steering = draft.steering.dimensions[dimension];
  if (steering === undefined)
    throw refuse(
      `There is no latent ${dimension + 1}: the model has ${draft.steering.dimensions.length}.`,
      'Choose one that is listed.',
    );
  return steering;
}

function checkCounts(draft: Draft<Preset>, inputs?: readonly number[], latents?: readonly number[]): void {
  const wantedInputs = draft.inputs.length;
  const wantedLatents = draft.steering.dimensions.length;
  if (inputs && inputs.length !== wantedInputs)
    throw refuse(
      `The example has ${inputs.length} input values instead of ${wantedInputs}.`,
      'Capture it again.',
    );
  if (latents && latents.length !== wantedLatents)
    throw refuse(
      `The example has ${latents.length} latents instead of ${wantedLatents}.`,
      'Capture it again.',
    );
}
