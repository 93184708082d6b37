/** Tempo and position of the music at one sample of the track. */
export interface MusicalTime {
  /** Quarter notes per minute, `MIN_TEMPO` to `MAX_TEMPO`. */
  tempo: number;
  /** Whether the transport runs; where it stands, the position is not used. */
  playing: boolean;
  /** Quarter notes since a bar began that all others are counted from; may be negative. */
  beat: number;
  /** Quarter notes per bar, above 0, at most `MAX_BEATS_PER_BAR`. */
  beatsPerBar: number;
  /** Samples of the track since the song began, a whole number that may be negative; NaN where nobody says. */
  songSample: number;
}

/** The clock without a host, and before one has said anything. */
export const FREE_TIME: Readonly<MusicalTime> = {
  tempo: 120,
  playing: false,
  beat: 0,
  beatsPerBar: 4,
  songSample: NaN,
};

/** Copies every field; allocates nothing. */
export function copyTime(from: Readonly<MusicalTime>, into: MusicalTime): void {
  into.tempo = from.tempo;
  into.playing = from.playing;
  into.beat = from.beat;
  into.beatsPerBar = from.beatsPerBar;
  into.songSample = from.songSample;
}
