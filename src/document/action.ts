import { MAX_INPUTS } from './limits.js';
import { LOOP_SLOTS } from './loop-slots.js';
import { PARAMETERS, PARAMETER_INDEX, attributeIndex } from './parameters.js';

/** `trigger` happens once when it is pressed, `toggle` is on or off, `continuous` has a position of 0 to 1. */
export type ActionKind = 'trigger' | 'toggle' | 'continuous';

/** Under which heading the page lists an action. */
export type ActionGroup =
  'Sound' | 'Time' | 'Explore' | 'Presets' | 'Inputs' | 'Recorder' | 'Latents' | 'Model';

/** Something that a controller, a key, OSC or the page can do. `id` never changes: the player's controller map holds it. */
export interface Action {
  readonly id: string;
  readonly name: string;
  readonly group: ActionGroup;
  readonly kind: ActionKind;
  /** Index in `PARAMETERS` of the parameter that it moves; left out where it moves none. */
  readonly parameter?: number;
}

const trigger = (id: string, name: string, group: ActionGroup): Action => ({
  id,
  name,
  group,
  kind: 'trigger',
});

const TRIGGERS = [
  trigger('panic', 'Panic: dry sound', 'Sound'),
  trigger('tapTempo', 'Tap tempo', 'Time'),
  trigger('capture', 'Capture', 'Explore'),
  trigger('randomise', 'Random', 'Explore'),
  trigger('previousDraw', 'Last random draw', 'Explore'),
  trigger('nextDraw', 'Next random draw', 'Explore'),
  trigger('releaseAll', 'Release all latents', 'Explore'),
  trigger('learn', 'Learn', 'Explore'),
  trigger('compare', 'Compare A and B', 'Explore'),
  trigger('undo', 'Undo', 'Explore'),
  trigger('redo', 'Redo', 'Explore'),
  trigger('previousPreset', 'Previous preset', 'Presets'),
  trigger('nextPreset', 'Next preset', 'Presets'),
  trigger('record', 'Record, then loop the gesture', 'Recorder'),
  trigger('overdub', 'Overdub the gesture', 'Recorder'),
  trigger('playGesture', 'Play or stop the gesture', 'Recorder'),
  trigger('play', 'Play or stop the source', 'Recorder'),
] as const;

function groupOf(parameter: number): ActionGroup {
  if (parameter < MAX_INPUTS) return 'Inputs';
  if (parameter === PARAMETER_INDEX.matchLevel) return 'Sound';
  if (attributeIndex(parameter) >= 0 || parameter >= PARAMETER_INDEX.prior) return 'Model';
  if (parameter >= PARAMETER_INDEX.loop || parameter === PARAMETER_INDEX.freeze) return 'Time';
  return parameter >= PARAMETER_INDEX.offset ? 'Latents' : 'Sound';
}

const MOVES: readonly Action[] = PARAMETERS.map(({ id, name, unit }, parameter) => ({
  id,
  name,
  group: groupOf(parameter),
  kind: unit === 'switch' ? 'toggle' : 'continuous',
  parameter,
}));

/** The ends of an input's range: which part of 0..1 its source covers. */
const RANGES: readonly Action[] = Array.from({ length: MAX_INPUTS }, (_, i) =>
  (['Low', 'High'] as const).map((end): Action => ({
    id: `input${end}${i + 1}`,
    name: `Input ${i + 1}: ${end.toLowerCase()} end`,
    group: 'Inputs',
    kind: 'continuous',
  })),
).flat();

/** Plays a kept loop: chooses its slot and switches the loop on. */
const LOOPS: readonly Action[] = Array.from({ length: LOOP_SLOTS }, (_, i) =>
  trigger(`playLoop${i + 1}`, `Play loop ${i + 1}`, 'Time'),
);

/** Every action without an argument. */
export const ACTIONS: readonly Action[] = [...MOVES, ...TRIGGERS, ...LOOPS, ...RANGES];
const BY_ID = new Map(ACTIONS.map((action) => [action.id, action]));

/** An action with what it is done to. */
export type ActionReference =
  | { id: string }
  /** Sets the inputs to an example's, by its place in the list, from 1: a controller map outlives the preset that has the example. */
  | { id: 'example'; number: number }
  | { id: 'preset'; preset: string };

/** Whether an action without an argument is declared. */
export const isAction = (id: string): boolean => BY_ID.has(id);

/** The declaration of an action. @throws RangeError where there is none */
export function actionOf(reference: ActionReference): Action {
  if ('number' in reference) return trigger(reference.id, `Example ${reference.number}`, 'Explore');
  if ('preset' in reference) return trigger(reference.id, `Preset ${reference.preset}`, 'Presets');
  const action = BY_ID.get(reference.id);
  if (action === undefined) throw new RangeError(`no action ${reference.id}`);
  return action;
}

/** The slot, from 1, of the kept loop that an action plays; 0 for every other action. */
export const loopOf = ({ id }: ActionReference): number => Number(/^playLoop(\d+)$/.exec(id)?.[1] ?? 0);

/** Which end of which input's range an action moves; null for every other action. */
export function inputRangeOf({ id }: ActionReference): { input: number; end: 'low' | 'high' } | null {
  const match = /^input(Low|High)(\d+)$/.exec(id);
  return match === null ? null : { input: Number(match[2]) - 1, end: match[1] === 'Low' ? 'low' : 'high' };
}
