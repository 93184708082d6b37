import fc from 'fast-check';
import { FREE_TIME } from '../../../src/engine/time/musical-time.js';
import { Timeline, type MusicalPosition } from '../../../src/engine/time/timeline.js';

const RATE = 48_000;
const at = (timeline: Timeline, sample: number): MusicalPosition => {
  const place = { elapsed: NaN, beat: NaN, beatsPerBar: NaN, seconds: NaN };
  timeline.locate(sample, place);
  return place;
};
const time = (tempo: number, beat: number, playing = true, beatsPerBar = 4, songSample = NaN) => ({
  ...{ tempo, beat, playing, beatsPerBar, songSample },
});

describe('a timeline', () => {
  it('counts at 120 per minute until a tempo is set', () => {
    const timeline = new Timeline(RATE);
    expect(at(timeline, 24_000)).toEqual({
      ...{ elapsed: 1, beat: 1, beatsPerBar: FREE_TIME.beatsPerBar, seconds: 0.5 },
    });
  });

  it('follows the transport, and jumps with it; the elapsed beats do not jump', () => {
    const timeline = new Timeline(RATE);
    timeline.mark(0, time(120, 8));
    timeline.mark(24_000, time(60, 9, true, 3));
    timeline.mark(72_000, time(60, 2, true, 3));
    expect(at(timeline, 12_000)).toEqual({ elapsed: 0.5, beat: 8.5, beatsPerBar: 4, seconds: 4.25 });
    expect(at(timeline, 48_000)).toEqual({ elapsed: 1.5, beat: 9.5, beatsPerBar: 3, seconds: 5 });
    expect(at(timeline, 96_000)).toEqual({ elapsed: 2.5, beat: 2.5, beatsPerBar: 3, seconds: 2.5 });
  });

  it('goes on at the last tempo while the transport is stopped', () => {
    const timeline = new Timeline(RATE);
    timeline.mark(0, time(240, 5));
    timeline.mark(12_000, time(240, 0, false));
    expect(at(timeline, 24_000)).toMatchObject({ elapsed: 2, beat: 7 });
    timeline.restart();
    expect(at(timeline, 12_000)).toMatchObject({ elapsed: 1, beat: 1 });
  });

  it('keeps the position that a host gives in blocks of any size, to half a sample', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 8192 }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 10, max: 1000, noNaN: true }),
        fc.double({ min: -64, max: 1e4, noNaN: true }),
        (blocks, tempo, start) => {
          const timeline = new Timeline(RATE);
          const beatsPerSample = tempo / 60 / RATE;
          let sample = 0;
          for (const block of blocks) {
            // Hosts give the beat and its fraction in single precision.
            const beat = start + sample * beatsPerSample;
            const whole = Math.floor(beat);
            timeline.mark(sample, time(tempo, whole + Math.fround(beat - whole)));
            sample += block;
          }
          for (const probe of [sample - 1, Math.max(0, sample - 20_000)]) {
            const error = at(timeline, probe).beat - (start + probe * beatsPerSample);
            expect(Math.abs(error)).toBeLessThan(2e-5);
          }
        },
      ),
    );
  });

  // Seconds were counted from the beat, as if the song had had its present tempo from the start.
  it('counts seconds by the transport’s samples, whatever the tempo was', () => {
    const timeline = new Timeline(RATE);
    timeline.mark(0, time(120, 8, true, 4, 480_000));
    timeline.mark(24_000, time(60, 9, true, 4, 504_000));
    expect(at(timeline, 12_000).seconds).toBe(10.25);
    expect(at(timeline, 48_000).seconds).toBe(11);
    // Jumps with the transport, also where the beat does not.
    timeline.mark(72_000, time(60, 10, true, 4, -48_000));
    expect(at(timeline, 96_000).seconds).toBe(-0.5);
    timeline.mark(96_000, time(60, 0, false, 4, 0));
    expect(at(timeline, 120_000).seconds).toBe(0);
  });

  it('gives a song the same seconds, bit for bit, wherever it is entered', () => {
    const blocks = fc.array(fc.integer({ min: 1, max: 8192 }), { minLength: 1, maxLength: 40 });
    const song = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
    fc.assert(
      fc.property(
        blocks,
        fc.nat({ max: 39 }),
        song,
        fc.infiniteStream(fc.constantFrom(60, 97.3, 1000)),
        (sizes, skipped, start, tempos) => {
          const whole = new Timeline(RATE);
          const later = new Timeline(RATE);
          let sample = 0;
          let entered = NaN;
          for (const [i, size] of sizes.entries()) {
            const tempo = tempos.next().value as number;
            const place = time(tempo, i, true, 4, start + sample);
            whole.mark(sample, place);
            if (i === Math.min(skipped, sizes.length - 1)) entered = sample;
            if (!Number.isNaN(entered)) later.mark(sample - entered, place);
            sample += size;
          }
          for (const probe of [sample, (sample + entered) / 2])
            expect(at(later, probe - entered).seconds).toBe(at(whole, probe).seconds);
        },
      ),
    );
  });

  it('keeps the recent past of many changes', () => {
    const timeline = new Timeline(RATE);
    for (let i = 0; i < 5000; i += 1) timeline.mark(i * 32, time(100 + (i % 7), i / 100));
    expect(at(timeline, 4999 * 32).beat).toBeCloseTo(49.99, 9);
    expect(at(timeline, 4000 * 32).beat).toBeCloseTo(40, 9);
  });
});
