import { FREE_TIME, type MusicalTime } from '../time/musical-time.js';

/** A clock that is followed and this many quarter notes away is jumped to. */
const JUMP_BEATS = 0.25;
/** A smaller distance is closed over this many quarter notes, so that nothing jumps. */
const CLOSING_BEATS = 8;

/** The beat of the live session, which runs as long as something is rendered. One thread; allocates nothing. */
export class LiveTransport {
  /** Of the next sample; the same object each time. */
  readonly time: MusicalTime = { ...FREE_TIME, playing: true, songSample: 0 };

  /** Goes on at `perMinute`, from `beat` or, where that is null, from where it is. */
  jump(perMinute: number, beat: number | null): void {
    this.time.tempo = perMinute;
    if (beat !== null) this.time.beat = beat;
  }

  /** Goes on at `perMinute`, and a little faster or slower until its beat is that of a clock which is at `beat` now. */
  follow(perMinute: number, beat: number | null): void {
    const off = beat === null ? 0 : beat - this.time.beat;
    if (Math.abs(off) > JUMP_BEATS) this.jump(perMinute, beat);
    else this.time.tempo = perMinute * (1 + off / CLOSING_BEATS);
  }

  /** @param samples that have been rendered since the last call @param rate in Hz */
  advance(samples: number, rate: number): void {
    this.time.beat += (samples / rate / 60) * this.time.tempo;
    this.time.songSample += samples;
  }
}
