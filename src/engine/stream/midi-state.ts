import type { ControllerSource } from '../../document/controller-source.js';
import type { InputSource } from '../../document/input.js';
import { MidiParameters } from './midi-parameters.js';
import {
  BANK_SELECT,
  CHANNEL_PRESSURE,
  CONTROL_CHANGE,
  MAX_14_BITS,
  NOTE_OFF,
  NOTE_ON,
  PITCH_BEND,
  POLY_PRESSURE,
} from './midi-status.js';
import { MPE_BIT, MpeZone } from './mpe-zone.js';

/** Semitones that the input of a bend covers in each direction, where its source says nothing. */
const BEND_SEMITONES = 48;

/** A source that MIDI may move. */
export type MidiSource = ControllerSource | InputSource;

/**
 * What MIDI messages before the present one have set: controllers, parameter numbers, MPE zones; and the position that the present
 * one gives a source. Fourteen-bit controllers follow MIDI 1.0: a coarse value (controllers 0–31) clears the fine one (32–63).
 * One thread; allocates nothing after construction.
 */
export class MidiState {
  private readonly parameters = new MidiParameters();
  private readonly lower = new MpeZone('lower');
  private readonly upper = new MpeZone('upper');
  /** Which movements of each zone's last note the present message may have changed, as a sum of `MPE_BIT`. */
  private readonly moved = { lower: 0, upper: 0 };
  /** Last coarse and fine value of each controller, by channel × 128 + controller. */
  private readonly controllers = new Uint8Array(16 * 128);
  private kind = 0;
  private channel = 0;
  private data1 = 0;
  private data2 = 0;

  /** Takes a channel message. @param kind status byte without its channel @param channel 0..15 */
  take(kind: number, channel: number, data1: number, data2: number): void {
    this.kind = kind;
    this.channel = channel;
    this.data1 = data1;
    this.data2 = data2;
    const { lower, upper, parameters, moved } = this;
    parameters.nrpn = -1;
    if (kind === CONTROL_CHANGE) {
      const at = channel * 128 + data1;
      this.controllers[at] = data2;
      if (data1 < 32) this.controllers[at + 32] = 0;
      parameters.take(channel, data1, data2);
      if (parameters.rpn >= 0) {
        lower.takeRpn(channel, parameters.rpn, parameters.coarseValue);
        upper.takeRpn(channel, parameters.rpn, parameters.coarseValue);
      }
    }
    moved.lower = lower.take(kind, channel, data1, data2);
    moved.upper = upper.take(kind, channel, data1, data2);
  }

  /** The bank that a channel has selected, 14 bits. @param channel 0..15 */
  bankOf(channel: number): number {
    return this.fourteenBits(channel, BANK_SELECT);
  }

  /** The NRPN whose value the present message sets or steps; −1 for none. */
  get nrpn(): number {
    return this.parameters.nrpn;
  }

  /** Whether the present message concerns a source. */
  concerns(source: MidiSource): boolean {
    return this.positionOf(source) >= 0 || this.stepsOf(source) !== 0;
  }

  /** Steps that the present message moves a source by; 0 for every source but an NRPN. */
  stepsOf(source: MidiSource): number {
    const { parameters } = this;
    const isStep = source.kind === 'nrpn' && source.number === parameters.nrpn && this.isOn(source.channel);
    return isStep ? parameters.steps : 0;
  }

  /** The present message's data byte of seven bits, as a relative encoder sends it; −1 where it does not concern the source. */
  rawOf(source: MidiSource): number {
    const concerns = source.kind === 'cc' && this.positionOf(source) >= 0;
    return concerns ? this.data2 : -1;
  }

  /** A source's normalised position, 0..1, after the present message; −1 where that does not concern it. */
  positionOf(source: MidiSource): number {
    const { kind, data1, data2 } = this;
    if ('channel' in source && !this.isOn(source.channel)) return -1;
    switch (source.kind) {
      case 'cc':
        return kind === CONTROL_CHANGE ? this.controllerPosition(source) : -1;
      case 'nrpn': {
        const { nrpn, position } = this.parameters;
        return nrpn === source.number && !Number.isNaN(position) ? position : -1;
      }
      case 'pitch-bend':
        return kind === PITCH_BEND ? ((data2 << 7) | data1) / MAX_14_BITS : -1;
      case 'channel-pressure':
        return kind === CHANNEL_PRESSURE ? data1 / 127 : -1;
      case 'poly-pressure':
        return kind === POLY_PRESSURE && data1 === source.note ? data2 / 127 : -1;
      case 'note':
        if ((kind !== NOTE_ON && kind !== NOTE_OFF) || data1 !== source.note) return -1;
        return kind === NOTE_ON && data2 > 0 ? 1 : 0;
      case 'note-pitch': {
        if (kind !== NOTE_ON || data2 === 0) return -1;
        const span = source.high - source.low;
        return span === 0 ? 0 : Math.min(1, Math.max(0, (data1 - source.low) / span));
      }
      case 'note-velocity':
        return kind === NOTE_ON && data2 > 0 ? data2 / 127 : -1;
      case 'mpe':
        return (this.moved[source.zone] & MPE_BIT[source.dimension]) === 0
          ? -1
          : mpePosition(this[source.zone], source);
      default:
        return -1;
    }
  }

  /** @param channel of a source: 1..16, or 0 for any */
  private isOn(channel: number): boolean {
    return channel === 0 || channel === this.channel + 1;
  }

  private controllerPosition({ controller, bits }: Extract<MidiSource, { kind: 'cc' }>): number {
    if (bits === 7) return this.data1 === controller ? this.data2 / 127 : -1;
    const coarse = controller % 32;
    if (this.data1 !== coarse && this.data1 !== coarse + 32) return -1;
    return this.fourteenBits(this.channel, coarse) / MAX_14_BITS;
  }

  private fourteenBits(channel: number, coarse: number): number {
    const at = channel * 128 + coarse;
    return ((this.controllers[at] as number) << 7) | (this.controllers[at + 32] as number);
  }
}

function mpePosition(zone: MpeZone, source: Extract<InputSource, { kind: 'mpe' }>): number {
  switch (source.dimension) {
    case 'bend': {
      const range = source.semitones ?? BEND_SEMITONES;
      return Math.min(1, Math.max(0, 0.5 + zone.bendSemitones / (2 * range)));
    }
    case 'slide':
      return zone.slide;
    case 'pressure':
      return zone.pressure;
  }
}
