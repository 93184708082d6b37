import { FREE_TIME, type MusicalTime } from './musical-time.js';

/** Changes of tempo or position that are kept: of blocks of 32 samples, those of the longest call of a model. */
const CAPACITY = 1024;
/** A host's positions are rounded; within this many quarter notes (half a sample at 120 per minute and 96 kHz) they go on. */
const TOLERANCE_BEATS = 1e-5;

/** Where a sample of the track lies in the music. */
export interface MusicalPosition {
  /** Quarter notes since the stream began, at the tempo of each moment: never jumps. */
  elapsed: number;
  /** Quarter notes since the start of a bar; jumps with the transport. */
  beat: number;
  beatsPerBar: number;
  /** Seconds since the song began; jump with the transport, and not with the tempo. */
  seconds: number;
}

/**
 * The tempo and position of the music along the track, by the sample. Latent frames are processed behind the track, so the recent
 * past is kept. While no transport runs, the beat goes on at the last tempo. One thread; allocates nothing after construction.
 */
export class Timeline {
  /** Of each change: its sample, and the position there. A ring; positions rise. */
  private readonly samples = new Float64Array(CAPACITY);
  private readonly elapsed = new Float64Array(CAPACITY);
  private readonly beats = new Float64Array(CAPACITY);
  private readonly beatsPerSample = new Float64Array(CAPACITY);
  private readonly beatsPerBar = new Float64Array(CAPACITY);
  private readonly songSamples = new Float64Array(CAPACITY);
  private first = 0;
  private count = 0;
  private readonly here: MusicalPosition = { elapsed: 0, beat: 0, beatsPerBar: 4, seconds: 0 };

  /** @param rate of the track, in Hz */
  constructor(private readonly rate: number) {
    this.restart();
  }

  /** Starts over at sample 0, on the first beat of a bar, at the last tempo. */
  restart(): void {
    const last = this.slot(this.count - 1);
    const beatsPerSample =
      this.count > 0 ? (this.beatsPerSample[last] as number) : FREE_TIME.tempo / 60 / this.rate;
    const beatsPerBar = this.count > 0 ? (this.beatsPerBar[last] as number) : FREE_TIME.beatsPerBar;
    this.first = 0;
    this.count = 0;
    this.add(0, 0, 0, 0, beatsPerSample, beatsPerBar);
  }

  /** From track sample `sample` on the music goes on as `time` says. Samples rise from call to call. */
  mark(sample: number, time: Readonly<MusicalTime>): void {
    this.locate(sample, this.here);
    const { elapsed, beat, beatsPerBar } = this.here;
    const last = this.slot(this.count - 1);
    const beatsPerSample = time.tempo / 60 / this.rate;
    const next = time.playing ? time.beat : beat;
    const jumps = Math.abs(next - beat) >= TOLERANCE_BEATS;
    const songSample = (this.songSamples[last] as number) + (sample - (this.samples[last] as number));
    const nextSongSample = this.songSampleAt(time, jumps ? next / beatsPerSample : songSample);
    const goesOn = !jumps && nextSongSample === songSample;
    if (goesOn && beatsPerSample === this.beatsPerSample[last] && time.beatsPerBar === beatsPerBar) return;
    this.add(sample, elapsed, next, nextSongSample, beatsPerSample, time.beatsPerBar);
  }

  /** Writes where track sample `sample` lies; one from before all that is kept counts on backwards. */
  locate(sample: number, into: MusicalPosition): void {
    let i = this.count - 1;
    while (i > 0 && (this.samples[this.slot(i)] as number) > sample) i -= 1;
    const at = this.slot(i);
    const samples = sample - (this.samples[at] as number);
    const beats = samples * (this.beatsPerSample[at] as number);
    into.elapsed = (this.elapsed[at] as number) + beats;
    into.beat = (this.beats[at] as number) + beats;
    into.beatsPerBar = this.beatsPerBar[at] as number;
    into.seconds = ((this.songSamples[at] as number) + samples) / this.rate;
  }

  /** The transport's, where it runs and says it. */
  private songSampleAt({ playing, songSample }: Readonly<MusicalTime>, otherwise: number): number {
    return playing && !Number.isNaN(songSample) ? songSample : otherwise;
  }

  private slot(i: number): number {
    return (this.first + i) % CAPACITY;
  }

  private add(
    sample: number,
    elapsed: number,
    beat: number,
    songSample: number,
    beatsPerSample: number,
    beatsPerBar: number,
  ): void {
    const replaces = this.count > 0 && this.samples[this.slot(this.count - 1)] === sample;
    if (!replaces && this.count === CAPACITY) this.first = (this.first + 1) % CAPACITY;
    else if (!replaces) this.count += 1;
    const at = this.slot(this.count - 1);
    this.samples[at] = sample;
    this.elapsed[at] = elapsed;
    this.beats[at] = beat;
    this.songSamples[at] = songSample;
    this.beatsPerSample[at] = beatsPerSample;
    this.beatsPerBar[at] = beatsPerBar;
  }
}
