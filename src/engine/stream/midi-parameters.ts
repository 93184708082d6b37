import {
  DATA_DECREMENT,
  DATA_ENTRY,
  DATA_ENTRY_FINE,
  DATA_INCREMENT,
  MAX_14_BITS,
  NRPN_COARSE,
  NRPN_FINE,
  RPN_COARSE,
  RPN_FINE,
} from './midi-status.js';

/** What no parameter has in `dataOf`. */
const NO_DATA = 0xffff;

/** The parameter that 127/127 selects: none (MIDI 1.0, "null function"). */
const NULL_FUNCTION = 0x3fff;

/**
 * Follows the registered (RPN) and non-registered (NRPN) parameters of MIDI 1.0 on all channels: which one controllers 98 to 101
 * select, and its values by data entry; of NRPNs increment and decrement, too. After the null function, data changes nothing. Allocates nothing.
 */
export class MidiParameters {
  /** By channel: the number that is selected, of the kind in `registered`. */
  private readonly selected = new Uint16Array(16).fill(NULL_FUNCTION);
  private readonly registered = new Uint8Array(16);
  /** By channel: the parameter that the coarse value belongs to, as `keyOf` gives it. Another one has not received any yet. */
  private readonly dataOf = new Uint16Array(16).fill(NO_DATA);
  private readonly coarse = new Uint8Array(16);
  /** By channel: 1 once the fine half of that parameter's value was received. Without it, the coarse half covers the whole range. */
  private readonly hasFine = new Uint8Array(16);

  /** Of the last message: the number of the NRPN that it moved; −1 where it moved none. The same of an RPN. */
  nrpn = -1;
  rpn = -1;
  /** Of the last message, where it moved one: its position, 0..1; NaN where it was a step. */
  position = NaN;
  /** Steps up (positive) or down, of an NRPN. */
  steps = 0;
  /** Coarse half of the value, 0..127. */
  coarseValue = 0;

  /** Takes a control change. @param channel 0..15 */
  take(channel: number, controller: number, value: number): void {
    this.nrpn = -1;
    this.rpn = -1;
    switch (controller) {
      case NRPN_COARSE:
      case RPN_COARSE:
        this.select(channel, controller === RPN_COARSE, (value << 7) | (this.numberOn(channel) & 0x7f));
        return;
      case NRPN_FINE:
      case RPN_FINE:
        this.select(channel, controller === RPN_FINE, (this.numberOn(channel) & 0x3f80) | value);
        return;
      case DATA_ENTRY:
        if (this.dataOf[channel] !== this.keyOf(channel)) this.hasFine[channel] = 0;
        this.dataOf[channel] = this.keyOf(channel);
        this.coarse[channel] = value;
        this.setPosition(channel, this.hasFine[channel] === 1 ? (value << 7) / MAX_14_BITS : value / 127);
        return;
      case DATA_ENTRY_FINE:
        // With the coarse half of another parameter it would be a value that nobody has sent.
        if (this.dataOf[channel] !== this.keyOf(channel)) return;
        this.hasFine[channel] = 1;
        this.setPosition(channel, (((this.coarse[channel] as number) << 7) | value) / MAX_14_BITS);
        return;
      case DATA_INCREMENT:
        this.setSteps(channel, 1);
        return;
      case DATA_DECREMENT:
        this.setSteps(channel, -1);
        return;
      default:
        return;
    }
  }

  private numberOn(channel: number): number {
    return this.selected[channel] as number;
  }

  /** The parameter that a channel has selected: its number, and above that its kind. */
  private keyOf(channel: number): number {
    return ((this.registered[channel] as number) << 14) | this.numberOn(channel);
  }

  private select(channel: number, registered: boolean, number: number): void {
    this.selected[channel] = number;
    this.registered[channel] = Number(registered);
  }

  private setPosition(channel: number, position: number): void {
    this.emit(channel);
    this.position = position;
    this.steps = 0;
  }

  private setSteps(channel: number, steps: number): void {
    this.emit(channel);
    // The registered parameters that are followed are set, never stepped.
    this.rpn = -1;
    this.position = NaN;
    this.steps = steps;
  }

  private emit(channel: number): void {
    const number = this.numberOn(channel);
    if (number === NULL_FUNCTION) return;
    if (this.registered[channel] === 1) this.rpn = number;
    else this.nrpn = number;
    this.coarseValue = this.coarse[channel] as number;
  }
}
