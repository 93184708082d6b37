import { actionOf } from '../../document/action.js';
import type { Assignment } from '../../document/assignment.js';
import type { ControllerSource } from '../../document/controller-source.js';
import { transportOf } from '../../document/match-source.js';
import {
  CONTROL_CHANGE,
  DATA_ENTRY,
  DATA_ENTRY_FINE,
  MAX_14_BITS,
  NOTE_ON,
  NRPN_COARSE,
  NRPN_FINE,
  PITCH_BEND,
} from '../stream/midi-status.js';
import type { Instrument } from '../instrument/instrument.js';
import type { Actions } from './actions.js';
import type { Controllers } from './controllers.js';

/** Changes are collected for this long: a motor fader follows no faster. */
const COLLECT_MILLISECONDS = 30;
/** Most messages in that time: a MIDI cable carries about thirty. */
const MOST_MESSAGES = 20;
/** A motor fader has arrived this much later at most, and what it sends on its way with it. */
const ECHO_MILLISECONDS = 500;
/** A controller that has sent something counts as being moved by the player for this long. */
const HELD_MILLISECONDS = 300;

/** Time, and a call after a while. */
export interface FeedbackClock {
  now(): number;
  /** @returns a function that cancels it */
  after(milliseconds: number, call: () => void): () => void;
}

const SYSTEM_CLOCK: FeedbackClock = {
  now: () => performance.now(),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Sends the present values of what MIDI controllers are assigned to back to them, for motor faders and lights: only what has
 * changed, at a rate that a cable carries, and nothing to a controller that the player is moving. Main thread.
 */
export class Feedback {
  /** By assignment, the messages that it was sent last, as text. */
  private readonly sent = new Map<string, string>();
  /** By assignment, until when it counts as held. */
  private readonly heldUntil = new Map<string, number>();
  /** By assignment that is being moved: ends the wait for its arrival. */
  private readonly moving = new Map<string, () => void>();
  /** Place in the map of the assignment that comes first, so that those at its end get their turn. */
  private first = 0;
  private cancel: (() => void) | null = null;
  private readonly subscriptions: (() => void)[];

  /** @param send takes channel messages of up to three bytes */
  constructor(
    private readonly instrument: Pick<Instrument, 'expectEcho'> & {
      subscribe(listener: () => void): () => void;
    },
    private readonly controllers: Pick<Controllers, 'state' | 'subscribe' | 'onActivity'>,
    private readonly actions: Pick<Actions, 'positionOf'>,
    private readonly send: (message: readonly number[]) => void,
    private readonly clock: FeedbackClock = SYSTEM_CLOCK,
  ) {
    this.subscriptions = [
      instrument.subscribe(() => this.schedule(COLLECT_MILLISECONDS)),
      controllers.subscribe(() => this.schedule(COLLECT_MILLISECONDS)),
      controllers.onActivity(({ assignments }) => this.hold(assignments)),
    ];
  }

  /** The receiver has been connected: everything is sent to it. */
  resend(): void {
    this.sent.clear();
    this.schedule(COLLECT_MILLISECONDS);
  }

  /** Ends every subscription and the collected messages. */
  close(): void {
    for (const end of this.subscriptions) end();
    this.cancel?.();
    for (const cancel of this.moving.values()) cancel();
  }

  private hold(assignments: readonly string[]): void {
    for (const id of assignments) this.heldUntil.set(id, this.clock.now() + HELD_MILLISECONDS);
    this.schedule(COLLECT_MILLISECONDS);
  }

  private schedule(milliseconds: number): void {
    this.cancel ??= this.clock.after(milliseconds, () => {
      this.cancel = null;
      this.sendChanges();
    });
  }

  private sendChanges(): void {
    const now = this.clock.now();
    let room = MOST_MESSAGES;
    let wait = Infinity;
    const { assignments } = this.controllers.state;
    const first = this.first < assignments.length ? this.first : 0;
    for (let i = 0; i < assignments.length; i += 1) {
      const at = (first + i) % assignments.length;
      const assignment = assignments[at] as Assignment;
      if (!assignment.feedback || !canFollow(assignment)) continue;
      const share = shareOf(assignment, this.actions.positionOf(assignment.action));
      const messages = messagesFor(assignment.source, share);
      const text = messages.join(';');
      if (text === this.sent.get(assignment.id)) continue;
      const held = (this.heldUntil.get(assignment.id) ?? 0) - now;
      if (held > 0) {
        wait = Math.min(wait, held);
        continue;
      }
      if (room < messages.length) {
        this.first = at;
        wait = 0;
        break;
      }
      room -= messages.length;
      this.sent.set(assignment.id, text);
      this.expectEcho(assignment, share);
      for (const message of messages) this.send(message);
    }
    if (wait < Infinity) this.schedule(Math.max(COLLECT_MILLISECONDS, wait));
  }

  /** What a motor fader sends while it moves must not move the value. @param share position of the controller, 0..1 */
  private expectEcho({ id, action }: Assignment, share: number): void {
    if (actionOf(action).kind !== 'continuous') return;
    this.moving.get(id)?.();
    this.instrument.expectEcho(id, share);
    const end = () => {
      this.moving.delete(id);
      this.instrument.expectEcho(id, null);
    };
    this.moving.set(id, this.clock.after(ECHO_MILLISECONDS, end));
  }
}

const canFollow = ({ action, source }: Assignment): boolean =>
  actionOf(action).kind !== 'trigger' && transportOf(source) === 'midi';

/** Where a controller is, 0..1, when its action is at `position`. */
function shareOf({ range: [from, to] }: Assignment, position: number): number {
  const share = from === to ? position : (position - from) / (to - from);
  return Math.min(1, Math.max(0, share));
}

/** The messages that take a controller to a position. @param position of the controller, 0..1 */
function messagesFor(source: ControllerSource, position: number): readonly (readonly number[])[] {
  const seven = Math.round(127 * position);
  const fourteen = Math.round(MAX_14_BITS * position);
  const [coarse, fine] = [fourteen >> 7, fourteen & 0x7f];
  // A source on any channel is answered on the first.
  const channel = 'channel' in source ? Math.max(0, source.channel - 1) : 0;
  const control = (controller: number, value: number) => [CONTROL_CHANGE | channel, controller, value];
  switch (source.kind) {
    case 'cc': {
      if (source.bits === 7) return [control(source.controller, seven)];
      const number = source.controller % 32;
      return [control(number, coarse), control(number + 32, fine)];
    }
    case 'nrpn':
      return [
        control(NRPN_COARSE, source.number >> 7),
        control(NRPN_FINE, source.number & 0x7f),
        control(DATA_ENTRY, coarse),
        control(DATA_ENTRY_FINE, fine),
        // The null function: what follows is not meant for this parameter.
        control(NRPN_COARSE, 127),
        control(NRPN_FINE, 127),
      ];
    case 'note':
      return [[NOTE_ON | channel, source.note, seven]];
    case 'pitch-bend':
      return [[PITCH_BEND | channel, fine, coarse]];
    default:
      return [];
  }
}
