import { BLENDED_LOOPS, LOOP_SLOTS, RECORDED_LOOP } from '../../document/loop-slots.js';
import type { LoopLength } from '../../document/loop-lengths.js';
import { addLoop, haveEqualContent, type LoopShares, type PlayableLoop } from './playable-loop.js';
import { RecordedLoop, SEAM_FRAMES, modulo, type LoopContent } from './recorded-loop.js';
import type { MusicalPosition } from './timeline.js';

/** No loop: the latents pass. */
const PASS = -1;
/** Values of the slot's parameter. */
const CHOICES = LOOP_SLOTS + 2;
/** What can sound: those choices, and again those that sounded from the bank before the present one. */
const SOURCES = 2 * CHOICES;

/** What the loop is to do. */
export interface LoopChoice {
  on: boolean;
  length: LoopLength;
  /** `RECORDED_LOOP`, a slot from 1, or `BLENDED_LOOPS`. */
  slot: number;
  /** Whether it begins and ends with the next bar; else at once. */
  atBar: boolean;
}

/** The loops that can be played in place of the recorded one. */
export interface LoopBank {
  /** By slot, from 0; null where nothing is kept. */
  readonly loops: readonly (PlayableLoop | null)[];
  /** Which of them are blended where the inputs are now. */
  blend(): LoopShares;
}

/**
 * The latent loop: repeats what was encoded last (`RecordedLoop`), plays a kept loop, or blends kept ones in a common length. Musical
 * lengths lie on the grid of the transport. From one to another, and to the encoder's latents and back, it fades over a few latent
 * frames, also to another content of a slot that sounds; where the one that is chosen has nothing to play, the encoder's latents
 * are heard.
 *
 * One thread; allocates nothing after construction but in `content`.
 */
export class LatentLoop {
  private readonly recorded: RecordedLoop;
  private readonly dims: number;
  /** What plays, `PASS` or a value of the slot's parameter, and latent frames since it began. */
  private playing = PASS;
  private framesSince = 0;
  /** By source: its share, where the fade began, and now. The encoder's latents have the rest. */
  private readonly sharesBefore = new Float64Array(SOURCES);
  private readonly shares = new Float64Array(SOURCES);
  /** Latent frames of the present fade, up to `SEAM_FRAMES`. */
  private faded = SEAM_FRAMES;
  private lastBar = NaN;
  private bank: LoopBank | null = null;
  /** The bank before, while something of it fades out. */
  private leaving: LoopBank | null = null;
  private readonly place: MusicalPosition = { elapsed: 0, beat: 0, beatsPerBar: 4, seconds: 0 };
  private readonly live: Float32Array;
  private readonly source: Float32Array;

  /**
   * @param width values per latent frame, all rows of the batch
   * @param framesPerSecond latent frames per second
   * @param rows of the batch
   */
  constructor(
    private readonly width: number,
    private readonly framesPerSecond: number,
    private readonly rows = 1,
  ) {
    this.recorded = new RecordedLoop(width, framesPerSecond);
    this.dims = width / rows;
    this.live = new Float32Array(width);
    this.source = new Float32Array(width);
  }

  /** Forgets everything. */
  reset(): void {
    this.recorded.reset();
    this.playing = PASS;
    this.shares.fill(0);
    this.faded = SEAM_FRAMES;
    this.lastBar = NaN;
    this.bank = null;
    this.leaving = null;
  }

  /**
   * Plays the next latent frame.
   * @param frame `width` encoded values, replaced by the loop's where it is on
   * @param place of the latent frame in the music
   */
  process(
    frame: Float32Array,
    place: Readonly<MusicalPosition>,
    choice: Readonly<LoopChoice>,
    bank: LoopBank,
  ): void {
    copyPlace(place, this.place);
    const bar = Math.floor(place.beat / place.beatsPerBar);
    const isNewBar = bar !== this.lastBar;
    this.lastBar = bar;
    const wanted = choice.on ? choice.slot : PASS;
    if (bank !== this.bank) this.take(bank);
    if (wanted !== this.playing && (!choice.atBar || isNewBar)) this.begin(wanted, place);
    this.recorded.add(frame, place.elapsed);
    this.fade();
    this.mix(frame, place, choice.length);
    this.framesSince += 1;
  }

  /**
   * The recorded loop at a length, to be kept: the one that plays, or the one that would begin now. Allocates.
   * @returns null where too little was recorded
   */
  content(length: LoopLength): (LoopContent & { rows: number }) | null {
    if (this.playing !== RECORDED_LOOP) this.recorded.begin(this.place);
    const content = this.recorded.content(this.place, length);
    return content && { ...content, rows: this.rows };
  }

  private begin(source: number, place: Readonly<MusicalPosition>): void {
    if (source === RECORDED_LOOP) this.recorded.begin(place);
    this.playing = source;
    this.framesSince = 0;
    this.beginFade();
  }

  private beginFade(): void {
    this.sharesBefore.set(this.shares);
    this.faded = 0;
  }

  /** Plays another bank; of what sounds and is different in it, the old content fades out. Within a fade it waits for its end. */
  private take(bank: LoopBank): void {
    const { shares, bank: before } = this;
    let changes = false;
    for (let i = 0; i < CHOICES && before !== null; i += 1)
      if ((shares[i] as number) > 0 && isDifferent(i, before, bank)) changes = true;
    if (!changes || before === null) {
      this.bank = bank;
      return;
    }
    if (this.faded < SEAM_FRAMES) return;
    for (let i = 0; i < CHOICES; i += 1) {
      if (!isDifferent(i, before, bank)) continue;
      shares[CHOICES + i] = shares[i] as number;
      shares[i] = 0;
    }
    this.leaving = before;
    this.bank = bank;
    this.beginFade();
  }

  private fade(): void {
    if (this.faded === SEAM_FRAMES) return;
    this.faded += 1;
    const progress = this.faded / SEAM_FRAMES;
    for (let i = 0; i < SOURCES; i += 1) {
      const from = this.sharesBefore[i] as number;
      this.shares[i] = from + progress * (Number(i === this.playing) - from);
    }
    if (this.faded === SEAM_FRAMES) this.leaving = null;
  }

  private mix(frame: Float32Array, place: Readonly<MusicalPosition>, length: LoopLength): void {
    this.live.set(frame);
    for (let i = 0; i < SOURCES; i += 1) {
      const share = this.shares[i] as number;
      const bank = i < CHOICES ? this.bank : this.leaving;
      if (share === 0 || bank === null || !this.read(i % CHOICES, place, length, bank)) continue;
      for (let d = 0; d < this.width; d += 1) {
        const looped = this.source[d] as number;
        const live = this.live[d] as number;
        frame[d] = share === 1 ? looped : (frame[d] as number) + share * (looped - live);
      }
    }
  }

  /** Reads the latent frame of one choice into `source`. @returns false where it has none */
  private read(index: number, place: Readonly<MusicalPosition>, length: LoopLength, bank: LoopBank): boolean {
    if (index === RECORDED_LOOP) {
      if (!this.recorded.read(place, length, this.framesSince)) return false;
      this.source.set(this.recorded.looped);
      return true;
    }
    this.source.fill(0);
    if (index === BLENDED_LOOPS) return this.readBlend(place, length, bank);
    const loop = bank.loops[index - 1] ?? null;
    return (
      loop !== null && addLoop(loop, this.phaseOf(loop.beats, loop.frames, place), 1, this.dims, this.source)
    );
  }

  /** All loops in the chosen length: each is stretched to it. */
  private readBlend(place: Readonly<MusicalPosition>, length: LoopLength, bank: LoopBank): boolean {
    const beats =
      length.seconds === undefined ? (length.beats ?? (length.bars ?? 1) * place.beatsPerBar) : null;
    const phase = this.phaseOf(beats, (length.seconds ?? 1) * this.framesPerSecond, place);
    const { count, slots, shares } = bank.blend();
    let isRead = false;
    for (let i = 0; i < count; i += 1) {
      const loop = bank.loops[slots[i] as number] ?? null;
      if (loop !== null && addLoop(loop, phase, shares[i] as number, this.dims, this.source)) isRead = true;
    }
    return isRead;
  }

  /** Where in its round a loop is, 0..1: on the grid of the transport, or by the time since it began. */
  private phaseOf(beats: number | null, frames: number, place: Readonly<MusicalPosition>): number {
    return beats === null ? modulo(this.framesSince, frames) / frames : modulo(place.beat, beats) / beats;
  }
}

/** Whether what a choice plays is different in two banks. */
function isDifferent(choice: number, before: LoopBank, after: LoopBank): boolean {
  if (choice === RECORDED_LOOP) return false;
  if (choice !== BLENDED_LOOPS) return !isSameLoop(before, after, choice - 1);
  const old = before.blend();
  const next = after.blend();
  if (old.count !== next.count) return true;
  for (let i = 0; i < old.count; i += 1) {
    const slot = old.slots[i] as number;
    if (slot !== next.slots[i] || old.shares[i] !== next.shares[i] || !isSameLoop(before, after, slot))
      return true;
  }
  return false;
}

const isSameLoop = (before: LoopBank, after: LoopBank, slot: number): boolean =>
  haveEqualContent(before.loops[slot] ?? null, after.loops[slot] ?? null);

function copyPlace(from: Readonly<MusicalPosition>, into: MusicalPosition): void {
  into.elapsed = from.elapsed;
  into.beat = from.beat;
  into.beatsPerBar = from.beatsPerBar;
  into.seconds = from.seconds;
}
