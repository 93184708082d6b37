import { ChangeQueue } from '../../../src/engine/stream/change-queue.js';

const drain = (queue: ChangeQueue) => {
  const seen: [position: number, key: number, value: number][] = [];
  for (; queue.length > 0; queue.shift()) seen.push([queue.next, queue.nextKey, queue.nextValue]);
  return seen;
};

describe('ChangeQueue', () => {
  it('gives changes in the order of their positions, and those of one position as they came', () => {
    const queue = new ChangeQueue(8, 5);
    queue.push(30, 1, 0.1);
    queue.push(10, 2, 0.2);
    queue.push(30, 3, 0.3);
    queue.push(-5, 3, 0.4);
    queue.push(20, 4, 0.5);
    expect(drain(queue)).toEqual([
      [-5, 3, 0.4],
      [10, 2, 0.2],
      [20, 4, 0.5],
      [30, 1, 0.1],
      [30, 3, 0.3],
    ]);
    expect(queue.next).toBe(Infinity);
    queue.shift();
    expect(queue.length).toBe(0);
  });

  it('is used round and round', () => {
    const queue = new ChangeQueue(4, 3);
    for (let turn = 0; turn < 7; turn += 1) {
      queue.push(turn + 0.5, 2, 20 + turn);
      queue.push(turn, 1, 10 + turn);
      queue.push(turn + 0.25, 0, turn);
      expect(drain(queue)).toEqual([
        [turn, 1, 10 + turn],
        [turn + 0.25, 0, turn],
        [turn + 0.5, 2, 20 + turn],
      ]);
    }
  });

  it('keeps the last of several changes of a parameter at one position', () => {
    const queue = new ChangeQueue(4, 3);
    queue.push(5, 1, 0.1);
    queue.push(5, 2, 0.2);
    queue.push(5, 1, 0.3);
    queue.push(6, 1, 0.4);
    expect(drain(queue)).toEqual([
      [5, 1, 0.3],
      [5, 2, 0.2],
      [6, 1, 0.4],
    ]);
  });

  it('drops one parameter, or all', () => {
    const queue = new ChangeQueue(4, 3);
    for (const shifts of [0, 1, 2]) {
      for (const i of [0, 1, 2, 3]) queue.push(i, i % 2, i);
      for (let i = 0; i < shifts; i += 1) queue.shift();
      queue.remove(1);
      expect(drain(queue)).toEqual(
        (
          [
            [0, 0, 0],
            [2, 0, 2],
          ] as const
        ).slice(Math.ceil(shifts / 2)),
      );
    }
    queue.push(1, 1, 1);
    queue.clear();
    expect(drain(queue)).toEqual([]);
  });

  // The change that was last in the queue gave way, so that a parameter that did not move again was left at an older value.
  it('drops the latest change that another of its parameter follows where it is full', () => {
    const queue = new ChangeQueue(4, 3);
    queue.push(1, 0, 0.1);
    queue.push(2, 0, 0.2);
    queue.push(3, 1, 0.3);
    queue.push(4, 2, 0.4);
    queue.push(5, 1, 0.5);
    expect(drain(queue)).toEqual([
      [1, 0, 0.1],
      [2, 0, 0.2],
      [4, 2, 0.4],
      [5, 1, 0.5],
    ]);
    for (const [position, key] of [
      [1, 0],
      [2, 0],
      [3, 1],
      [9, 2],
    ] as const)
      queue.push(position, key, position);
    // One that comes late for an earlier position: nothing later of its parameter waits, but of another's.
    queue.push(2.5, 2, 7);
    expect(drain(queue)).toEqual([
      [1, 0, 1],
      [2, 0, 2],
      [3, 1, 3],
      [9, 2, 9],
    ]);
    queue.push(1, 0, 1);
    queue.push(4, 0, 4);
    queue.push(5, 0, 5);
    queue.push(6, 0, 6);
    queue.push(3, 1, 3);
    expect(drain(queue)).toEqual([
      [1, 0, 1],
      [3, 1, 3],
      [4, 0, 4],
      [6, 0, 6],
    ]);
  });

  it('keeps the last value of every parameter, whatever comes', () => {
    const queue = new ChangeQueue(6, 5);
    let seed = 1;
    const draw = (below: number) => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 200; round += 1) {
      const last = new Map<number, { position: number; value: number }>();
      for (let i = 0; i < 40; i += 1) {
        const [position, key] = [draw(20), draw(5)];
        queue.push(position, key, i);
        const before = last.get(key);
        if (before === undefined || position >= before.position) last.set(key, { position, value: i });
        expect(queue.length).toBeLessThanOrEqual(6);
      }
      const seen = drain(queue);
      expect(seen.map(([position]) => position)).toEqual(
        seen.map(([position]) => position).sort((a, b) => a - b),
      );
      for (const [key, { value }] of last)
        expect(seen.filter(([, other]) => other === key).at(-1)?.[2]).toBe(value);
    }
  });

  it('refuses a size that could not keep every parameter', () => {
    expect(() => new ChangeQueue(2, 3)).toThrow(RangeError);
  });
});
