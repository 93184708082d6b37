import { MAX_TEMPO, MIN_TEMPO } from '../../document/limits.js';
import { MIDI_CLOCK, type ClockStatus } from '../../protocol/midi-clock.js';

const TICKS_PER_BEAT = 24;
/** Ticks from which the first tempo is taken. */
const FIRST_TICKS = 12;
/** Bandwidth of the filter of the ticks' times, in Hz: jitter above it is smoothed, changes of tempo below it are followed. */
const BANDWIDTH_HZ = 0.6;
/** A tick that comes this many ticks later or earlier than expected begins the filter anew: the tempo has jumped. */
const MOST_TICKS_OFF = 3;

/** Where a clock stands at a moment. */
export interface ClockReading {
  /** Quarter notes per minute, `MIN_TEMPO` to `MAX_TEMPO`. */
  readonly tempo: number;
  /** Quarter notes since the clock was started; null while it is stopped. */
  readonly beat: number | null;
}

/**
 * Reads the tempo and the beat from a MIDI clock. The times of its ticks jitter by milliseconds; they are smoothed by a delay-locked
 * loop of second order (F. Adriaensen, "Using a DLL to filter time", 2005).
 */
export class MidiClock {
  /** Ticks since the start; −1 before the first one. */
  private ticks = -1;
  private running = true;
  /** Ticks that were received, while the clock is stopped, too. */
  private received = 0;
  private first: number[] = [];
  /** Smoothed time of the last tick and smoothed length of a tick, in milliseconds. */
  private time = NaN;
  private period = NaN;

  /**
   * @param now time of the message in milliseconds, of a clock that never goes back
   */
  receive(status: ClockStatus, now: number): void {
    if (status === MIDI_CLOCK.start) {
      this.ticks = -1;
      this.running = true;
    } else if (status === MIDI_CLOCK.continue) this.running = true;
    else if (status === MIDI_CLOCK.stop) this.running = false;
    else this.tick(now);
  }

  /** @returns where the clock stands at `now`, in milliseconds; null until its tempo is known, and where that is out of range */
  read(now: number): ClockReading | null {
    const tempo = 60_000 / (TICKS_PER_BEAT * this.period);
    if (!(tempo >= MIN_TEMPO && tempo <= MAX_TEMPO)) return null;
    const beat = (this.ticks + (now - this.time) / this.period) / TICKS_PER_BEAT;
    return { tempo, beat: this.running && this.ticks >= 0 ? beat : null };
  }

  /** Whether the last tick was the first one of a quarter note; while the clock is stopped, every 24th counts as that. */
  get isOnBeat(): boolean {
    return (this.running ? this.ticks : this.received) % TICKS_PER_BEAT === 0;
  }

  private tick(now: number): void {
    this.received += 1;
    if (this.running) this.ticks += 1;
    if (Number.isNaN(this.period)) {
      this.begin(now);
      return;
    }
    const error = now - (this.time + this.period);
    if (Math.abs(error) > MOST_TICKS_OFF * this.period) {
      this.restart();
      this.begin(now);
      return;
    }
    const omega = (2 * Math.PI * BANDWIDTH_HZ * this.period) / 1000;
    this.time += this.period + Math.SQRT2 * omega * error;
    this.period += omega * omega * error;
  }

  private begin(now: number): void {
    this.first.push(now);
    if (this.first.length <= FIRST_TICKS) return;
    this.period = (now - (this.first[0] ?? NaN)) / FIRST_TICKS;
    this.time = now;
    this.first = [];
    if (!(this.period > 0)) this.restart();
  }

  private restart(): void {
    this.period = NaN;
    this.time = NaN;
    this.first = [];
  }
}
