import type { Assignment } from '../../document/assignment.js';
import { isRelative, withoutAssigned } from '../../document/assignment.js';
import type { ControllerSource } from '../../document/controller-source.js';
import type { Input, InputSource } from '../../document/input.js';
import { transportOf } from '../../document/match-source.js';
import { inputValueOf } from '../../document/value-range.js';
import { PROGRAMS_PER_BANK } from '../../protocol/programs.js';
import { MidiState } from './midi-state.js';
import {
  CHANNEL_PRESSURE,
  CONTROL_CHANGE,
  DATA_ENTRY_FINE,
  FIRST_CHANNEL_MODE,
  NOTE_OFF,
  NOTE_ON,
  NRPN_FINE,
  PITCH_BEND,
  PITCH_BEND_CENTRE,
  POLY_PRESSURE,
  PROGRAM_CHANGE,
  RPN_COARSE,
} from './midi-status.js';
import { relativeSteps } from './relative-steps.js';

/** Receives the router's results, in the thread that calls `message`. */
export interface MidiSink {
  /** Input `index` (0-based) moves to `value`, 0..1. */
  input(offsetSamples: number, index: number, value: number): void;
  /** The source of an assignment is at `position`, 0..1. @param index of the assignment */
  control(offsetSamples: number, index: number, position: number): void;
  /** The source of an assignment was turned by so many steps. */
  steps(offsetSamples: number, index: number, steps: number): void;
  /** A program change, with the bank that its channel has selected: bank × 128 + program. `channel` is 1..16. */
  program(program: number, channel: number): void;
}

interface Route {
  readonly index: number;
  readonly source: InputSource;
  readonly input: Input;
}

interface Control {
  readonly index: number;
  readonly assignment: Assignment;
}

/**
 * Turns MIDI messages into moves of the performance space's inputs and of what the player's controller map assigns. The map comes
 * first: a message that it assigns moves no input by the input's own source. Allocates nothing per message.
 */
export class MidiRouter {
  private routes: readonly Route[] = [];
  private controls: readonly Control[] = [];
  private inputs: readonly Input[] = [];
  private assignments: readonly Assignment[] = [];
  private readonly state = new MidiState();

  constructor(private readonly sink: MidiSink) {}

  /** Takes the sources of `inputs` from now on. */
  configure(inputs: readonly Input[]): void {
    this.inputs = inputs;
    const listening = withoutAssigned(inputs, this.assignments);
    this.routes = listening.map((input, index) => ({ index, source: input.source, input }));
  }

  /** Takes the player's controller map from now on. */
  assign(assignments: readonly Assignment[]): void {
    this.assignments = assignments;
    this.controls = assignments
      .map((assignment, index) => ({ assignment, index }))
      .filter(({ assignment }) => transportOf(assignment.source) === 'midi');
    this.configure(this.inputs);
  }

  /** Routes one message of up to three bytes; system messages and invalid ones are ignored. */
  message(offsetSamples: number, status: number, data1: number, data2: number): void {
    if (status < NOTE_OFF || status >= 0xf0 || data1 > 127 || data2 > 127 || data1 < 0 || data2 < 0) return;
    const kind = status & 0xf0;
    const channel = status & 0x0f;
    const { state, sink } = this;
    if (kind === PROGRAM_CHANGE) {
      sink.program(state.bankOf(channel) * PROGRAMS_PER_BANK + data1, channel + 1);
      return;
    }
    state.take(kind, channel, data1, data2);
    if (this.control(offsetSamples)) return;
    for (const { index, source, input } of this.routes) {
      const raw = state.positionOf(source);
      if (raw >= 0) sink.input(offsetSamples, index, inputValueOf(input, raw));
    }
  }

  /** The source of a message that MIDI Learn receives, once it was routed; null where it cannot be learned. */
  learned(status: number, data1: number, data2: number): ControllerSource | null {
    const { nrpn } = this.state;
    if ((status & 0xf0) === CONTROL_CHANGE && nrpn >= 0)
      return { kind: 'nrpn', channel: (status & 0x0f) + 1, number: nrpn };
    return learnedSource(status, data1, data2);
  }

  /** Passes the present message to the assignments that it concerns. @returns whether there were any */
  private control(offsetSamples: number): boolean {
    const { state, sink } = this;
    let taken = false;
    for (const { index, assignment } of this.controls) {
      const { source, mode } = assignment;
      if (isRelative(mode)) {
        const raw = state.rawOf(source);
        if (raw < 0) continue;
        sink.steps(offsetSamples, index, relativeSteps(mode, raw));
      } else {
        const position = state.positionOf(source);
        const steps = state.stepsOf(source);
        if (position < 0 && steps === 0) continue;
        if (steps !== 0) sink.steps(offsetSamples, index, steps);
        else sink.control(offsetSamples, index, position);
      }
      taken = true;
    }
    return taken;
  }
}

/**
 * True for a message that moving a control sends. False for clocks, note-offs, controls at rest, the selection of parameter numbers,
 * and the channel mode messages (controllers 120–127) that hosts send when they stop. Allocates nothing.
 */
export function isLearnable(status: number, data1: number, data2: number): boolean {
  switch (status & 0xf0) {
    case CONTROL_CHANGE:
      return data1 < FIRST_CHANNEL_MODE && (data1 < NRPN_FINE || data1 > RPN_COARSE);
    case PITCH_BEND:
      return ((data2 << 7) | data1) !== PITCH_BEND_CENTRE;
    case CHANNEL_PRESSURE:
      return data1 > 0;
    case POLY_PRESSURE:
    case NOTE_ON:
      return data2 > 0;
    default:
      return false;
  }
}

/** The source of a message by itself, or null where MIDI Learn does not take it. */
export function learnedSource(status: number, data1: number, data2: number): ControllerSource | null {
  if (!isLearnable(status, data1, data2)) return null;
  const channel = (status & 0x0f) + 1;
  switch (status & 0xf0) {
    case CONTROL_CHANGE:
      return data1 === DATA_ENTRY_FINE ? null : { kind: 'cc', channel, controller: data1, bits: 7 };
    case PITCH_BEND:
      return { kind: 'pitch-bend', channel };
    case CHANNEL_PRESSURE:
      return { kind: 'channel-pressure', channel };
    case POLY_PRESSURE:
      return { kind: 'poly-pressure', channel, note: data1 };
    case NOTE_ON:
      return { kind: 'note', channel, note: data1 };
    default:
      return null;
  }
}
