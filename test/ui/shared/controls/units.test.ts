import fc from 'fast-check';
import { formatValue, parseValue, type Unit } from '../../../../src/ui/shared/controls/units.js';

describe('values as text', () => {
  it.each([
    [-1, 'dB', '−1.0 dB'],
    [-60, 'dB', '−∞ dB'],
    [0.25, 's', '250 ms'],
    [1.2, 's', '1.20 s'],
    [0.5, '%', '50 %'],
    [1.234, 'latent', '+1.23'],
    [-0.5, 'latent', '−0.50'],
    [NaN, 'plain', '–'],
  ] as const)('writes %d %s as %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it.each([
    ['-3,5 dB', 'dB', -3.5],
    ['−6', 'dB', -6],
    ['250 ms', 's', 0.25],
    ['2', 's', 2],
    ['1.5 s', 'ms', 1500],
    ['40 %', '%', 0.4],
    ['12.6', 'count', 13],
    ['5.', 'dB', 5],
    [',5', '%', 0.005],
    ['2e-3', 'plain', 0.002],
    ['1e400', 'plain', Infinity],
    ['−∞ dB', 'dB', -Infinity],
    ['-inf', 'dB', -Infinity],
    ['loud', 'dB', null],
    ['50 %', 'dB', null],
    ['250 ms', 'dB', null],
    ['-3 dB', '%', null],
    ['3 s', 'count', null],
    ['.', 'plain', null],
    ['', 'plain', null],
    ['1 2 3', 'plain', null],
  ] as const)('reads "%s" in %s', (text, unit, value) => {
    expect(parseValue(text, unit)).toBe(value);
  });

  it('are read back to the digits shown', () => {
    const units: Unit[] = ['dB', 's', '%', 'latent', 'plain'];
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.double({ min: 0.01, max: 9, noNaN: true }), (unit, value) => {
        const read = parseValue(formatValue(value, unit), unit);
        expect(Math.abs((read ?? NaN) - value)).toBeLessThanOrEqual(0.051);
      }),
    );
  });
});
