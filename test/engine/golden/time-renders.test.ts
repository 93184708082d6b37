import { readFileSync } from 'node:fs';
import { timeRenders } from './time-renders.js';

const golden = JSON.parse(readFileSync(new URL('time-renders.json', import.meta.url), 'utf8')) as Record<
  string,
  number[]
>;

describe('renders of loops and motion', () => {
  const renders = timeRenders();

  it('are those that were stored, all of them', () => {
    expect(Object.keys(renders)).toEqual(Object.keys(golden));
  });

  // `npm run golden` stores them again, where a change is meant.
  it.each(Object.keys(golden))('%s: every latent frame is what it was', (name) => {
    const expected = golden[name] ?? [];
    const heard = renders[name] ?? [];
    expect(heard).toHaveLength(expected.length);
    heard.forEach((value, frame) => {
      if (!(Math.abs(value - (expected[frame] ?? NaN)) <= 2e-6))
        throw new Error(`latent frame ${frame} is ${value}, not ${expected[frame]}`);
    });
    // A render in which nothing happens would show no change.
    expect(new Set(expected).size).toBeGreaterThan(3);
  });
});
