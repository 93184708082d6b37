import { RecentGaps } from '../../../src/ui/audio/recent-gaps.js';

describe('recent gaps', () => {
  it('are those of the last ten seconds', () => {
    const gaps = new RecentGaps();
    expect(gaps.count(0, 0)).toBe(0);
    expect(gaps.count(2, 1000)).toBe(2);
    expect(gaps.count(3, 6000)).toBe(3);
    expect(gaps.count(3, 11_001)).toBe(1);
    expect(gaps.count(3, 16_001)).toBe(0);
  });

  // A window that was opened after an underrun showed it as a gap of its own.
  it('are none that had been counted before the page knew of them', () => {
    const gaps = new RecentGaps();
    expect(gaps.count(null, 0)).toBe(0);
    expect(gaps.count(7, 100)).toBe(0);
    expect(gaps.count(8, 200)).toBe(1);
    expect(gaps.count(null, 300)).toBe(1);
    expect(gaps.count(12, 400)).toBe(1);
  });

  it('begin anew when the speaker is opened again', () => {
    const gaps = new RecentGaps();
    gaps.count(5, 0);
    expect(gaps.count(9, 100)).toBe(4);
    expect(gaps.count(0, 200)).toBe(0);
    expect(gaps.count(1, 300)).toBe(1);
  });
});
