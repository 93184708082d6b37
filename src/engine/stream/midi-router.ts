import type { Input, InputSource } from '../../document/input.js';
import { inputValueOf } from '../../document/value-range.js';
import { PROGRAMS_PER_BANK } from '../../protocol/programs.js';

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const POLY_PRESSURE = 0xa0;
const CONTROL_CHANGE = 0xb0;
const PROGRAM_CHANGE = 0xc0;
const CHANNEL_PRESSURE = 0xd0;
const PITCH_BEND = 0xe0;
const BANK_SELECT = 0;
const FIRST_CHANNEL_MODE = 120;
const PITCH_BEND_CENTRE = 0x2000;

/** Receives the router's results, in the thread that calls `message`. */
export interface MidiSink {
  /** Input `index` (0-based) moves to `value`, 0..1. */
  input(offsetSamples: number, index: number, value: number): void;
  /** A program change, with the bank that its channel has selected: bank × 128 + program. `channel` is 1..16. */
  program(program: number, channel: number): void;
}

interface Route {
  readonly index: number;
  readonly source: InputSource;
  readonly input: Input;
}

/**
 * Turns MIDI messages into moves of the performance space's inputs. Allocates nothing per message.
 * Fourteen-bit controllers follow MIDI 1.0: a coarse value (controllers 0–31) clears the fine one (32–63).
 */
export class MidiRouter {
  private routes: readonly Route[] = [];
  /** Last coarse and fine value of each controller, by channel × 128 + controller. */
  private readonly controllers = new Uint8Array(16 * 128);

  constructor(private readonly sink: MidiSink) {}

  /** Takes the sources of `inputs` from now on. */
  configure(inputs: readonly Input[]): void {
    this.routes = inputs.map((input, index) => ({ index, source: input.source, input }));
  }

  /** Routes one message of up to three bytes; system messages and invalid ones are ignored. */
  message(offsetSamples: number, status: number, data1: number, data2: number): void {
    if (status < NOTE_OFF || status >= 0xf0 || data1 > 127 || data2 > 127 || data1 < 0 || data2 < 0) return;
    const kind = status & 0xf0;
    const channel = status & 0x0f;
    if (kind === PROGRAM_CHANGE) {
      this.sink.program(this.bankOf(channel) * PROGRAMS_PER_BANK + data1, channel + 1);
      return;
    }
    if (kind === CONTROL_CHANGE) this.storeController(channel, data1, data2);
    for (const route of this.routes) {
      const raw = this.positionOf(route.source, kind, channel, data1, data2);
      if (raw >= 0) this.sink.input(offsetSamples, route.index, inputValueOf(route.input, raw));
    }
  }

  private bankOf(channel: number): number {
    const at = channel * 128 + BANK_SELECT;
    return ((this.controllers[at] ?? 0) << 7) | (this.controllers[at + 32] ?? 0);
  }

  private storeController(channel: number, controller: number, value: number): void {
    const at = channel * 128 + controller;
    this.controllers[at] = value;
    if (controller < 32) this.controllers[at + 32] = 0;
  }

  /** The source's normalised position, 0..1, after this message; −1 where the message does not concern it. */
  private positionOf(
    source: InputSource,
    kind: number,
    channel: number,
    data1: number,
    data2: number,
  ): number {
    if ('channel' in source && source.channel !== 0 && source.channel !== channel + 1) return -1;
    switch (source.kind) {
      case 'cc':
        return kind === CONTROL_CHANGE ? this.controllerPosition(source, channel, data1, data2) : -1;
      case 'pitch-bend':
        return kind === PITCH_BEND ? ((data2 << 7) | data1) / 16_383 : -1;
      case 'channel-pressure':
        return kind === CHANNEL_PRESSURE ? data1 / 127 : -1;
      case 'poly-pressure':
        return kind === POLY_PRESSURE && data1 === source.note ? data2 / 127 : -1;
      case 'note-pitch': {
        if (kind !== NOTE_ON || data2 === 0) return -1;
        const span = source.high - source.low;
        return span === 0 ? 0 : Math.min(1, Math.max(0, (data1 - source.low) / span));
      }
      case 'note-velocity':
        return kind === NOTE_ON && data2 > 0 ? data2 / 127 : -1;
      case 'pad':
      case 'host':
      case 'osc':
      case 'gamepad':
      case 'lfo':
        return -1;
    }
  }

  private controllerPosition(
    source: Extract<InputSource, { kind: 'cc' }>,
    channel: number,
    controller: number,
    value: number,
  ): number {
    if (source.bits === 7) return controller === source.controller ? value / 127 : -1;
    const coarse = source.controller % 32;
    if (controller !== coarse && controller !== coarse + 32) return -1;
    const at = channel * 128 + coarse;
    return (((this.controllers[at] ?? 0) << 7) | (this.controllers[at + 32] ?? 0)) / 16_383;
  }
}

/**
 * True for a message that moving a control sends. False for clocks, note-offs, controls at rest, and the channel mode messages
 * (controllers 120–127) that hosts send when they stop. Allocates nothing.
 */
export function isLearnable(status: number, data1: number, data2: number): boolean {
  switch (status & 0xf0) {
    case CONTROL_CHANGE:
      return data1 < FIRST_CHANNEL_MODE;
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

/** The input source for a message that MIDI Learn received, or null where it cannot drive an input. */
export function learnedSource(status: number, data1: number, data2: number): InputSource | null {
  if (!isLearnable(status, data1, data2)) return null;
  const channel = (status & 0x0f) + 1;
  switch (status & 0xf0) {
    case CONTROL_CHANGE:
      return { kind: 'cc', channel, controller: data1, bits: 7 };
    case PITCH_BEND:
      return { kind: 'pitch-bend', channel };
    case CHANNEL_PRESSURE:
      return { kind: 'channel-pressure', channel };
    case POLY_PRESSURE:
      return { kind: 'poly-pressure', channel, note: data1 };
    case NOTE_ON:
      return { kind: 'note-velocity', channel };
    default:
      return null;
  }
}
