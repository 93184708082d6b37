import { describe, expect, test } from '@jest/globals';
import { PARAMETERS, PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { StreamEvents } from '../../../src/engine/stream/events.js';
import { Splice } from '../../../src/engine/stream/splice.js';
import { Timeline } from '../../../src/engine/stream/timeline.js';

describe('the events of a block', () => {
  test('keep their order and bounds', () => {
    const events = new StreamEvents(3);
    expect(events.push(5, PARAMETER_INDEX.ceiling, 12)).toBe(true);
    expect(events.push(5, PARAMETER_INDEX.input, NaN)).toBe(true);
    expect([...events.value.subarray(0, 2)]).toEqual([0, PARAMETERS[0]?.initial]);
    expect(() => events.push(4, 0, 0)).toThrow(RangeError);
    expect(() => events.push(NaN, 0, 0)).toThrow(RangeError);
    expect(() => events.push(6, PARAMETERS.length, 0)).toThrow(RangeError);
    expect(events.push(9, 1, 0.5)).toBe(true);
    expect(events.push(9, 1, 0.6)).toBe(false);
    expect(events.count).toBe(3);
    events.clear();
    expect(events.push(0, 1, 0.6)).toBe(true);
    expect(() => events.push(-1, 1, 0.6)).toThrow(RangeError);
  });
});

describe('the timeline', () => {
  const drain = (timeline: Timeline) => {
    const seen: [number, number, number][] = [];
    for (; timeline.next < Infinity; timeline.shift())
      seen.push([timeline.next, timeline.nextKey, timeline.nextValue]);
    return seen;
  };

  test('gives back in order, round and round', () => {
    const timeline = new Timeline(4);
    for (let turn = 0; turn < 5; turn += 1) {
      timeline.push(turn, 1, 10 + turn);
      timeline.push(turn + 0.5, 2, 20 + turn);
      expect(drain(timeline)).toEqual([
        [turn, 1, 10 + turn],
        [turn + 0.5, 2, 20 + turn],
      ]);
    }
    timeline.shift();
    expect(timeline.next).toBe(Infinity);
  });

  test('full, it thins but keeps the last value of each parameter', () => {
    const timeline = new Timeline(3);
    timeline.push(1, 7, 0.1);
    timeline.push(2, 8, 0.2);
    timeline.push(3, 8, 0.3);
    timeline.push(4, 7, 0.9);
    timeline.push(5, 8, 0.8);
    expect(drain(timeline)).toEqual([
      [1, 7, 0.9],
      [2, 8, 0.2],
      [3, 8, 0.8],
    ]);
  });
});

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

  test('leaves sound without a break alone', () => {
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
