import fc from 'fast-check';
import { LOOP_LENGTHS, type LoopLength } from '../../../src/document/loop-lengths.js';
import { RECORDED_LOOP } from '../../../src/document/loop-slots.js';
import { LatentLoop } from '../../../src/engine/time/latent-loop.js';
import { SEAM_FRAMES } from '../../../src/engine/time/recorded-loop.js';

const FRAMES_PER_SECOND = 100;
/** At 120 per minute. */
const BEATS_PER_FRAME = 2 / FRAMES_PER_SECOND;

const lengthOf = (id: string): LoopLength => {
  const found = LOOP_LENGTHS.find((length) => length.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

const NO_LOOPS = {
  loops: [],
  blend: () => ({ count: 0, slots: new Int32Array(0), shares: new Float64Array(0) }),
};

interface Played {
  readonly value: number;
  readonly beat: number;
}

/** Plays `frames` latent frames of one value, each the number of its own, with the loop on where `on` says. */
function play(
  frames: number,
  length: LoopLength,
  on: (frame: number) => boolean,
  beatAt: (frame: number) => number = (frame) => frame * BEATS_PER_FRAME,
  valueAt: (frame: number) => number = (frame) => frame,
): Played[] {
  const loop = new LatentLoop(1, FRAMES_PER_SECOND);
  return Array.from({ length: frames }, (_, frame) => {
    const latents = Float32Array.of(valueAt(frame));
    const place = { elapsed: frame * BEATS_PER_FRAME, beat: beatAt(frame), beatsPerBar: 4, seconds: 0 };
    const choice = { on: on(frame), length, slot: RECORDED_LOOP, atBar: false };
    loop.process(latents, place, choice, NO_LOOPS);
    return { value: latents[0] as number, beat: place.beat };
  });
}

describe('a latent loop', () => {
  it('passes what is encoded while it is off', () => {
    expect(play(300, lengthOf('1 beat'), () => false).map(({ value }) => value)).toEqual(
      Array.from({ length: 300 }, (_, i) => i),
    );
  });

  it('repeats the last whole bar on the grid, away from the seam', () => {
    // A bar is 200 latent frames; switched on within the third, it repeats the second.
    const played = play(1400, lengthOf('1 bar'), (frame) => frame >= 450);
    for (let frame = 450 + SEAM_FRAMES; frame < 1400; frame += 1) {
      const within = frame % 200;
      if (within >= 200 - SEAM_FRAMES) continue;
      expect(played[frame]?.value).toBeCloseTo(200 + within, 3);
    }
  });

  it('fades over at the seam to what was before the loop, and in and out', () => {
    const played = play(1400, lengthOf('1 bar'), (frame) => frame >= 450 && frame < 1250);
    // A quarter, a half, three quarters of the way from 200 + within to within.
    expect([797, 798, 799, 800].map((frame) => played[frame]?.value)).toEqual([
      397 - 50,
      398 - 100,
      399 - 150,
      200,
    ]);
    // Live is 450, the loop has 250: the first latent frame of the fade has a quarter of it.
    expect(played[450]?.value).toBeCloseTo(400, 3);
    expect(played[1250]?.value).toBeCloseTo(1250 + 0.75 * (250 - 1250), 2);
    expect(played[1253]?.value).toBe(1253);
  });

  it('repeats seconds from the moment of switching on', () => {
    const played = play(600, lengthOf('0.5 s'), (frame) => frame >= 333);
    for (const frame of [340, 370, 420, 511])
      if ((frame - 333) % 50 < 46) expect(played[frame]?.value).toBeCloseTo(283 + ((frame - 333) % 50), 3);
  });

  it('takes half the length, and half of that, where less was heard; nothing where nothing was', () => {
    // 60 latent frames are 1.2 beats: of 8 bars one beat is left, the first 50 latent frames.
    const played = play(200, lengthOf('8 bars'), (frame) => frame >= 60);
    for (const frame of [74, 90, 120, 180]) expect(played[frame]?.value).toBeCloseTo(frame % 50, 3);
    expect(play(20, lengthOf('1 bar'), () => true).map(({ value }) => value)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  it('stays on the grid of a transport that jumps and changes its tempo', () => {
    // From the 500th latent frame on at half the tempo, and from the 700th on elsewhere in the song.
    const beatAt = (frame: number) =>
      frame < 500
        ? frame * BEATS_PER_FRAME
        : frame < 700
          ? 10 + (frame - 500) * 0.5 * BEATS_PER_FRAME
          : 101.25 + (frame - 700) * 0.5 * BEATS_PER_FRAME;
    const played = play(1000, lengthOf('2 beats'), (frame) => frame >= 420, beatAt);
    played.slice(430).forEach(({ value, beat }) => {
      // Two beats are 100 latent frames; switched on in the fifth pair, it repeats the fourth.
      const within = (beat % 2) / BEATS_PER_FRAME;
      if (within < 100 - SEAM_FRAMES) expect(value).toBeCloseTo(300 + within, 2);
    });
  });

  it('has no step at the seam of a moving sound that is larger than its own', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LOOP_LENGTHS.filter((length: LoopLength) => (length.bars ?? 0) <= 2)),
        fc.integer({ min: 120, max: 900 }),
        fc.double({ min: 0.01, max: 0.2, noNaN: true }),
        (length: LoopLength, from, frequency) => {
          const played = play(
            2000,
            length,
            (frame) => frame >= from,
            undefined,
            (frame) => Math.sin(frequency * frame),
          );
          const steps = played.map(({ value }, i) => Math.abs(value - (played[i - 1]?.value ?? value)));
          // Over a seam the sound goes from one of its values to any other, in no fewer latent frames than the fade has.
          const frames = Math.min(SEAM_FRAMES, (length.seconds ?? 1) * 25, (length.beats ?? 1) * 12.5);
          const fade = 2 / Math.max(1, frames);
          const fadedIn = from + SEAM_FRAMES;
          const own = 2 * frequency + 1e-6;
          expect(Math.max(...steps.slice(fadedIn))).toBeLessThan(fade + own);
          // Switched on beside a seam, the fade into the loop and the one over the seam move it together.
          expect(Math.max(...steps.slice(0, fadedIn))).toBeLessThan(2 * fade + own);
        },
      ),
      // Switched on three latent frames before a seam: both fades at once.
      { examples: [[lengthOf('1 beat'), 897, 0.021825706816071933]] },
    );
  });

  it('is the round before the last line of the grid, faded at its end to what was before it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LOOP_LENGTHS.filter((length: LoopLength) => length.seconds === undefined)),
        fc.integer({ min: 50, max: 1200 }),
        // Beside the lines of the grid, where rounding decides which round it is.
        fc.integer({ min: -5000, max: 5000 }).map((n) => n / 100 + 0.0037),
        (length: LoopLength, on, origin) => {
          const beatAt = (frame: number) => origin + frame * BEATS_PER_FRAME;
          const played = play(on + 700, length, (frame) => frame >= on, beatAt);
          // Each latent frame has its own number, so that a value says where it is from.
          let beats = length.beats ?? (length.bars ?? 1) * 4;
          const start = () => (beats * Math.floor(beatAt(on) / beats) - beats - origin) / BEATS_PER_FRAME;
          while (start() < 0) beats /= 2;
          const frames = beats / BEATS_PER_FRAME;
          const seam = Math.min(SEAM_FRAMES, frames / 4);
          let error = 0;
          for (let frame = on + SEAM_FRAMES; frame < on + 700; frame += 1) {
            const at = (beatAt(frame) / beats - Math.floor(beatAt(frame) / beats)) * frames;
            const fade = Math.max(0, (at - (frames - seam)) / seam);
            // Where the record ends within the fade, its first or last latent frame is held.
            const recorded = (index: number) => Math.min(on - 1, Math.max(0, index));
            const [value, before] = [recorded(start() + at), recorded(start() + at - frames)];
            const expected = value + fade * (before - value);
            error = Math.max(error, Math.abs((played[frame]?.value ?? NaN) - expected));
          }
          expect(error).toBeLessThan(0.005);
        },
      ),
      { numRuns: 60 },
    );
  });
});
