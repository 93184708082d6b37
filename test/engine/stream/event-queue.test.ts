import { PendingEvents } from '../../../src/engine/stream/event-queue.js';

const taken = (events: PendingEvents, frames: number) => {
  const { count, offsetSamples, parameterIndex, value } = events.take(frames);
  return Array.from({ length: count }, (_, i) => [offsetSamples[i], parameterIndex[i], value[i]]);
};

describe('PendingEvents', () => {
  it('hands changes over in the order of their samples, and those of one sample in their own', () => {
    const events = new PendingEvents(8);
    events.push(30, 1, 0.1);
    events.push(10, 2, 0.2);
    events.push(30, 1, 0.3);
    events.push(-5, 3, 0.4);
    events.push(900, 4, 0.5);
    expect(taken(events, 64)).toEqual([
      [0, 3, 0.4],
      [10, 2, 0.2],
      [30, 1, 0.1],
      [30, 1, 0.3],
      [63, 4, 0.5],
    ]);
    expect(taken(events, 64)).toEqual([]);
  });

  it('keeps the newest value of every parameter when there is no room', () => {
    const events = new PendingEvents(6);
    // The last change of all gave way, so that of two parameters that move together one stayed behind.
    for (let step = 0; step < 50; step++) {
      events.push(0, 18, step / 100);
      events.push(0, 20, -step);
    }
    const left = taken(events, 64);
    expect(left).toHaveLength(6);
    expect(left.filter(([, index]) => index === 18).at(-1)).toEqual([0, 18, 0.49]);
    expect(left.filter(([, index]) => index === 20).at(-1)).toEqual([0, 20, -49]);
    // A parameter without a place yet takes the last one.
    for (let i = 0; i < 6; i++) events.push(i, 1, i);
    events.push(2, 9, 1);
    expect(taken(events, 64).map(([, index]) => index)).toEqual([1, 1, 1, 9, 1, 1]);
  });
});
