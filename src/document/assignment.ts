import { actionOf, type ActionKind, type ActionReference } from './action.js';
import type { ControllerSource } from './controller-source.js';
import type { Input, InputSource } from './input.js';
import { MAX_INPUTS } from './limits.js';
import { sameSource } from './match-source.js';

/**
 * How the messages of a source act.
 * - `pick-up` (soft takeover): a position counts once it has reached or passed the present value; `jump`: at once.
 * - `press`: a toggle changes, and a trigger happens, when the source passes its middle upwards; `hold`: a toggle is on while the
 *   source is above its middle.
 * - The others read seven bits as steps, in the four encodings of relative encoders that hosts know (Ableton Live, reference manual,
 *   "Mapping to Relative MIDI Controllers"): `sign-magnitude` (up 1..63, down 65..127), `sign-magnitude-inverse` (up 65..127, down
 *   1..63), `binary-offset` (64 ± steps) and `twos-complement` (up 1..63, down 127..65).
 */
export const ASSIGNMENT_MODES = [
  'pick-up',
  'jump',
  'press',
  'hold',
  'sign-magnitude',
  'sign-magnitude-inverse',
  'binary-offset',
  'twos-complement',
] as const;
export type AssignmentMode = (typeof ASSIGNMENT_MODES)[number];
export type RelativeMode = Exclude<AssignmentMode, 'pick-up' | 'jump' | 'press' | 'hold'>;

const RELATIVE = [
  'sign-magnitude',
  'sign-magnitude-inverse',
  'binary-offset',
  'twos-complement',
] as const satisfies readonly RelativeMode[];

/** Whether a mode takes steps of an endless encoder in place of positions. */
export const isRelative = (mode: AssignmentMode): mode is RelativeMode =>
  (RELATIVE as readonly string[]).includes(mode);

/** The modes that an action can have with a source; the first one is that of a new assignment. */
export function modesFor(kind: ActionKind, source: ControllerSource): readonly AssignmentMode[] {
  const relative = source.kind === 'cc' && source.bits === 7 ? RELATIVE : [];
  if (kind === 'trigger') return ['press'];
  if (kind === 'toggle') return ['press', 'hold', ...relative];
  const isPressed = source.kind === 'note' || source.kind === 'key' || source.kind === 'gamepad-button';
  // A bender and pressure return to their rest by themselves: they would have to pass the value again each time.
  const rests = source.kind === 'pitch-bend' || source.kind.endsWith('pressure') || isPressed;
  return rests ? ['jump', 'pick-up'] : ['pick-up', 'jump', ...relative];
}

/** One line of the player's controller map. */
export interface Assignment {
  id: string;
  action: ActionReference;
  source: ControllerSource;
  mode: AssignmentMode;
  /** Positions of a continuous action at the source's two ends, 0..1; the first may be the greater one. */
  range: [number, number];
  /** Whether the present value is sent back to the controller, for motor faders and lights. MIDI only. */
  feedback: boolean;
}

/** Kinds of input sources that a controller map can override. */
const isController = (source: InputSource): source is Extract<InputSource, ControllerSource> =>
  !['pad', 'host', 'lfo', 'audio', 'mpe', 'note-pitch', 'note-velocity'].includes(source.kind);

/**
 * The inputs as they listen beside a controller map: one that the map assigns does not listen to the controller that its preset
 * names, nor does any to a controller that the map uses for something else.
 */
export function withoutAssigned(inputs: readonly Input[], assignments: readonly Assignment[]): Input[] {
  const assigned = new Set(
    assignments.flatMap(({ action }) => {
      const { parameter } = actionOf(action);
      return parameter !== undefined && parameter < MAX_INPUTS ? [parameter] : [];
    }),
  );
  return inputs.map((input, index) => {
    const { source } = input;
    if (!isController(source)) return input;
    const isTaken = assigned.has(index) || assignments.some((other) => sameSource(other.source, source));
    return isTaken ? { ...input, source: { kind: 'pad' } } : input;
  });
}
