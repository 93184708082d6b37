import { compileMapping, openMapping } from '../../../src/engine/mapping/evaluate.js';
import { layOutMapping } from '../../../src/engine/mapping/layout.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { request, scattered } from './requests.js';

/** Every array of numbers within a value. */
function arraysIn(value: unknown): Float64Array[] {
  if (ArrayBuffer.isView(value)) return value instanceof Float64Array ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(arraysIn) : [];
}

describe('a mapping that is laid out in one thread and opened in another', () => {
  // The streaming thread laid mappings out itself: 20 ms for 256 networks, in which no block was answered.
  it.each(['mlp', 'gp', 'linear', 'polynomial', 'knn'] as const)(
    'gives the same bits, without a copy of what is large (%s)',
    (kind) => {
      const { trained } = trainMapping(request(scattered(24, 3, 8, 'random'), kind));
      const layout = layOutMapping(trained);
      // As it is sent to another thread.
      const received = structuredClone(layout);
      const large = arraysIn(received).filter(({ length }) => length > 8);
      // A linear regressor of three inputs has four numbers.
      expect(large.length > 0).toBe(kind !== 'linear');
      for (const array of large)
        expect(Object.prototype.toString.call(array.buffer)).toBe('[object SharedArrayBuffer]');
      const [here, there] = [compileMapping(trained), openMapping(received)];
      const [one, other] = [new Float64Array(8), new Float64Array(8)];
      for (let i = 0; i < 50; i += 1) {
        const place = Float64Array.of(i / 49, (i * 7) % 1.3, 1 - i / 60);
        here.evaluate(place, one);
        there.evaluate(place, other);
        expect(other).toEqual(one);
      }
    },
  );
});
