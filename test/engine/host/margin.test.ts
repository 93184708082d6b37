import { defaultOutput } from '../../../src/document/output.js';
import { MarginKeeper } from '../../../src/engine/host/margin.js';

function marginOf(margin: 'tight' | 'normal' | 'safe', framesPerCall: 1 | 2 | 4 = 1, rate = 48_000): number {
  const keeper = new MarginKeeper();
  keeper.rate = rate;
  const manifest = { hop: 512, sampleRate: 48_000 } as never;
  keeper.follow({ type: 'load', model: { dir: '', manifest } });
  keeper.follow({ type: 'output', output: { ...defaultOutput(), margin, framesPerCall } });
  return keeper.samples;
}

describe('MarginKeeper', () => {
  it('allows the jitter and a share of one call', () => {
    expect(marginOf('tight')).toBe(Math.ceil(48 + 0.15 * 512));
    expect(marginOf('normal')).toBe(Math.ceil(96 + 0.3 * 512));
    expect(marginOf('safe')).toBe(192 + 256);
  });

  it('grows with the length of a call and with the rate', () => {
    expect(marginOf('safe', 4)).toBe(192 + 4 * 256);
    expect(marginOf('safe', 1, 96_000)).toBe(2 * (192 + 256));
  });

  it('is the jitter alone without a model, and follows a model that goes', () => {
    const keeper = new MarginKeeper();
    keeper.rate = 44_100;
    expect(keeper.samples).toBe(Math.ceil(88.2));
    keeper.follow({ type: 'load', model: { dir: '', manifest: { hop: 2048, sampleRate: 44_100 } as never } });
    expect(keeper.samples).toBe(Math.ceil(88.2 + 0.3 * 2048));
    keeper.follow({ type: 'load', model: null });
    expect(keeper.samples).toBe(Math.ceil(88.2));
  });
});
