import { ACTIONS, type Action } from '../../document/action.js';
import { withoutAssigned } from '../../document/assignment.js';
import type { ControllerSource } from '../../document/controller-source.js';
import { MAX_ACTION_EXAMPLE, MAX_INPUTS } from '../../document/limits.js';
import type { Input } from '../../document/input.js';
import { TokenBucket } from '../system/token-bucket.js';
import { addressMatches, isPattern } from './osc-address.js';
import type { Actions } from './actions.js';
import type { Controllers } from './controllers.js';

/** An argument of a message: its number, NaN where it has none, and its text, null where it is no text. */
export interface OscArgument {
  readonly number: number;
  readonly text: string | null;
}

/** Sends a message to where the present one came from. */
export type OscReply = (address: string, ...args: (number | string)[]) => void;

const PREFIX = '/tiller/';
const GET = '/tiller/get';
const LIST = '/tiller/list';
const EXAMPLE = '/tiller/example';
const PRESET = '/tiller/preset';
const LEARNABLE = /^\/[!-~]{0,199}$/;
const PRESSED = 0.5;
/** Most requests in a second whose address is a pattern. */
const PATTERNS_PER_SECOND = 200;

/** Inputs have `/tiller/input/N` already. */
const ADDRESSED = ACTIONS.filter(({ parameter }) => parameter === undefined || parameter >= MAX_INPUTS);
const BY_ADDRESS = new Map(ADDRESSED.map((action) => [PREFIX + action.id, action]));

/**
 * Tiller's actions over OSC: each has the address `/tiller/` and its identifier (docs/protocol.md lists them). A trigger happens on
 * a message without arguments, or with a first one from 0.5 on; others take a position of 0 to 1. Also passes messages on to the
 * player's controller map. Main thread.
 */
export class OscControls {
  /** Of requests: one is compared with every address. */
  private readonly patterns = new TokenBucket(PATTERNS_PER_SECOND);

  constructor(
    private readonly actions: Pick<Actions, 'positionOf' | 'move'>,
    private readonly controllers: Pick<Controllers, 'move' | 'run' | 'state' | 'noteInput'>,
  ) {}

  /** The inputs as they listen to OSC beside the controller map. */
  listening(inputs: readonly Input[]): readonly Input[] {
    return withoutAssigned(inputs, this.controllers.state.assignments);
  }

  /** An input was moved by its own address. @param index 0-based */
  noteInput(index: number): void {
    this.controllers.noteInput(index);
  }

  /** @param pattern address of the message, which may be a pattern */
  receive(pattern: string, args: readonly OscArgument[], reply: OscReply): void {
    if (!pattern.startsWith(PREFIX)) {
      this.control(pattern, args);
      return;
    }
    for (const action of actionsAt(pattern)) this.act(action, args);
    if (pattern === GET) this.answer(args[0]?.text ?? '', reply);
    if (pattern === LIST) for (const action of ADDRESSED) describe(action, reply);
    if (pattern === EXAMPLE) this.goToExample(args[0]?.number ?? NaN);
    const preset = args[0]?.text ?? '';
    if (pattern === PRESET && preset !== '')
      this.controllers.run({ id: 'preset', preset: preset.slice(0, 200) });
  }

  private act({ id, kind }: Action, args: readonly OscArgument[]): void {
    const value = args.length === 0 ? NaN : (args[0]?.number ?? NaN);
    if (kind === 'trigger') {
      if (args.length === 0 || value >= PRESSED) this.controllers.run({ id });
    } else if (Number.isFinite(value)) this.actions.move({ id }, Math.min(1, Math.max(0, value)), 'osc');
  }

  private answer(address: string, reply: OscReply): void {
    if (isPattern(address) && !this.patterns.take(performance.now())) return;
    for (const { id, kind } of actionsAt(address))
      if (kind !== 'trigger') reply(PREFIX + id, this.actions.positionOf({ id }));
  }

  private goToExample(number: number): void {
    if (Number.isInteger(number) && number >= 1 && number <= MAX_ACTION_EXAMPLE)
      this.controllers.run({ id: 'example', number });
  }

  /** Passes a message on to what is assigned to its address, each with its argument. */
  private control(pattern: string, args: readonly OscArgument[]): void {
    const { assignments, learning } = this.controllers.state;
    if (learning !== null) {
      const first = args.findIndex(({ number }) => Number.isFinite(number));
      if (LEARNABLE.test(pattern) && (first >= 0 || args.length === 0))
        this.controllers.move({ kind: 'osc', address: pattern, argument: Math.max(0, first) }, 1);
      return;
    }
    const sources = new Map<string, Extract<ControllerSource, { kind: 'osc' }>>();
    for (const { source } of assignments)
      if (source.kind === 'osc' && addressMatches(pattern, source.address))
        sources.set(`${source.address} ${source.argument}`, source);
    for (const source of sources.values()) {
      // A button's message may have no arguments.
      const value = args.length === 0 ? null : args[source.argument]?.number;
      if (value !== undefined) this.controllers.move(source, value);
    }
  }
}

/** The actions at an address, which may be a pattern. */
function actionsAt(pattern: string): readonly Action[] {
  const action = BY_ADDRESS.get(pattern);
  if (action !== undefined) return [action];
  if (!isPattern(pattern)) return [];
  return ADDRESSED.filter(({ id }) => addressMatches(pattern, PREFIX + id));
}

function describe({ id, kind, name }: Action, reply: OscReply): void {
  reply('/tiller/action', PREFIX + id, kind, name);
}
