import { ACTIONS, type ActionReference } from '../../../document/action.js';
import type { Input } from '../../../document/input.js';
import type { ModelAttribute } from '../../../document/model-attribute.js';
import type { PresetEntry } from '../../../protocol/interface.js';
import { HOST_OFFSETS, PARAMETER_INDEX, attributeIndex } from '../../../document/parameters.js';
import type { Choice } from '../../shared/controls/choices.js';

/** Examples that can be chosen as an action, where the preset has fewer. */
const LEAST_EXAMPLES = 8;

/** What the names of actions depend on. */
export interface ActionContext {
  readonly inputs: readonly Input[];
  readonly attributes: readonly ModelAttribute[];
  readonly latents: number;
  readonly examples: number;
  readonly presets: readonly PresetEntry[];
}

const GROUPS = ['Sound', 'Time', 'Explore', 'Inputs', 'Examples', 'Presets', 'Recorder', 'Latents', 'Model'];

/** An action as a choice of a drop-down list; `readChoice` is the inverse. */
export const choiceOf = (action: ActionReference): string => JSON.stringify(action);
export const readChoice = (choice: string): ActionReference => JSON.parse(choice) as ActionReference;

/** The input that an action plays or whose range it moves; −1 for every other action. */
function inputOf({ id }: ActionReference): number {
  const match = /^input(?:Low|High)?(\d+)$/.exec(id);
  return match === null ? -1 : Number(match[1]) - 1;
}

/** Whether the present instrument has what an action acts on. */
function isUsable(action: ActionReference & { parameter?: number }, context: ActionContext): boolean {
  const input = inputOf(action);
  if (input >= 0) return input < context.inputs.length;
  const { parameter = -1 } = action;
  const offset = parameter - PARAMETER_INDEX.offset;
  if (offset >= 0 && offset < HOST_OFFSETS) return offset < context.latents;
  return attributeIndex(parameter) < context.attributes.length;
}

/** The name of an action, with that of its input, attribute, example or preset. */
export function actionName(action: ActionReference, context: ActionContext): string {
  if ('number' in action) return `Example ${action.number}`;
  if ('preset' in action)
    return `Preset ${context.presets.find(({ id }) => id === action.preset)?.name ?? `${action.preset} (missing)`}`;
  const declared = ACTIONS.find(({ id }) => id === action.id);
  const name = declared?.name ?? action.id;
  const input = context.inputs[inputOf(action)];
  if (input !== undefined) return name.replace(/^Input \d+/, (label) => `${label} “${input.name}”`);
  const attribute = context.attributes[attributeIndex(declared?.parameter ?? -1)];
  return attribute === undefined ? name : attribute.name;
}

/** Every action that the present instrument has, by groups. */
export function actionChoices(context: ActionContext): Choice<string>[] {
  const examples = Array.from({ length: Math.max(LEAST_EXAMPLES, context.examples) }, (_, i) => i + 1);
  const all: { action: ActionReference; group: string }[] = [
    ...ACTIONS.filter((action) => isUsable(action, context)).map(({ id, group }) => ({
      action: { id },
      group,
    })),
    ...examples.map((number) => ({ action: { id: 'example' as const, number }, group: 'Examples' })),
    ...context.presets
      .filter(({ problem }) => problem === null)
      .map(({ id }) => ({ action: { id: 'preset' as const, preset: id }, group: 'Presets' })),
  ];
  return GROUPS.flatMap((group) =>
    all
      .filter((one) => one.group === group)
      .map(({ action }) => ({ value: choiceOf(action), label: actionName(action, context), group })),
  );
}
