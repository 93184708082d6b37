import fc from 'fast-check';
import { BLENDED_LOOPS, RECORDED_LOOP } from '../../../src/document/loop-slots.js';
import { LOOP_LENGTHS, type LoopLength } from '../../../src/document/loop-lengths.js';
import { LatentLoop, type LoopBank } from '../../../src/engine/time/latent-loop.js';
import type { PlayableLoop } from '../../../src/engine/time/playable-loop.js';
import { SEAM_FRAMES } from '../../../src/engine/time/recorded-loop.js';

const FRAMES_PER_SECOND = 100;
/** At 120 per minute. */
const BEATS_PER_FRAME = 2 / FRAMES_PER_SECOND;
const BAR: LoopLength = { id: '1 bar', bars: 1 };
const LIVE = -1000;

/** A loop of one latent that counts from `first`. */
const counting = (first: number, frames: number, beats: number | null): PlayableLoop => ({
  frames,
  rows: 1,
  beats,
  latents: Float32Array.from({ length: frames }, (_, i) => first + i),
});

const bankOf = (loops: (PlayableLoop | null)[], shares: [slot: number, share: number][] = []): LoopBank => ({
  loops,
  blend: () => ({
    count: shares.length,
    slots: Int32Array.from(shares, ([slot]) => slot),
    shares: Float64Array.from(shares, ([, share]) => share),
  }),
});

/** Plays latent frames of `LIVE` with the choice that `at` makes for each. */
function play(
  frames: number,
  banks: LoopBank | ((frame: number) => LoopBank),
  at: (frame: number) => { on: boolean; slot: number; atBar?: boolean; length?: LoopLength },
  beatAt: (frame: number) => number = (frame) => frame * BEATS_PER_FRAME,
): number[] {
  const loop = new LatentLoop(1, FRAMES_PER_SECOND);
  return Array.from({ length: frames }, (_, frame) => {
    const values = Float32Array.of(LIVE);
    const place = { elapsed: frame * BEATS_PER_FRAME, beat: beatAt(frame), beatsPerBar: 4, seconds: 0 };
    const bank = typeof banks === 'function' ? banks(frame) : banks;
    loop.process(values, place, { length: BAR, atBar: false, ...at(frame) }, bank);
    return values[0] as number;
  });
}

describe('a kept loop', () => {
  it('lies on the grid of the transport, whenever it is called', () => {
    const bank = bankOf([counting(0, 100, 2)]);
    const played = play(600, bank, (frame) => ({ on: frame >= 137, slot: 1 }));
    for (let frame = 137 + SEAM_FRAMES; frame < 600; frame += 1) {
      if (frame % 100 === 99) continue;
      expect(played[frame]).toBeCloseTo(frame % 100, 3);
    }
    expect(played.slice(0, 137).every((value) => value === LIVE)).toBe(true);
  });

  it('is stretched with the tempo, and follows a transport that jumps', () => {
    const beatAt = (frame: number) => (frame < 300 ? frame * BEATS_PER_FRAME : 33 + (frame - 300) * 0.01);
    const played = play(700, bankOf([counting(0, 100, 2)]), () => ({ on: true, slot: 1 }), beatAt);
    for (let frame = 310; frame < 700; frame += 1) {
      const at = 50 * (beatAt(frame) % 2);
      if (at < 99) expect(played[frame]).toBeCloseTo(at, 3);
    }
  });

  it('takes as long as its latent frames where it has no beats, from when it began', () => {
    const played = play(200, bankOf([counting(0, 30, null)]), (frame) => ({ on: frame >= 41, slot: 1 }));
    for (let frame = 41 + SEAM_FRAMES; frame < 200; frame += 1)
      expect(played[frame]).toBeCloseTo((frame - 41) % 30, 4);
  });

  it('begins, changes and ends with a bar where that is wanted', () => {
    const bank = bankOf([counting(0, 1, 4), counting(500, 1, 4)]);
    const played = play(1100, bank, (frame) => ({
      on: frame >= 50 && frame < 750,
      slot: frame < 420 ? 1 : 2,
      atBar: true,
    }));
    // A bar is 200 latent frames.
    expect(played[199]).toBe(LIVE);
    expect(played[203]).toBe(0);
    expect(played[599]).toBe(0);
    expect(played[603]).toBe(500);
    expect(played[799]).toBe(500);
    expect(played[803]).toBe(LIVE);
  });

  // The slot's new content was heard at once: a step within one latent frame.
  it('fades to what takes the place of a loop that plays, and to the encoder where it is removed', () => {
    const [old, next] = [bankOf([counting(100, 1, 4)]), bankOf([counting(200, 1, 4)])];
    const gone = bankOf([null]);
    const banks = (frame: number) => (frame < 50 ? old : frame < 90 ? next : gone);
    const played = play(130, banks, () => ({ on: true, slot: 1 }));
    expect(played.slice(49, 54)).toEqual([100, 125, 150, 175, 200]);
    expect(played.slice(89, 94)).toEqual([200, -100, -400, -700, LIVE]);
    // A second change within the fade waits for its end.
    const hasty = play(
      80,
      (frame) => (frame < 50 ? old : frame < 52 ? next : gone),
      () => ({ on: true, slot: 1 }),
    );
    expect(hasty.slice(49, 58)).toEqual([100, 125, 150, 175, 200, -100, -400, -700, LIVE]);
  });

  it('goes on without a fade where a bank has the same content under another name', () => {
    const same = () => bankOf([counting(0, 100, 2), counting(7, 3, null)]);
    const [first, second] = [same(), { ...same(), loops: [counting(0, 100, 2), counting(9, 3, null)] }];
    const plain = play(300, first, () => ({ on: true, slot: 1 }));
    expect(
      play(
        300,
        (frame) => (frame < 150 ? first : second),
        () => ({ on: true, slot: 1 }),
      ),
    ).toEqual(plain);
  });

  it('fades where the loops or the places of a blend change', () => {
    const blend = (shares: [number, number][], level: number) =>
      bankOf([counting(100, 1, 4), counting(level, 1, 4)], shares);
    const choice = () => ({ on: true, slot: BLENDED_LOOPS });
    const [half, other] = [
      [
        [0, 0.5],
        [1, 0.5],
      ] as [number, number][],
      [[0, 1]] as [number, number][],
    ];
    const old = blend(half, 200);
    const level = play(80, (frame) => (frame < 50 ? old : blend(half, 400)), choice);
    expect(level.slice(49, 54)).toEqual([150, 175, 200, 225, 250]);
    const places = play(80, (frame) => (frame < 50 ? old : blend(other, 200)), choice);
    expect(places.slice(49, 54)).toEqual([150, 137.5, 125, 112.5, 100]);
  });

  it('fades from one to another in equal steps, also where the change comes within a fade', () => {
    const bank = bankOf([counting(100, 1, 4), counting(200, 1, 4)]);
    const played = play(60, bank, (frame) => ({ on: true, slot: frame < 20 || frame >= 42 ? 1 : 2 }));
    expect(played.slice(19, 25)).toEqual([100, 125, 150, 175, 200, 200]);
    const interrupted = play(60, bank, (frame) => ({ on: true, slot: frame === 20 ? 2 : 1 }));
    expect(Math.max(...interrupted.slice(19))).toBe(125);
    expect(interrupted[25]).toBe(100);
  });

  it('lets the encoder pass where the slot is empty, or holds the loop of another model', () => {
    const wide = { ...counting(0, 10, 4), latents: new Float32Array(20) };
    for (const slot of [1, 2, 3])
      expect(
        play(20, bankOf([null, wide]), () => ({ on: true, slot })).every((value) => value === LIVE),
      ).toBe(true);
  });

  it('plays one signal on both sides, and each side its own', () => {
    const loop = new LatentLoop(4, FRAMES_PER_SECOND, 2);
    const bank = bankOf([
      { frames: 1, rows: 1, beats: 4, latents: Float32Array.of(1, 2) },
      { frames: 1, rows: 2, beats: 4, latents: Float32Array.of(1, 2, 3, 4) },
    ]);
    const heard = (slot: number) => {
      const values = new Float32Array(4);
      for (let i = 0; i < 5; i += 1)
        loop.process(
          values,
          { elapsed: i, beat: i, beatsPerBar: 4, seconds: 0 },
          { on: true, slot, atBar: false, length: BAR },
          bank,
        );
      return [...values];
    };
    expect(heard(1)).toEqual([1, 2, 1, 2]);
    expect(heard(2)).toEqual([1, 2, 3, 4]);
  });

  it('sounds as the loop that it was kept from, at every length', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LOOP_LENGTHS),
        fc.integer({ min: 300, max: 900 }),
        (length: LoopLength, from) => {
          const loop = new LatentLoop(1, FRAMES_PER_SECOND);
          const place = { elapsed: 0, beat: 0, beatsPerBar: 4, seconds: 0 };
          const at = (frame: number, slot: number, bank: LoopBank) => {
            const values = Float32Array.of(Math.sin(0.05 * frame));
            place.elapsed = place.beat = frame * BEATS_PER_FRAME;
            loop.process(values, place, { on: frame >= from, slot, atBar: false, length }, bank);
            return values[0] as number;
          };
          for (let frame = 0; frame < from + 10; frame += 1) at(frame, RECORDED_LOOP, bankOf([]));
          const content = loop.content(length);
          if (content === null) return;
          const { frames, rows, beats, values } = content;
          const recorded = Array.from({ length: 2 * frames }, (_, i) =>
            at(from + 10 + i, RECORDED_LOOP, bankOf([])),
          );
          const kept = new LatentLoop(1, FRAMES_PER_SECOND);
          const bank = bankOf([{ frames, rows, beats, latents: values }]);
          const again = Array.from({ length: 10 + 2 * frames }, (_, i) => {
            const live = Float32Array.of(0);
            const beat = (from + i) * BEATS_PER_FRAME;
            kept.process(
              live,
              { elapsed: beat, beat, beatsPerBar: 4, seconds: 0 },
              { on: true, slot: 1, atBar: false, length },
              bank,
            );
            return live[0] as number;
          }).slice(10);
          // Rounds that are no whole number of latent frames are resampled.
          const error = Math.max(...recorded.map((value, i) => Math.abs(value - (again[i] ?? NaN))));
          expect(error).toBeLessThan(frames < 2 * SEAM_FRAMES ? 0.5 : 0.06);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is not there to be kept before enough was heard', () => {
    expect(new LatentLoop(1, FRAMES_PER_SECOND).content(BAR)).toBeNull();
  });
});

describe('a blend of kept loops', () => {
  it('adds the shares, each loop stretched to the chosen length', () => {
    const bank = bankOf(
      [counting(0, 50, 1), null, counting(100, 200, null)],
      [
        [0, 0.25],
        [2, 0.75],
      ],
    );
    const played = play(500, bank, () => ({ on: true, slot: BLENDED_LOOPS }));
    for (let frame = SEAM_FRAMES; frame < 500; frame += 1) {
      const phase = (frame % 200) / 200;
      if (phase < 0.98) expect(played[frame]).toBeCloseTo(0.25 * 50 * phase + 0.75 * (100 + 200 * phase), 2);
    }
  });

  it('lets the encoder pass where no loop has a place', () => {
    expect(
      play(20, bankOf([counting(0, 5, 4)]), () => ({ on: true, slot: BLENDED_LOOPS })).every(
        (value) => value === LIVE,
      ),
    ).toBe(true);
  });
});
