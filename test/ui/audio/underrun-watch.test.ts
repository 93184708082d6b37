import { UnderrunWatch } from '../../../src/ui/audio/underrun-watch.js';

describe('UnderrunWatch', () => {
  it('reports many underruns within a short time, and not again for a while', () => {
    const watch = new UnderrunWatch();
    for (let gaps = 1; gaps < 10; gaps++) expect(watch.count(gaps, gaps * 1000)).toBe(false);
    expect(watch.count(10, 9500)).toBe(true);
    expect(watch.count(30, 10_000)).toBe(false);
    expect(watch.count(60, 130_000)).toBe(true);
  });

  it('does not report underruns that are far apart', () => {
    const watch = new UnderrunWatch();
    for (let gaps = 1; gaps < 40; gaps++) expect(watch.count(gaps, gaps * 2000)).toBe(false);
  });

  it('ignores underruns while the speaker opens, and counts from zero then', () => {
    const watch = new UnderrunWatch();
    watch.count(9, 0);
    watch.open(1000);
    expect(watch.count(30, 2000)).toBe(false);
    expect(watch.count(39, 5000)).toBe(false);
    expect(watch.count(40, 5100)).toBe(true);
  });
});
