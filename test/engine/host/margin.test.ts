import { marginSamples } from '../../../src/engine/host/margin.js';

const CALL_SECONDS = 512 / 48_000;

describe('marginSamples', () => {
  it('allows the jitter and a share of one call', () => {
    expect(marginSamples('tight', 48_000, CALL_SECONDS)).toBe(Math.ceil(48 + 0.15 * 512));
    expect(marginSamples('normal', 48_000, CALL_SECONDS)).toBe(Math.ceil(96 + 0.3 * 512));
    expect(marginSamples('safe', 48_000, CALL_SECONDS)).toBe(192 + 256);
  });

  it('grows with the length of a call and with the rate', () => {
    expect(marginSamples('safe', 48_000, 4 * CALL_SECONDS)).toBe(192 + 4 * 256);
    expect(marginSamples('safe', 96_000, CALL_SECONDS)).toBe(2 * (192 + 256));
  });

  it('is the jitter alone without a model', () => {
    expect(marginSamples('normal', 44_100, 0)).toBe(Math.ceil(88.2));
  });
});
