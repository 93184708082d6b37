import fc from 'fast-check';
import type {
  DimensionSteering,
  Steering as Document,
  SteeringMode,
} from '../../../src/document/steering.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { MAX_LATENT_VALUE } from '../../../src/document/limits.js';
import { Steering } from '../../../src/engine/steering/steer.js';

const FRAMES_PER_SECOND = 44100 / 2048;

const set = (
  dimension: Partial<DimensionSteering>,
  overall: Partial<Omit<Document, 'dimensions'>> = {},
): Document => ({
  amount: 1,
  glideSeconds: 0,
  ...overall,
  dimensions: [{ ...defaultDimension(), range: [-MAX_LATENT_VALUE, MAX_LATENT_VALUE], ...dimension }],
});

function steered(...documents: Document[]): Steering {
  const steering = new Steering(1, FRAMES_PER_SECOND);
  for (const document of documents) steering.configure(document);
  return steering;
}

function frame(steering: Steering, encoder: number, mapped: number, hold = NaN): number {
  const out = new Float64Array(1);
  steering.process(Float64Array.of(encoder), Float64Array.of(mapped), out, Float64Array.of(hold));
  return out[0]!;
}

test.each([
  ['off', 0.5, 2],
  ['override', 0.5, 2.5],
  ['override', 1, 3],
  ['override', 0, 2],
  ['add', 0.5, 3.5],
  ['multiply', 0.5, 4],
  ['multiply', 0, 2],
] as const)('%s with amount %d, worked by hand: encoder 2, mapping 3', (mode, amount, expected) => {
  expect(frame(steered(set({ mode, amount })), 2, 3)).toBe(expected);
  expect(frame(steered(set({ mode, amount, offset: -0.25 })), 2, 3)).toBe(expected - 0.25);
});

test('the global amount scales the dimension’s', () => {
  expect(frame(steered(set({ mode: 'add', amount: 0.5 }, { amount: 0.5 })), 1, 8)).toBe(3);
});

test('the range applies after the offset, and only while steered', () => {
  const bounded = { range: [-1, 1.5] as [number, number], offset: 1 };
  expect(frame(steered(set({ ...bounded, mode: 'override' })), 0, 1)).toBe(1.5);
  expect(frame(steered(set({ ...bounded, mode: 'add' })), -9, 1)).toBe(-1);
  expect(frame(steered(set({ ...bounded, mode: 'off' })), 5, 1)).toBe(6);
});

// An example beyond the range was clipped to it: what was captured was not what was heard.
test('the range never clips what override asks for, only what is added to it', () => {
  const bounded = { range: [-1, 1] as [number, number], mode: 'override' as const };
  expect(frame(steered(set(bounded)), 0, 3.21)).toBe(3.21);
  expect(frame(steered(set(bounded)), 0, -3.21)).toBe(-3.21);
  expect(frame(steered(set({ ...bounded, offset: 1 })), 0, 3.21)).toBe(3.21);
  expect(frame(steered(set({ ...bounded, offset: -1 })), 0, 3.21)).toBeCloseTo(2.21, 12);
  // Half of the way from the encoder's value, and half of the way that the range is short of.
  expect(frame(steered(set({ ...bounded, amount: 0.5 })), 9, 3)).toBe(2);
  expect(frame(steered(set({ ...bounded, amount: 0 })), 9, 3)).toBe(1);
});

test('a dimension that is not mapped is off', () => {
  const bounded = { range: [-1, 1] as [number, number], mode: 'override' as const };
  expect(frame(steered(set(bounded)), 5, NaN)).toBe(5);
  expect(frame(steered(set(bounded)), 5, Infinity)).toBe(5);
});

test('dimensions that the document does not list are off', () => {
  const steering = new Steering(2, FRAMES_PER_SECOND);
  steering.configure(set({ mode: 'override' }));
  const out = new Float32Array(2);
  steering.process(Float32Array.of(1, 2), Float32Array.of(5, 6), out);
  expect([...out]).toEqual([5, 2]);
});

test('an encoder value that is not finite is 0', () => {
  const steering = steered(set({ mode: 'add' }));
  expect(frame(steering, NaN, 1)).toBe(1);
  expect(frame(steering, -Infinity, 1)).toBe(1);
  expect(frame(steering, 1, 1)).toBe(2);
});

test('a glide covers 63 % of a step of the mapping in its time, whatever the frame rate', () => {
  for (const framesPerSecond of [21.5, 86, 375]) {
    const steering = new Steering(1, framesPerSecond);
    steering.configure(set({ mode: 'override', glideSeconds: 0.6 }, { glideSeconds: 0.4 }));
    expect(frame(steering, 0, 0)).toBe(0);
    const frames = Math.round(framesPerSecond);
    let value = 0;
    for (let i = 0; i < frames; i++) value = frame(steering, 0, 1);
    expect(value).toBeCloseTo(1 - Math.exp(-frames / framesPerSecond), 9);
  }
});

test('the encoder’s value never glides', () => {
  const steering = steered(set({ mode: 'add', glideSeconds: 5, amount: 0.5 }));
  expect(frame(steering, 0, 1)).toBe(0.5);
  expect(frame(steering, 100, 1)).toBe(100.5);
});

test('the first frame jumps, and the first after a reset', () => {
  const steering = steered(set({ mode: 'override', glideSeconds: 10 }));
  expect(frame(steering, 0, 3)).toBe(3);
  expect(frame(steering, 0, -3)).toBeGreaterThan(2);
  steering.reset();
  expect(frame(steering, 0, -3)).toBe(-3);
});

test('a restored state gives the same frame again', () => {
  const steering = steered(set({ mode: 'override', amount: 1 }, { glideSeconds: 0.3 }));
  const before = new Float64Array(2 + steering.savedLength);
  steering.save(before, 2);
  const jumped = frame(steering, 0, 1);
  steering.restore(before, 2);
  expect(frame(steering, 0, 1)).toBe(jumped);
  steering.save(before, 2);
  const wanted = frame(steering, 0, 3, 0.5);
  frame(steering, 0, -7);
  steering.restore(before, 2);
  expect(frame(steering, 0, 3, 0.5)).toBe(wanted);
  expect(wanted).toBeGreaterThan(0.5);
  expect(wanted).toBeLessThan(3);
});

test('a glide reaches its target exactly', () => {
  const steering = steered(set({ mode: 'override', glideSeconds: 0.2 }));
  frame(steering, 0.1, 0);
  let value = 0;
  for (let i = 0; i < 200; i++) value = frame(steering, 0.1, 0.7);
  expect(value).toBe(0.7);
});

test('a hold is exact, and glides in and out', () => {
  const steering = steered(set({ mode: 'override', glideSeconds: 0.1, offset: 1, range: [-2, 2] }));
  expect(frame(steering, 0, 0.3)).toBe(1.3);
  const first = frame(steering, 0, 0.3, 7.1);
  expect(first).toBeGreaterThan(1.3);
  expect(first).toBeLessThan(7.1);
  let value = first;
  for (let i = 0; i < 100; i++) value = frame(steering, i, 0.3, 7.1);
  expect(value).toBe(7.1);
  const back = frame(steering, 0, 0.3);
  expect(back).toBeLessThan(7.1);
  expect(back).toBeGreaterThan(1.3);
  for (let i = 0; i < 100; i++) value = frame(steering, 0, 0.3);
  expect(value).toBe(1.3);
});

test('without glide a hold is immediate both ways', () => {
  const steering = steered(set({ mode: 'override' }));
  expect([frame(steering, 0, 1), frame(steering, 0, 1, 5), frame(steering, 0, 1)]).toEqual([1, 5, 1]);
});

test('a mapping that is present again starts at its own value', () => {
  const steering = steered(set({ mode: 'override', glideSeconds: 0.1 }));
  frame(steering, 0, 900);
  for (let i = 0; i < 200; i++) frame(steering, 0, NaN);
  const value = frame(steering, 0, 1);
  expect(value).toBeGreaterThan(0);
  expect(value).toBeLessThan(1);
});

const modes: SteeringMode[] = ['off', 'override', 'add', 'multiply'];
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const documents = fc
  .record({
    mode: fc.constantFrom(...modes),
    amount: number(0, 1),
    range: fc.tuple(number(-1000, 1000), number(-1000, 1000)),
    glideSeconds: fc.oneof(fc.constant(0), number(0, 30)),
    offset: number(-10, 10),
    overall: number(0, 1),
  })
  .map(({ range: [a, b], overall, ...rest }) =>
    set({ ...rest, range: [Math.min(a, b), Math.max(a, b)] }, { amount: overall }),
  );
const anyNumber = fc.oneof(number(-2000, 2000), fc.constantFrom(NaN, Infinity, -Infinity, 1e308, -1e308, 0));

test('any input gives finite values within the limit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.option(documents), anyNumber, anyNumber, anyNumber), {
        minLength: 1,
        maxLength: 30,
      }),
      (frames) => {
        const steering = new Steering(1, FRAMES_PER_SECOND);
        for (const [document, encoder, mapped, hold] of frames) {
          if (document !== null) steering.configure(document);
          const value = frame(steering, encoder, mapped, hold);
          expect(Math.abs(value)).toBeLessThanOrEqual(MAX_LATENT_VALUE);
        }
      },
    ),
  );
});

test('after a reset, a steered dimension is within its range or where override wants it, an unsteered one is the encoder plus the offset', () => {
  fc.assert(
    fc.property(documents, number(-900, 900), number(-900, 900), (document, encoder, mapped) => {
      const [dimension] = document.dimensions;
      const value = frame(steered(document), encoder, mapped);
      if (dimension!.mode === 'off') expect(value).toBe(encoder + dimension!.offset);
      else {
        const [low, high] = dimension!.range;
        const wanted = dimension!.mode === 'override' ? [mapped] : [];
        expect(value).toBeGreaterThanOrEqual(Math.min(low, ...wanted));
        expect(value).toBeLessThanOrEqual(Math.max(high, ...wanted));
      }
    }),
  );
});

test('with a glide no change of settings makes a step larger than the glide’s share of it', () => {
  fc.assert(
    fc.property(documents, documents, number(-3, 3), number(-3, 3), (before, after, encoder, mapped) => {
      const slow = (document: Document): Document => ({ ...document, glideSeconds: 20 });
      const steering = steered(slow(before));
      const from = frame(steering, encoder, mapped);
      steering.configure(slow(after));
      const to = frame(steering, encoder, mapped);
      // Six controls change at once, each by 0.23 % of at most 2000.
      expect(Math.abs(to - from)).toBeLessThan(15);
    }),
  );
});
