import { createNanoEvents } from 'nanoevents';
import { actionOf, type ActionReference } from '../../document/action.js';
import { modesFor, type Assignment } from '../../document/assignment.js';
import type { ControllerSource } from '../../document/controller-source.js';
import { MAX_CONTROLLERS } from '../../document/limits.js';
import { sameSource, transportOf } from '../../document/match-source.js';
import { TillerError } from '../../document/tiller-error.js';
import { positionBetween } from '../../document/value-range.js';
import type { ControllerActivity, ControllersState } from '../../protocol/controllers.js';
import type { Instrument } from '../instrument/instrument.js';
import type { Origin } from '../instrument/instrument-state.js';
import { AssignmentPlayer } from '../stream/assignment-player.js';
import type { StreamReport } from '../stream/messages.js';
import type { Actions } from './actions.js';
import { ActivityCollector } from './activity-collector.js';

/** The player's controller map, as it is stored. */
export interface ControllerMap {
  readonly content: readonly Assignment[];
  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  update(change: (assignments: readonly Assignment[]) => readonly Assignment[]): Promise<void>;
}

/** What can be changed of an assignment. */
export type AssignmentChange = { [K in keyof Omit<Assignment, 'id'>]?: Assignment[K] | undefined };

const ORIGINS = { midi: 'midi', osc: 'osc', page: 'gamepad' } as const satisfies Record<string, Origin>;

/**
 * The player's controller map: plays what OSC and the page's gamepads and keys are assigned to, has the streaming worker play MIDI,
 * and assigns what a controller sends while it learns. Main thread.
 */
export class Controllers {
  state: ControllersState;
  private readonly player: AssignmentPlayer;
  /** Of OSC and the page; the streaming worker collects MIDI's. */
  private readonly active: ActivityCollector;
  private readonly events = createNanoEvents<{
    change: () => void;
    activity: (activity: ControllerActivity) => void;
  }>();
  private readonly subscriptions: (() => void)[];

  constructor(
    private readonly instrument: Pick<Instrument, 'assignControllers' | 'onControl' | 'notify'>,
    private readonly map: ControllerMap,
    private readonly actions: Pick<Actions, 'positionOf' | 'move' | 'trigger'>,
    private readonly newId: () => string = () => crypto.randomUUID(),
  ) {
    this.state = { assignments: map.content, learning: null };
    this.player = new AssignmentPlayer({
      positionOf: (index) => this.actions.positionOf(this.at(index).action),
      move: (index, position) => {
        const { action, source } = this.at(index);
        this.actions.move(action, position, ORIGINS[transportOf(source)]);
      },
      trigger: (index) => this.run(this.at(index).action),
    });
    this.active = new ActivityCollector((activity) => this.events.emit('activity', activity));
    this.subscriptions = [
      map.subscribe(() => this.follow()),
      instrument.onControl((report) => this.receive(report)),
    ];
    this.follow();
  }

  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** Calls `listener` with the sources that have sent something, about thirty times a second at most for each transport. */
  onActivity(listener: (activity: ControllerActivity) => void): () => void {
    return this.events.on('activity', listener);
  }

  /**
   * The next source that moves is assigned to an action; null ends the wait.
   * @param id of the assignment that gets the source; null adds one
   */
  learn(action: ActionReference | null, id: string | null = null): void {
    this.change({ learning: action === null ? null : { action, id } });
  }

  /** Assigns a source to an action, in the way that suits both. Resolves when it is stored. @throws as `update` */
  add(action: ActionReference, source: ControllerSource): Promise<void> {
    return this.map.update((assignments) => {
      const isThere = assignments.some(
        (other) =>
          JSON.stringify(other.action) === JSON.stringify(action) && sameSource(other.source, source),
      );
      if (isThere) return assignments;
      if (assignments.length >= MAX_CONTROLLERS)
        throw new TillerError(
          'argument-invalid',
          `At most ${MAX_CONTROLLERS} controllers can be assigned.`,
          'Remove some first.',
        );
      return [...assignments, newAssignment(this.newId(), action, source)];
    });
  }

  /**
   * Changes an assignment. Where the new source or action has no such mode, it gets the usual one.
   * @throws TillerError `argument-invalid` where there is no such assignment; errors of the file system
   */
  edit(id: string, change: AssignmentChange): Promise<void> {
    return this.map.update((assignments) => {
      const before = assignments.find((assignment) => assignment.id === id);
      if (before === undefined)
        throw new TillerError('argument-invalid', 'This assignment does not exist any more.');
      const next = { ...before, ...withoutUndefined(change) };
      const modes = modesFor(actionOf(next.action).kind, next.source);
      const mode = modes.includes(next.mode) ? next.mode : (modes[0] ?? 'press');
      return assignments.map((assignment) => (assignment.id === id ? { ...next, mode } : assignment));
    });
  }

  /** Removes an assignment. Resolves when that is stored. */
  remove(id: string): Promise<void> {
    return this.map.update((assignments) => assignments.filter((assignment) => assignment.id !== id));
  }

  /**
   * A source of the page, or of OSC, has moved.
   * @param raw in the sender's own unit: a gamepad's axis is −1..1, its buttons and keys 0..1; null where it is pressed and
   * sends no number, as OSC buttons may: each assignment then takes it for its own upper end
   */
  move(source: ControllerSource, raw: number | null): void {
    if (raw !== null && !Number.isFinite(raw)) return;
    if (this.state.learning !== null) {
      this.learnFrom(source);
      return;
    }
    const active: string[] = [];
    this.player.assignments.forEach((assignment, index) => {
      if (!sameSource(assignment.source, source)) return;
      active.push(assignment.id);
      this.player.setPosition(index, raw === null ? 1 : positionOf(assignment.source, raw));
    });
    this.active.add(active, []);
  }

  /** An input was moved by the OSC address or gamepad that is its own source. */
  noteInput(index: number): void {
    this.active.add([], [index]);
  }

  /** Carries out an action now; an error is shown to the player. */
  run(action: ActionReference): void {
    this.actions.trigger(action).catch((error: unknown) => this.instrument.notify(error));
  }

  /** Ends every subscription. */
  close(): void {
    for (const end of this.subscriptions) end();
    this.active.close();
  }

  private follow(): void {
    const { content } = this.map;
    this.player.configure(content);
    this.instrument.assignControllers(content);
    this.change({ assignments: content });
  }

  private receive(report: StreamReport): void {
    switch (report.type) {
      case 'midi-heard':
        if (this.state.learning !== null) this.learnFrom(report.source);
        return;
      case 'triggered':
        this.forAssignment(report.assignment, (index) => this.run(this.at(index).action));
        return;
      case 'controlled':
        this.forAssignment(report.assignment, (index) => {
          if (report.position !== null) this.player.setPosition(index, report.position);
          this.player.step(index, report.steps);
        });
        return;
      case 'controllers-active':
        this.events.emit('activity', { assignments: report.assignments, inputs: report.inputs });
        return;
      default:
        return;
    }
  }

  private learnFrom(source: ControllerSource): void {
    const { learning } = this.state;
    if (learning === null) return;
    this.change({ learning: null });
    const { action, id } = learning;
    (id === null ? this.add(action, source) : this.edit(id, { source })).catch((error: unknown) =>
      this.instrument.notify(error),
    );
  }

  private forAssignment(id: string, act: (index: number) => void): void {
    const index = this.player.assignments.findIndex((assignment) => assignment.id === id);
    if (index >= 0) act(index);
  }

  private at(index: number): Assignment {
    const assignment = this.player.assignments[index];
    if (assignment === undefined) throw new RangeError(`no assignment ${index}`);
    return assignment;
  }

  private change(part: Partial<ControllersState>): void {
    this.state = { ...this.state, ...part };
    this.events.emit('change');
  }
}

function newAssignment(id: string, action: ActionReference, source: ControllerSource): Assignment {
  const mode = modesFor(actionOf(action).kind, source)[0] ?? 'press';
  return { id, action, source, mode, range: [0, 1], feedback: false };
}

function withoutUndefined(change: AssignmentChange): Partial<Assignment> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

/** The position of a source, 0..1, for what it sends in its own unit. */
function positionOf(source: ControllerSource, raw: number): number {
  switch (source.kind) {
    case 'osc':
    case 'gamepad-button':
      return positionBetween(source.low ?? 0, source.high ?? 1, raw);
    case 'gamepad':
      return positionBetween(source.low ?? -1, source.high ?? 1, raw);
    default:
      return Math.min(1, Math.max(0, raw));
  }
}
