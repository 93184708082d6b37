import { describe, expect, test } from '@jest/globals';
import { Splice } from '../../../src/engine/stream/splice.js';

describe('a splice', () => {
  const run = (pieces: { samples: number[]; cut?: boolean }[]) => {
    const splice = new Splice(1, 8);
    return pieces.flatMap(({ samples, cut }) => {
      if (cut === true) splice.break();
      const channel = Float32Array.from(samples);
      splice.process([channel], samples.length);
      return [...channel];
    });
  };

  test('does not change sound without a break', () => {
    expect(run([{ samples: [0.5, -0.5] }, { samples: [0.25] }])).toEqual([0.5, -0.5, 0.25]);
  });

  test('goes from the last value to what follows along half a cosine', () => {
    const result = run([
      { samples: [1, 1] },
      { samples: [0, 0, 0], cut: true },
      { samples: new Array<number>(9).fill(0) },
    ]);
    const fade = Array.from({ length: 8 }, (_, i) => 0.5 * (1 + Math.cos((Math.PI * i) / 8)));
    [1, 1, ...fade, 0, 0, 0, 0].forEach((value, i) => expect(result[i]).toBeCloseTo(value, 6));
  });

  test('a second break within the fade starts from what was heard', () => {
    const result = run([
      { samples: [1, 1] },
      { samples: [0, 0, 0, 0], cut: true },
      { samples: new Array<number>(10).fill(-1), cut: true },
    ]);
    expect(result[6]).toBeCloseTo(result[5] ?? NaN, 6);
    expect(result[15]).toBe(-1);
  });
});
