import { Random } from '../../../src/engine/mapping/random.js';
import { ExpectedOrder } from '../../../src/engine/starter-map/expected-order.js';

const places = [[0.1, 0.1], [0.5, 0.9], [0.9, 0.5]] as const; // prettier-ignore
const vectors = (...rows: number[][]) => rows.map((row) => Float64Array.from(row));

describe('the order that is foretold', () => {
  it('is high where the descriptors follow the latents that the axes follow', () => {
    const latents = vectors([0, 0], [1, 2], [2, 1], [1, 1], [0, 2], [2, 0], [2, 2], [0, 1], [1, 0]);
    const along = (d: number) => latents.map((vector) => vector[d] ?? 0);
    const order = new ExpectedOrder(latents, [along(0), along(1)]);
    expect(order.of([0, 1, 2], places)).toBeGreaterThan(0.7);
    expect(order.of([2, 1, 0], places)).toBeLessThan(0);
  });

  // A blend of equal values differs from them by rounding, and that difference counted as the spread.
  it('is a number where a latent differs by rounding only', () => {
    const latents = vectors([1, -10, 0], [1, -10 + 2e-15, 0], [1, -10, 0], [1 + 2e-16, -10, 0], [1, -10, 0]);
    const values = [0, 1, 2, 1, 0];
    expect(new ExpectedOrder(latents, [values, values]).of([0, 1, 2], places)).not.toBeNaN();
  });

  // A few very noisy sounds hid the differences between all the others.
  it('is the same for values of any scale', () => {
    const random = new Random(2);
    const latents = Array.from({ length: 20 }, () => Float64Array.from({ length: 3 }, () => random.normal()));
    const values = latents.map(([a = 0, b = 0]) => a + b);
    const plain = new ExpectedOrder(latents, [values, values]).of([0, 1, 2], places);
    const steep = values.map((value) => Math.exp(5 * value));
    expect(new ExpectedOrder(latents, [values, steep]).of([0, 1, 2], places)).toBe(plain);
    expect(plain).not.toBe(0);
  });
});
