import { createNanoEvents } from 'nanoevents';
import { formatGestureCsv } from './gesture-csv.js';
import { MAX_GESTURE_SECONDS, type GestureMove } from '../stream/gesture.js';
import { firstMoveAfter, MOST_MOVES, type Take } from './take.js';
import { gestureMidiFile } from './gesture-midi-file.js';
import type { Instrument } from '../instrument/instrument.js';
import type { RecorderState } from '../../protocol/interface.js';
import { TakeTracks } from './take-tracks.js';

/** How often the loop plays what is due: finer than a latent frame. */
const TICK_MILLISECONDS = 5;
/** How often the page hears of the time. */
const TELL_MILLISECONDS = 250;
/** A hand that has not moved an input for this long has let it go, and the loop has it again. */
const LET_GO_SECONDS = 0.3;

type Player = Pick<Instrument, 'state' | 'subscribe' | 'setParameter'>;

/**
 * Records the inputs as any hand moves them, plays the take round and round, and takes overdubs: an input that a
 * hand moves meanwhile is recorded anew for as long as it is moved. Main thread.
 */
export class GestureRecorder {
  state: RecorderState = { state: 'empty', seconds: 0, points: 0 };
  private readonly events = createNanoEvents<{ change: () => void }>();
  /** Sorted by time; `input` is a track of the take. */
  private moves: GestureMove[] = [];
  private lengthSeconds = 0;
  private startedAt = 0;
  /** Place in the loop up to which it was played, in seconds. */
  private played = 0;
  private timer: NodeJS.Timeout | null = null;
  private lastTold = 0;
  private readonly tracks: TakeTracks;
  /** The last value of each track. */
  private readonly values: number[] = [];
  /** Per track, where in the loop a hand moved it last; NaN where none has it. */
  private readonly touched: number[] = [];
  private playing = false;
  /** Told of every take that is done, and of none once it is cleared. */
  onTake: (take: Take) => void = () => undefined;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly instrument: Player,
    /** Milliseconds that only rise. */
    private readonly now: () => number = () => performance.now(),
  ) {
    const { inputs } = instrument.state.preset;
    this.tracks = new TakeTracks(inputs);
    inputs.forEach(({ value }, i) => (this.values[i] = value));
    this.unsubscribe = instrument.subscribe(() => this.hear());
  }

  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

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
        this.tell(this.moves.length === 0 ? 'empty' : 'stopped');
        return;
      case 'clear':
        this.halt();
        this.moves = [];
        this.lengthSeconds = 0;
        this.tell('empty');
        this.keep();
        return;
    }
  }

  /** Goes on with a take that was kept, for the inputs as they are now. */
  restore({ lengthSeconds, moves }: Take): void {
    const { ofInputs } = this.tracks;
    this.moves = moves.flatMap((move) => {
      const input = ofInputs[move.input];
      return input === undefined ? [] : [{ ...move, input }];
    });
    this.lengthSeconds = lengthSeconds;
    this.tell(this.moves.length === 0 ? 'empty' : 'stopped');
  }

  csv(): string {
    const inputs = this.instrument.state.preset.inputs.length;
    return formatGestureCsv({ inputs, moves: this.playable() }, this.lengthSeconds);
  }

  midi(): Uint8Array {
    return gestureMidiFile(this.playable(), this.instrument.state.preset.inputs, this.lengthSeconds);
  }

  close(): void {
    this.halt();
    this.unsubscribe();
  }

  /** Begins a take with where every input is now. */
  private record(): void {
    this.halt();
    this.startedAt = this.now();
    this.moves = this.tracks.ofInputs.map((input) => ({ seconds: 0, input, value: this.values[input] ?? 0 }));
    this.tell('recording');
    this.timer = setInterval(() => {
      if (this.elapsed() >= MAX_GESTURE_SECONDS) this.act('stop');
      else if (this.now() - this.lastTold > TELL_MILLISECONDS) this.tell('recording');
    }, TELL_MILLISECONDS);
  }

  private endTake(): void {
    const { state } = this.state;
    if (state === 'recording') {
      this.lengthSeconds = Math.max(0.05, this.elapsed());
      this.halt();
    }
    if (state === 'recording' || state === 'overdubbing') this.keep();
  }

  private keep(): void {
    this.onTake({ lengthSeconds: this.lengthSeconds, moves: this.playable() });
  }

  private loop(state: 'playing' | 'overdubbing'): void {
    if (this.timer === null) {
      this.startedAt = this.now();
      this.played = 0;
      this.timer = setInterval(() => this.tick(), TICK_MILLISECONDS);
    }
    this.touched.length = 0;
    this.tell(state);
  }

  private halt(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private elapsed(): number {
    return (this.now() - this.startedAt) / 1000;
  }

  /** Plays what became due since the last tick. */
  private tick(): void {
    const place = this.elapsed() % this.lengthSeconds;
    if (place < this.played) {
      this.playBetween(this.played, this.lengthSeconds);
      this.touched.length = 0;
      this.played = 0;
      this.playBetween(-1, 0);
    }
    this.playBetween(this.played, place);
    this.played = place;
    if (this.now() - this.lastTold > TELL_MILLISECONDS) this.tell(this.state.state);
  }

  private playBetween(from: number, to: number): void {
    this.playing = true;
    try {
      const { moves } = this;
      for (let i = firstMoveAfter(moves, from); i < moves.length; i++) {
        const { seconds, input, value } = moves[i] as GestureMove;
        if (seconds > to) break;
        const hand = this.touched[input];
        if (hand !== undefined && seconds - hand < LET_GO_SECONDS) continue;
        const index = this.tracks.inputOf(input);
        if (index !== null) this.instrument.setParameter(index, value, 'recorder');
      }
    } finally {
      this.playing = false;
    }
  }

  /** Takes in what a hand, a controller or the host moved. */
  private hear(): void {
    const { inputs } = this.instrument.state.preset;
    const { state } = this.state;
    if (this.tracks.follow(inputs) && this.moves.length > 0 && state !== 'recording') this.keep();
    const records = !this.playing && (state === 'recording' || state === 'overdubbing');
    this.tracks.ofInputs.forEach((track, i) => {
      const value = inputs[i]?.value;
      if (value === undefined || value === this.values[track]) return;
      this.values[track] = value;
      if (records) this.take(track, value);
    });
  }

  private take(track: number, value: number): void {
    if (this.moves.length >= MOST_MOVES) return;
    const overdubs = this.state.state === 'overdubbing';
    const seconds = overdubs ? this.elapsed() % this.lengthSeconds : this.elapsed();
    if (overdubs) this.makeRoom(track, seconds);
    this.insert({ seconds, input: track, value });
  }

  /** The moves of the inputs that are there. */
  private playable(): GestureMove[] {
    return this.moves.flatMap((move) => {
      const input = this.tracks.inputOf(move.input);
      return input === null ? [] : [{ ...move, input }];
    });
  }

  /** Takes out what the loop had on this track since the hand moved it last. */
  private makeRoom(track: number, seconds: number): void {
    const last = this.touched[track];
    const from = last !== undefined && seconds - last < LET_GO_SECONDS ? last : seconds;
    this.moves = this.moves.filter(
      (move) => move.input !== track || move.seconds <= from || move.seconds > seconds,
    );
    this.touched[track] = seconds;
  }

  private insert(move: GestureMove): void {
    let at = this.moves.length;
    while (at > 0 && (this.moves[at - 1]?.seconds ?? 0) > move.seconds) at -= 1;
    this.moves.splice(at, 0, move);
  }

  private tell(state: RecorderState['state']): void {
    this.lastTold = this.now();
    const seconds = state === 'recording' ? this.elapsed() : this.lengthSeconds;
    this.state = { state, seconds, points: this.moves.length };
    this.events.emit('change');
  }
}
