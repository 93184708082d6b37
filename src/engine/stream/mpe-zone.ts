import {
  ALL_NOTES_OFF,
  ALL_SOUND_OFF,
  CHANNEL_PRESSURE,
  CONTROL_CHANGE,
  NOTE_OFF,
  NOTE_ON,
  PITCH_BEND,
  PITCH_BEND_CENTRE,
  POLY_PRESSURE,
  SLIDE,
} from './midi-status.js';

const RPN_BEND_RANGE = 0;
const RPN_ZONE = 6;
/** Ranges of the pitch bend before RPN 0 sets them, in semitones. */
const MEMBER_BEND = 48;
const MANAGER_BEND = 2;
/** Notes of a zone whose order is known. */
const MOST_NOTES = 128;
/** Rests of slide and pressure before a note has sent any. */
const SLIDE_REST = 64 / 127;

/** The movements of a note. */
export const MPE_BIT = { bend: 1, slide: 2, pressure: 4 } as const;
const ALL = MPE_BIT.bend | MPE_BIT.slide | MPE_BIT.pressure;

/**
 * One zone of MIDI Polyphonic Expression (MMA RP-053, MPE 1.0) as the movements of its last note: of the held notes the one that was
 * pressed last; when it is released the one before it, and the last one of all keeps its values. The lower zone has channel 1 as its
 * manager and members from 2 upwards, the upper one 16 and from 15 downwards. RPN 6 on the manager channel sets how many members
 * there are, RPN 0 the ranges of the pitch bends, which add up; slide (controller 74) and pressure of the manager act on all notes.
 * Before RPN 6 the zone has all 15 channels, as most controllers use it. One thread; allocates nothing after construction.
 */
export class MpeZone {
  private members = 15;
  private memberSemitones = MEMBER_BEND;
  private managerSemitones = MANAGER_BEND;
  /** By channel, 0..15. Bends are −1..1, the others 0..1. */
  private readonly bends = new Float64Array(16);
  private readonly slides = new Float64Array(16).fill(SLIDE_REST);
  private readonly pressures = new Float64Array(16);
  /** The held notes, channel × 128 + note, in the order in which they were pressed. */
  private readonly held = new Int16Array(MOST_NOTES);
  private heldCount = 0;
  /** The channel of the last note; −1 before the first one. */
  private last = -1;

  constructor(private readonly zone: 'lower' | 'upper') {}

  /** Bend of the last note in semitones, with that of the manager channel. */
  get bendSemitones(): number {
    const own = this.last < 0 ? 0 : (this.bends[this.last] as number) * this.memberSemitones;
    return own + (this.bends[this.manager] as number) * this.managerSemitones;
  }
  /** Slide of the last note, 0..1. */
  get slide(): number {
    return this.last < 0 ? SLIDE_REST : (this.slides[this.last] as number);
  }
  /** Pressure of the last note, 0..1. */
  get pressure(): number {
    return this.last < 0 ? 0 : (this.pressures[this.last] as number);
  }

  /**
   * Takes a channel message.
   * @param kind status byte without its channel
   * @param channel 0..15
   * @returns which movements of the last note it may have changed, as a sum of `MPE_BIT`
   */
  take(kind: number, channel: number, data1: number, data2: number): number {
    const isManager = channel === this.manager;
    if (!isManager && !this.isMember(channel)) return 0;
    switch (kind) {
      case NOTE_ON:
      case NOTE_OFF:
        if (isManager) return 0;
        if (kind === NOTE_ON && data2 > 0) this.press(channel, data1);
        else this.release(channel, data1);
        return ALL;
      case PITCH_BEND:
        this.bends[channel] = bendOf(data1, data2);
        return isManager || channel === this.last ? MPE_BIT.bend : 0;
      case CHANNEL_PRESSURE:
        return this.set(this.pressures, channel, data1 / 127) ? MPE_BIT.pressure : 0;
      case POLY_PRESSURE:
        // Only for notes of the manager channel in MPE; a member's is its note's.
        return !isManager && this.set(this.pressures, channel, data2 / 127) ? MPE_BIT.pressure : 0;
      case CONTROL_CHANGE:
        if (data1 === ALL_SOUND_OFF || data1 >= ALL_NOTES_OFF) return this.releaseAll(channel);
        return data1 === SLIDE && this.set(this.slides, channel, data2 / 127) ? MPE_BIT.slide : 0;
      default:
        return 0;
    }
  }

  /** Takes the value of a registered parameter. @param coarse its coarse half, 0..127 */
  takeRpn(channel: number, number: number, coarse: number): void {
    if (number === RPN_ZONE && channel === this.manager) this.configure(coarse);
    if (number !== RPN_BEND_RANGE) return;
    if (channel === this.manager) this.managerSemitones = coarse;
    else if (this.isMember(channel)) this.memberSemitones = coarse;
  }

  private get manager(): number {
    return this.zone === 'lower' ? 0 : 15;
  }

  private isMember(channel: number): boolean {
    const distance = this.zone === 'lower' ? channel : 15 - channel;
    return distance >= 1 && distance <= this.members;
  }

  /** A new configuration of the zone: ranges as at first, no note held. */
  private configure(members: number): void {
    this.members = Math.min(15, members);
    this.memberSemitones = MEMBER_BEND;
    this.managerSemitones = MANAGER_BEND;
    this.heldCount = 0;
    this.last = -1;
  }

  private press(channel: number, note: number): void {
    this.drop(channel * 128 + note);
    if (this.heldCount === MOST_NOTES) this.drop(this.held[0] as number);
    this.held[this.heldCount] = channel * 128 + note;
    this.heldCount += 1;
    this.last = channel;
  }

  private release(channel: number, note: number): void {
    this.drop(channel * 128 + note);
    if (this.heldCount > 0) this.last = (this.held[this.heldCount - 1] as number) >> 7;
  }

  /** Ends all notes of a channel, of the manager's all notes of the zone. @returns as `take` */
  private releaseAll(channel: number): number {
    const { held, heldCount } = this;
    let kept = 0;
    for (let i = 0; i < heldCount; i += 1)
      if (channel !== this.manager && (held[i] as number) >> 7 !== channel) {
        held[kept] = held[i] as number;
        kept += 1;
      }
    this.heldCount = kept;
    if (kept === heldCount || kept === 0) return 0;
    this.last = (held[kept - 1] as number) >> 7;
    return ALL;
  }

  private drop(key: number): void {
    const { held } = this;
    let kept = 0;
    for (let i = 0; i < this.heldCount; i += 1)
      if (held[i] !== key) {
        held[kept] = held[i] as number;
        kept += 1;
      }
    this.heldCount = kept;
  }

  private set(values: Float64Array, channel: number, value: number): boolean {
    if (channel === this.manager) values.fill(value);
    else values[channel] = value;
    return channel === this.manager || channel === this.last;
  }
}

/** −1..1 over the whole range of the wheel, 0 at its centre. */
const bendOf = (fine: number, coarse: number): number => {
  const from = ((coarse << 7) | fine) - PITCH_BEND_CENTRE;
  return from / (from < 0 ? PITCH_BEND_CENTRE : PITCH_BEND_CENTRE - 1);
};
