import { actionOf } from '../../document/action.js';
import type { Assignment } from '../../document/assignment.js';
import type { ControllerSource } from '../../document/controller-source.js';
import type { Input } from '../../document/input.js';
import { MAX_CONTROLLERS, MAX_INPUTS } from '../../document/limits.js';
import { parameterValues, type Automated } from '../../document/parameter-values.js';
import { PARAMETERS, parameterPosition, parameterValueAt } from '../../document/parameters.js';
import { inputValueOf, sourceValueOf } from '../../document/value-range.js';
import { AssignmentPlayer } from './assignment-player.js';
import type { StreamReport } from './messages.js';
import { MidiRouter, isLearnable } from './midi-router.js';

/** What MIDI does to the player of the stream. */
export interface MidiTarget {
  /** See `Player.parameter`. */
  parameter(offsetSamples: number, index: number, value: number): void;
  /** Fades to the dry track, from that sample of the next block on. */
  panic(offsetSamples: number): void;
  report(report: StreamReport): void;
}

/**
 * MIDI of the streaming worker: messages move the inputs, and what the player's controller map assigns to them. What moves a parameter
 * is done here, at its sample; other actions are reported to the main thread, presses at once and positions with `report`. One
 * thread; allocates nothing per message but the source for MIDI Learn and the report of a press.
 */
export class MidiControls {
  private readonly router: MidiRouter;
  private readonly player: AssignmentPlayer;
  private assignments: readonly Assignment[] = [];
  private inputs: readonly Input[] = [];
  /** By assignment: index of the parameter that it moves, −1 for none; and whether only the main thread can carry it out. */
  private readonly parameterOf = new Int16Array(MAX_CONTROLLERS);
  private readonly isRemote = new Uint8Array(MAX_CONTROLLERS);
  /** Present values of all parameters, in their own units. */
  private readonly values = Float64Array.from(PARAMETERS, ({ initial }) => initial);
  /** Of the message that is being routed. */
  private offsetSamples = 0;

  /** Since the last report: sources that sent something, and what is to be carried out by the main thread. */
  private hasNews = false;
  private readonly activeAssignments = new Uint8Array(MAX_CONTROLLERS);
  private readonly activeInputs = new Uint8Array(MAX_INPUTS);
  private readonly positions = new Float64Array(MAX_CONTROLLERS).fill(NaN);
  private readonly turned = new Int32Array(MAX_CONTROLLERS);
  /** The first source that MIDI Learn can use. */
  private heard: ControllerSource | null = null;

  constructor(private readonly target: MidiTarget) {
    this.player = new AssignmentPlayer({
      positionOf: (index) => this.positionOf(index),
      move: (index, position) => this.move(index, position),
      trigger: (index) => this.trigger(index),
    });
    this.router = new MidiRouter({
      input: (offsetSamples, index, value) => {
        this.activeInputs[index] = 1;
        this.hasNews = true;
        target.parameter(offsetSamples, index, value);
      },
      control: (_offset, index, position) => {
        if (this.player.isEcho(index, position)) return;
        this.note(index);
        if (this.isRemote[index] === 1) this.positions[index] = position;
        else this.player.setPosition(index, position);
      },
      steps: (_offset, index, steps) => {
        this.note(index);
        if (this.isRemote[index] === 1) this.turned[index] = (this.turned[index] as number) + steps;
        else this.player.step(index, steps);
      },
      program: (program, channel) => target.report({ type: 'program-change', program, channel }),
    });
  }

  /** Takes the sources of `inputs` from now on. */
  configure(inputs: readonly Input[]): void {
    this.inputs = inputs;
    this.router.configure(inputs);
  }

  /** Takes the player's controller map from now on. */
  assign(assignments: readonly Assignment[]): void {
    this.report();
    this.assignments = assignments;
    assignments.forEach(({ action }, index) => {
      const { parameter = -1, kind } = actionOf(action);
      this.parameterOf[index] = parameter;
      this.isRemote[index] = Number(parameter < 0 && kind !== 'trigger');
    });
    this.player.configure(assignments);
    this.router.assign(assignments);
  }

  /** Feedback moves the source of an assignment: see `AssignmentPlayer.expectEcho`. @param position null ends it */
  expectEcho(id: string, position: number | null): void {
    const index = this.assignments.findIndex((assignment) => assignment.id === id);
    this.player.expectEcho(index, position ?? NaN);
  }

  /** A parameter has this value now, in its own unit. */
  setValue(index: number, value: number): void {
    this.values[index] = value;
  }

  /** The settings that play are these; inputs are left as they are. */
  setValues(settings: Automated): void {
    parameterValues(settings).forEach((value, index) => {
      if (index >= MAX_INPUTS) this.values[index] = value;
    });
  }

  /** Routes one message of up to three bytes. See `Player.midi`. */
  message(offsetSamples: number, status: number, data1: number, data2: number): void {
    this.offsetSamples = offsetSamples;
    this.router.message(offsetSamples, status, data1, data2);
    if (this.heard === null && isLearnable(status, data1, data2))
      this.heard = this.router.learned(status, data1, data2);
  }

  /** Reports what is to be reported since the last time. */
  report(): void {
    if (this.heard !== null) this.target.report({ type: 'midi-heard', source: this.heard });
    this.heard = null;
    if (!this.hasNews) return;
    this.hasNews = false;
    const assignments: string[] = [];
    for (let index = 0; index < this.assignments.length; index += 1) {
      if (this.activeAssignments[index] !== 1) continue;
      const { id } = this.assignments[index] as Assignment;
      assignments.push(id);
      this.reportRemote(id, index);
    }
    const inputs: number[] = [];
    for (let index = 0; index < MAX_INPUTS; index += 1)
      if (this.activeInputs[index] === 1) inputs.push(index);
    this.activeAssignments.fill(0);
    this.activeInputs.fill(0);
    this.target.report({ type: 'controllers-active', assignments, inputs });
  }

  private reportRemote(assignment: string, index: number): void {
    const position = this.positions[index] as number;
    const steps = this.turned[index] as number;
    this.positions[index] = NaN;
    this.turned[index] = 0;
    if (!Number.isNaN(position) || steps !== 0)
      this.target.report({
        type: 'controlled',
        assignment,
        position: Number.isNaN(position) ? null : position,
        steps,
      });
  }

  private note(index: number): void {
    this.activeAssignments[index] = 1;
    this.hasNews = true;
  }

  private positionOf(index: number): number {
    const parameter = this.parameterOf[index] as number;
    const value = this.values[parameter] as number;
    const input = this.inputs[parameter];
    if (parameter < MAX_INPUTS) return input === undefined ? value : sourceValueOf(input, value);
    return parameterPosition(parameter, value);
  }

  private move(index: number, position: number): void {
    const parameter = this.parameterOf[index] as number;
    const input = this.inputs[parameter];
    // Inputs that the preset does not have are not played.
    if (parameter < MAX_INPUTS && input === undefined) return;
    const value = input === undefined ? parameterValueAt(parameter, position) : inputValueOf(input, position);
    this.target.parameter(this.offsetSamples, parameter, value);
  }

  private trigger(index: number): void {
    const assignment = this.assignments[index];
    if (assignment === undefined) return;
    if (assignment.action.id === 'panic') this.target.panic(this.offsetSamples);
    this.target.report({ type: 'triggered', assignment: assignment.id });
  }
}
