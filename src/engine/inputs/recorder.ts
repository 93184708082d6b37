import { createNanoEvents } from 'nanoevents';
import { formatGestureCsv } from './gesture-csv.js';
import { MAX_GESTURE_SECONDS, type GestureMove } from '../stream/gesture.js';
import { firstMoveAfter, MOST_MOVES, type Take } from './take.js';
import { gestureMidiFile } from './gesture-midi-file.js';
import type { Instrument } from '../instrument/instrument.js';
import type { RecorderState } from '../../protocol/interface.js';
import { TakeTracks } from './take-tracks.js';

/** Interval at which due moves of the loop are played: shorter than a latent frame. */
const TICK_MILLISECONDS = 5;
/** Interval at which the recording time is reported to the page. */
const REPORT_MILLISECONDS = 250;
/** The loop moves an input again when neither player, controller nor host has moved it for this long. */
const OVERDUB_RELEASE_SECONDS = 0.3;

type Player = Pick<Instrument, 'state' | 'subscribe' | 'setParameter'>;

/**
 * Records moves of the inputs from any source (page, controller, host), plays the take as a loop, and overdubs: while the
 * loop plays, an input that is moved is recorded again for as long as it is moved. Main thread.
 */
export class GestureRecorder {
  state: RecorderState = { state: 'empty', seconds: 0, points: 0 };
  private readonly events = createNanoEvents<{ change: () => void }>();
  /** Sorted by time; `input` is a track of the take. */
  private moves: GestureMove[] = [];
  private lengthSeconds = 0;
  private startedAt = 0;
  /** Position in the loop, in seconds, up to which moves have been played. */
  private playedSeconds = 0;
  private timer: NodeJS.Timeout | null = null;
  private lastReportMs = 0;
  private readonly tracks: TakeTracks;
  /** The last value of each track. */
  private readonly values: number[] = [];
  /** Per track, position in the loop (seconds) of the latest overdubbed move; undefined where the loop has control. */
  private readonly overdubbedAt: (number | undefined)[] = [];
  /** True while the recorder itself sets inputs. */
  private isApplying = false;
  /** Called with each finished take, and with an empty one when it is cleared. */
  onTake: (take: Take) => void = () => undefined;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly instrument: Player,
    /** A monotonic clock, in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    const { inputs } = instrument.state.preset;
    this.tracks = new TakeTracks(inputs);
    inputs.forEach(({ value }, i) => (this.values[i] = value));
    this.unsubscribe = instrument.subscribe(() => this.recordMoves());
  }

  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** A button of the recorder: starts a take (`record`), loops the take or records over it, stops, or drops the take. */
  act(action: 'record' | 'overdub' | 'play' | 'stop' | 'clear'): void {
    switch (action) {
      case 'record':
        this.record();
        return;
      case 'overdub':
      case 'play':
        this.endTake();
        if (this.moves.length > 0) this.loop(action === 'play' ? 'playing' : 'overdubbing');
        return;
      case 'stop':
        this.endTake();
        this.halt();
        this.report(this.moves.length === 0 ? 'empty' : 'stopped');
        return;
      case 'clear':
        this.halt();
        this.moves = [];
        this.lengthSeconds = 0;
        this.report('empty');
        this.emitTake();
        return;
    }
  }

  /** Loads a stored take for the present inputs; moves of inputs that do not exist are dropped. */
  restore({ lengthSeconds, moves }: Take): void {
    const { ofInputs } = this.tracks;
    this.moves = moves.flatMap((move) => {
      const input = ofInputs[move.input];
      return input === undefined ? [] : [{ ...move, input }];
    });
    this.lengthSeconds = lengthSeconds;
    this.report(this.moves.length === 0 ? 'empty' : 'stopped');
  }

  /** The take as CSV, its inputs numbered as in the present document. See `formatGestureCsv`. */
  csv(): string {
    const inputs = this.instrument.state.preset.inputs.length;
    return formatGestureCsv({ inputs, moves: this.playable() }, this.lengthSeconds);
  }

  /** The take as a Standard MIDI File. See `gestureMidiFile`. */
  midi(): Uint8Array {
    return gestureMidiFile(this.playable(), this.instrument.state.preset.inputs, this.lengthSeconds);
  }

  /** Stops recording and playing. */
  close(): void {
    this.halt();
    this.unsubscribe();
  }

  /** Starts a take with the present value of every input. */
  private record(): void {
    this.halt();
    this.startedAt = this.now();
    this.moves = this.tracks.ofInputs.map((input) => ({ seconds: 0, input, value: this.values[input] ?? 0 }));
    this.report('recording');
    this.timer = setInterval(() => {
      if (this.elapsed() >= MAX_GESTURE_SECONDS) this.act('stop');
      else if (this.now() - this.lastReportMs > REPORT_MILLISECONDS) this.report('recording');
    }, REPORT_MILLISECONDS);
  }

  private endTake(): void {
    const { state } = this.state;
    if (state === 'recording') {
      this.lengthSeconds = Math.max(0.05, this.elapsed());
      this.halt();
    }
    if (state === 'recording' || state === 'overdubbing') this.emitTake();
  }

  private emitTake(): void {
    this.onTake({ lengthSeconds: this.lengthSeconds, moves: this.playable() });
  }

  private loop(state: 'playing' | 'overdubbing'): void {
    if (this.timer === null) {
      this.startedAt = this.now();
      this.playedSeconds = 0;
      this.timer = setInterval(() => this.tick(), TICK_MILLISECONDS);
    }
    this.overdubbedAt.length = 0;
    this.report(state);
  }

  private halt(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private elapsed(): number {
    return (this.now() - this.startedAt) / 1000;
  }

  /** Plays the moves that are due since the last tick. */
  private tick(): void {
    const position = this.elapsed() % this.lengthSeconds;
    if (position < this.playedSeconds) {
      this.playBetween(this.playedSeconds, this.lengthSeconds);
      this.overdubbedAt.length = 0;
      this.playedSeconds = 0;
      this.playBetween(-1, 0);
    }
    this.playBetween(this.playedSeconds, position);
    this.playedSeconds = position;
    if (this.now() - this.lastReportMs > REPORT_MILLISECONDS) this.report(this.state.state);
  }

  private playBetween(from: number, to: number): void {
    this.isApplying = true;
    try {
      const { moves } = this;
      for (let i = firstMoveAfter(moves, from); i < moves.length; i++) {
        const { seconds, input, value } = moves[i] as GestureMove;
        if (seconds > to) break;
        const overdubbed = this.overdubbedAt[input];
        if (overdubbed !== undefined && seconds - overdubbed < OVERDUB_RELEASE_SECONDS) continue;
        const index = this.tracks.inputOf(input);
        if (index !== null) this.instrument.setParameter(index, value, 'recorder');
      }
    } finally {
      this.isApplying = false;
    }
  }

  /** Records the inputs that page, controller or host have moved since the last call. */
  private recordMoves(): void {
    const { inputs } = this.instrument.state.preset;
    const { state } = this.state;
    if (this.tracks.follow(inputs) && this.moves.length > 0 && state !== 'recording') this.emitTake();
    const isRecording = !this.isApplying && (state === 'recording' || state === 'overdubbing');
    this.tracks.ofInputs.forEach((track, i) => {
      const value = inputs[i]?.value;
      if (value === undefined || value === this.values[track]) return;
      this.values[track] = value;
      if (isRecording) this.recordMove(track, value);
    });
  }

  private recordMove(track: number, value: number): void {
    if (this.moves.length >= MOST_MOVES) return;
    const isOverdub = this.state.state === 'overdubbing';
    const seconds = isOverdub ? this.elapsed() % this.lengthSeconds : this.elapsed();
    if (isOverdub) this.clearOverdubbed(track, seconds);
    this.insert({ seconds, input: track, value });
  }

  /** The moves of the inputs that exist now, with their present indices. */
  private playable(): GestureMove[] {
    return this.moves.flatMap((move) => {
      const input = this.tracks.inputOf(move.input);
      return input === null ? [] : [{ ...move, input }];
    });
  }

  /** Removes the track's old moves between the previous overdubbed move and this one. */
  private clearOverdubbed(track: number, seconds: number): void {
    const last = this.overdubbedAt[track];
    const from = last !== undefined && seconds - last < OVERDUB_RELEASE_SECONDS ? last : seconds;
    this.moves = this.moves.filter(
      (move) => move.input !== track || move.seconds <= from || move.seconds > seconds,
    );
    this.overdubbedAt[track] = seconds;
  }

  private insert(move: GestureMove): void {
    let at = this.moves.length;
    while (at > 0 && (this.moves[at - 1]?.seconds ?? 0) > move.seconds) at -= 1;
    this.moves.splice(at, 0, move);
  }

  private report(state: RecorderState['state']): void {
    this.lastReportMs = this.now();
    const seconds = state === 'recording' ? this.elapsed() : this.lengthSeconds;
    this.state = { state, seconds, points: this.moves.length };
    this.events.emit('change');
  }
}
