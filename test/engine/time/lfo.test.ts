import fc from 'fast-check';
import { LFO_SHAPES } from '../../../src/document/lfo-shapes.js';
import { lfoAt, type LfoSource } from '../../../src/engine/time/lfo.js';

const lfo = (change: Partial<LfoSource>): LfoSource => ({
  ...{ kind: 'lfo', shape: 'ramp', period: 4, unit: 'beats', phase: 0, seed: 0 },
  ...change,
});
const place = (beat: number, seconds = beat / 2) => ({ elapsed: 0, beat, beatsPerBar: 4, seconds });

describe('an input that moves by itself', () => {
  it('has its course over one cycle', () => {
    const quarters = (shape: LfoSource['shape']) =>
      [0, 1, 2, 3].map((beat) => Number(lfoAt(lfo({ shape }), place(beat)).toFixed(12)));
    expect(quarters('sine')).toEqual([0, 0.5, 1, 0.5]);
    expect(quarters('triangle')).toEqual([0, 0.5, 1, 0.5]);
    expect(quarters('ramp')).toEqual([0, 0.25, 0.5, 0.75]);
    expect(new Set(quarters('steps')).size).toBe(1);
  });

  it('counts beats or seconds, from its phase', () => {
    expect(lfoAt(lfo({ unit: 'seconds' }), place(2, 3))).toBe(0.75);
    expect(lfoAt(lfo({ phase: 0.25 }), place(-1))).toBe(0);
  });

  it('has other random values in other cycles and with other seeds, spread over the whole range', () => {
    const values = Array.from({ length: 400 }, (_, i) =>
      lfoAt(lfo({ shape: 'steps', seed: i % 2 }), place(4 * i - 800)),
    );
    expect(new Set(values).size).toBe(400);
    for (const [low, high] of [
      [0, 0.25],
      [0.25, 0.5],
      [0.5, 0.75],
      [0.75, 1],
    ] as const)
      expect(values.filter((value) => value >= low && value <= high).length).toBeGreaterThan(60);
  });

  it('is within 0 and 1, and a smooth shape moves no faster than its cycle allows', () => {
    const source = fc.record({
      ...{ shape: fc.constantFrom(...LFO_SHAPES), period: fc.double({ min: 0.05, max: 600, noNaN: true }) },
      ...{ unit: fc.constantFrom('beats' as const, 'seconds' as const) },
      ...{ phase: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.integer({ min: 0, max: 0xffff }) },
    });
    fc.assert(
      fc.property(source, fc.double({ min: -1e5, max: 1e5, noNaN: true }), (settings, beat) => {
        const at = lfo(settings);
        const step = at.period / 1000;
        const here = lfoAt(at, place(beat, beat));
        const next = lfoAt(at, place(beat + step, beat + step));
        expect(here).toBeGreaterThanOrEqual(0);
        expect(here).toBeLessThanOrEqual(1);
        // Of a cosine, and a triangle, over a thousandth of a cycle.
        if (at.shape === 'sine' || at.shape === 'triangle' || at.shape === 'random')
          expect(Math.abs(next - here)).toBeLessThan(0.0032);
      }),
    );
  });

  it('is its shape at the place in the cycle that beats, seconds and phase give', () => {
    const settings = fc.record({
      shape: fc.constantFrom(...LFO_SHAPES),
      period: fc.double({ min: 0.05, max: 600, noNaN: true }),
      unit: fc.constantFrom('beats' as const, 'seconds' as const),
      phase: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.integer({ min: 0, max: 0xffff }),
    });
    const time = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(settings, time, time, (change, beat, seconds) => {
        const { shape, period, unit, phase } = change;
        const cycles = (unit === 'beats' ? beat : seconds) / period + phase;
        const x = cycles - Math.floor(cycles);
        // Middle of a cycle, as steps: one value for all of it.
        const step = (ahead: number) => {
          const middle = (Math.floor(cycles) + ahead + 0.5 - phase) * period;
          return lfoAt(lfo({ ...change, shape: 'steps' }), place(middle, middle));
        };
        const rise = 0.5 - 0.5 * Math.cos(Math.PI * x);
        const expected = {
          sine: Math.sin(Math.PI * x) ** 2,
          triangle: 1 - Math.abs(2 * x - 1),
          ramp: x,
          steps: step(0),
          random: step(0) + rise * (step(1) - step(0)),
        }[shape];
        expect(lfoAt(lfo(change), place(beat, seconds))).toBeCloseTo(expected, 6);
      }),
    );
  });
});
