import { actionOf, type ActionKind } from '../../document/action.js';
import type { Assignment } from '../../document/assignment.js';
import { PARAMETERS } from '../../document/parameters.js';

/** A continuous action takes this many steps of a relative encoder from end to end: as many as an absolute controller has values. */
const STEPS = 127;
/** A fader this near to the present value has picked it up: controllers of seven bits cannot be nearer. */
const PICK_UP_DISTANCE = 0.5 / STEPS;
/** A motor fader may overshoot by this much on its way. */
const ECHO_TOLERANCE = 3 / STEPS;
/** What a source passes to be pressed. */
const MIDDLE = 0.5;

/** Carries out what assignments do, in the thread that calls the player. */
export interface AssignmentSink {
  /** Present position of a toggle's or continuous action's value, 0..1. @param index of the assignment */
  positionOf(index: number): number;
  /** Moves it there. */
  move(index: number, position: number): void;
  trigger(index: number): void;
}

interface Playing {
  readonly assignment: Assignment;
  readonly kind: ActionKind;
  /** Size of a relative step, signed as the range is directed. */
  readonly step: number;
  /** Last position that the source sent, in the range of the assignment; NaN before the first one. */
  last: number;
  /** The same as the source sent it, 0..1. */
  sent: number;
  /** Where feedback moves the source, 0..1; NaN where nothing does. */
  target: number;
  /** The action's position after this assignment moved it; NaN where it has not picked it up. */
  moved: number;
  pressed: boolean;
}

/**
 * From what a controller sends to what its assignment does: pick-up, steps, presses. Positions of sources are 0..1. One thread;
 * allocates nothing but in `configure`.
 */
export class AssignmentPlayer {
  private playing: readonly Playing[] = [];

  constructor(private readonly sink: AssignmentSink) {}

  /** Takes these assignments from now on; one that is as it was keeps its state. */
  configure(assignments: readonly Assignment[]): void {
    const before = new Map(this.playing.map((one) => [JSON.stringify(one.assignment), one]));
    this.playing = assignments.map((one) => before.get(JSON.stringify(one)) ?? begin(one));
  }

  get assignments(): readonly Assignment[] {
    return this.playing.map(({ assignment }) => assignment);
  }

  get length(): number {
    return this.playing.length;
  }

  /**
   * The source of an assignment is being moved to `position` by feedback: until NaN is given, what it sends on the way there is the
   * motor's and not the player's. @param index of the assignment
   */
  expectEcho(index: number, position: number): void {
    const one = this.playing[index];
    if (one?.kind !== 'continuous') return;
    if (Number.isNaN(position) && !Number.isNaN(one.target)) rest(one, one.target);
    one.target = position;
  }

  /**
   * Whether a position of a source is one on the way to where feedback moves it. A position off the way is the player's, who
   * then has the source. @param index of the assignment
   */
  isEcho(index: number, position: number): boolean {
    const one = this.playing[index];
    if (one === undefined || Number.isNaN(one.target)) return false;
    // A source that has sent nothing yet may come from anywhere.
    const [from, to] = Number.isNaN(one.sent) ? [0, 1] : [one.sent, one.target];
    if (position < Math.min(from, to) - ECHO_TOLERANCE || position > Math.max(from, to) + ECHO_TOLERANCE) {
      one.target = NaN;
      return false;
    }
    rest(one, position);
    return true;
  }

  /** The source of an assignment is now at `position`. @param index of the assignment */
  setPosition(index: number, position: number): void {
    const one = this.playing[index];
    if (one === undefined || !(position >= 0 && position <= 1)) return;
    one.sent = position;
    if (one.kind === 'continuous') {
      const [low, high] = one.assignment.range;
      this.slide(one, index, low + position * (high - low));
    } else this.press(one, index, position);
  }

  /** The source of an assignment was turned by so many steps. @param index of the assignment */
  step(index: number, steps: number): void {
    const one = this.playing[index];
    if (one === undefined || steps === 0 || one.kind === 'trigger') return;
    if (one.kind === 'toggle') {
      this.sink.move(index, steps > 0 ? 1 : 0);
      return;
    }
    const [from, to] = one.assignment.range;
    const position = this.sink.positionOf(index) + steps * one.step;
    this.sink.move(index, Math.min(Math.max(from, to), Math.max(Math.min(from, to), position)));
  }

  private slide(one: Playing, index: number, position: number): void {
    const { last } = one;
    one.last = position;
    if (one.assignment.mode === 'pick-up' && !this.holds(one, index, last, position)) {
      one.moved = NaN;
      return;
    }
    this.sink.move(index, position);
    // What the value has become, which may be rounded.
    one.moved = this.sink.positionOf(index);
  }

  /** Whether a fader that went from `last` to `position` moves the value. */
  private holds(one: Playing, index: number, last: number, position: number): boolean {
    const present = this.sink.positionOf(index);
    if (Math.abs(present - one.moved) < PICK_UP_DISTANCE) return true;
    if (Math.abs(position - present) <= PICK_UP_DISTANCE) return true;
    return (last - present) * (position - present) <= 0;
  }

  private press(one: Playing, index: number, position: number): void {
    const { pressed, last } = one;
    one.pressed = position > MIDDLE;
    one.last = position;
    // Buttons that do not send their release, and keys that are struck again.
    const isRepeated = position === 1 && last === 1;
    const isPress = one.pressed && (!pressed || isRepeated);
    if (one.kind === 'trigger') {
      if (isPress) this.sink.trigger(index);
    } else if (one.assignment.mode === 'hold') {
      if (one.pressed !== pressed || Number.isNaN(last)) this.sink.move(index, one.pressed ? 1 : 0);
    } else if (isPress) this.sink.move(index, this.sink.positionOf(index) > MIDDLE ? 0 : 1);
  }
}

/** The source rests at `position`, 0..1, without having moved anything. */
function rest(one: Playing, position: number): void {
  const [low, high] = one.assignment.range;
  one.sent = position;
  one.last = low + position * (high - low);
}

function begin(assignment: Assignment): Playing {
  const { kind, parameter } = actionOf(assignment.action);
  const choices = parameter === undefined ? undefined : PARAMETERS[parameter]?.choices;
  const direction = assignment.range[1] < assignment.range[0] ? -1 : 1;
  const step = direction / (choices === undefined ? STEPS : choices.length - 1);
  return { assignment, kind, step, last: NaN, sent: NaN, target: NaN, moved: NaN, pressed: false };
}
