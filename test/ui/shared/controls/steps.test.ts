import { stepValue, wheelNotches } from '../../../../src/ui/shared/controls/steps.js';

describe('the step of an arrow key in a number field', () => {
  // It was 1 % of the linear range: 20 latent units.
  it('suits the unit, whatever the range', () => {
    const latent = { min: -1000, max: 1000, unit: 'latent' } as const;
    expect(stepValue(latent, 0, 1, 1)).toBeCloseTo(0.1, 9);
    expect(stepValue(latent, 0.5, -1, 10)).toBeCloseTo(0.49, 9);
    expect(stepValue({ min: -60, max: 12, unit: 'dB' }, -6, 1, 1)).toBe(-5);
    expect(stepValue({ min: 1024, max: 65_535, unit: 'count' }, 9000, -1, 10)).toBe(8999);
  });

  it('is a share of the control’s length for values with a skew, as where they are dragged', () => {
    const seconds = { min: 0, max: 30, skew: 0.3, unit: 's' } as const;
    const low = stepValue(seconds, 0.01, 1, 1) - 0.01;
    const high = stepValue(seconds, 10, 1, 1) - 10;
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(5 * low);
  });

  it('stays within the range', () => {
    const share = { min: 0, max: 1, unit: '%' } as const;
    expect(stepValue(share, 1, 1, 1)).toBe(1);
    expect(stepValue(share, 0.005, -1, 1)).toBe(0);
  });
});

describe('a wheel event', () => {
  it.each([
    ['a notch in pixels', { deltaX: 0, deltaY: -100, deltaMode: 0 }, 1],
    ['two notches in lines', { deltaX: 0, deltaY: 6, deltaMode: 1 }, -2],
    ['a small step of a trackpad', { deltaX: 0, deltaY: -8, deltaMode: 0 }, 0.08],
    ['a wheel across', { deltaX: 100, deltaY: 0, deltaMode: 0 }, 1],
    ['a spinning wheel', { deltaX: 0, deltaY: -5000, deltaMode: 0 }, 4],
  ] as const)('counts %s', (_, event, notches) => {
    expect(wheelNotches(event)).toBeCloseTo(notches, 9);
  });
});
