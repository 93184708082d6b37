import type { TempoState } from '../../protocol/interface.js';
import type { ClockStatus } from '../../protocol/midi-clock.js';
import { MidiClock } from '../time/midi-clock.js';
import { FREE_TIME } from '../time/musical-time.js';
import { TapTempo } from '../time/tap-tempo.js';
import type { ToLiveWorker } from './messages.js';

type TempoMessage = Extract<ToLiveWorker, { type: 'tempo' }>;

/** A clock without a tick for this long has ended, in milliseconds. */
const CLOCK_ENDS_MILLISECONDS = 1000;
/** The page gets changes of at least this much, in quarter notes per minute. */
const SHOWN_STEP = 0.1;

/**
 * The tempo of the live session: set by hand, tapped, or a MIDI clock's while one is received. The worker counts the beats; here is
 * decided how fast, and which beat is heard at a moment. Main thread.
 */
export class LiveTempo {
  state: TempoState = { perMinute: FREE_TIME.tempo, follows: 'own' };
  private readonly taps = new TapTempo();
  private clock: MidiClock | null = null;
  private clockEnds: NodeJS.Timeout | null = null;

  /**
   * @param changed called when `state` has changed
   * @param secondsAhead by how much what is rendered now is heard later, in seconds
   * @param now the time in milliseconds
   */
  constructor(
    private readonly post: (message: TempoMessage) => void,
    private readonly changed: () => void,
    private readonly secondsAhead: () => number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param perMinute quarter notes per minute; no effect while a MIDI clock is followed */
  set(perMinute: number): void {
    if (this.state.follows !== 'own') return;
    this.show({ perMinute, follows: 'own' });
    this.resend();
  }

  /** A tap on a quarter note that is heard now; no effect while a MIDI clock is followed. */
  tap(): void {
    if (this.state.follows !== 'own') return;
    const tapped = this.taps.tap(this.now());
    if (tapped === null) return;
    this.show({ perMinute: tapped.tempo, follows: 'own' });
    this.send(tapped.tempo, tapped.beat, 'jump');
  }

  /** A message of a MIDI clock. */
  receive(status: ClockStatus): void {
    const now = this.now();
    this.clock ??= new MidiClock();
    this.clock.receive(status, now);
    if (this.clockEnds === null)
      this.clockEnds = setTimeout(() => this.endClock(), CLOCK_ENDS_MILLISECONDS).unref();
    else this.clockEnds.refresh();
    const reading = this.clock.read(now);
    if (reading === null || (this.state.follows === 'midi-clock' && !this.clock.isOnBeat)) return;
    const shown = Math.round(reading.tempo * 10) / 10;
    const moved = Math.abs(reading.tempo - this.state.perMinute) >= SHOWN_STEP;
    if (moved || this.state.follows === 'own')
      this.show({ perMinute: moved ? shown : this.state.perMinute, follows: 'midi-clock' });
    this.send(reading.tempo, reading.beat, 'follow');
  }

  /** Sends a new worker the tempo. */
  resend(): void {
    this.post({ type: 'tempo', perMinute: this.state.perMinute, beat: null, align: 'jump' });
  }

  /** Ends the wait for a clock's next tick. */
  close(): void {
    if (this.clockEnds !== null) clearTimeout(this.clockEnds);
  }

  private send(perMinute: number, beat: number | null, align: TempoMessage['align']): void {
    const ahead = (this.secondsAhead() * perMinute) / 60;
    this.post({ type: 'tempo', perMinute, beat: beat === null ? null : beat + ahead, align });
  }

  private endClock(): void {
    this.clock = null;
    this.clockEnds = null;
    this.show({ ...this.state, follows: 'own' });
  }

  private show(state: TempoState): void {
    this.state = state;
    this.changed();
  }
}
