import { Random } from '../../../src/engine/mapping/random.js';
import { GRID } from '../../../src/engine/starter-map/blends.js';
import { chooseSounds, MOST_MEASURED } from '../../../src/engine/starter-map/choose-sounds.js';
import { axisNotes, orderAlong } from '../../../src/engine/starter-map/layout.js';
import { meanNearest, spreadPoints } from '../../../src/engine/starter-map/spread.js';
import { type Sound, timbreDistance } from '../../../src/engine/starter-map/survey.js';

/** A sound whose first latent is its brightness in octaves above 100 Hz, whose second its loudness in dB. */
const soundOf = (latents: ArrayLike<number>): Sound => ({
  latents: Float64Array.from(latents),
  brightnessHz: 100 * 2 ** (latents[0] ?? 0),
  loudnessLufs: latents[1] ?? 0,
  noisiness: 0,
  peak: 0.1,
  timbre: Float64Array.from({ length: 12 }, (_, i) => (latents[i] ?? 0) * 2),
});

function sounds(count: number): Sound[] {
  const random = new Random(4);
  return Array.from({ length: count }, () =>
    soundOf([5 * random.uniform(), -20 * random.uniform(), random.uniform()]),
  );
}

function choose(
  all: readonly Sound[],
  measure: (latents: Float64Array) => Sound | null,
  drawn: readonly Sound[] = all,
) {
  const choosing = chooseSounds(all, drawn, 7, 'loudness', measure, new Random(1));
  let measured = 0;
  for (;;) {
    const { done, value } = choosing.next();
    if (done === true) return { ...value, measured };
    expect(value).toBeGreaterThanOrEqual(measured);
    measured = value;
  }
}

describe('the choice of sounds', () => {
  it('is measured once where it follows the axes', () => {
    const { order, measured, sounds: chosen } = choose(sounds(60), soundOf);
    expect(chosen).toHaveLength(7);
    expect(measured).toBe(GRID.length);
    for (const along of order ?? []) expect(along).toBeGreaterThan(0.87);
  });

  it('is made again where its blends are not what was foretold, and is one that was measured', () => {
    // Halfway between sounds of two kinds, all are of one brightness.
    const kinds = sounds(100).map(({ latents: [octaves = 0, level = 0] }, i) =>
      soundOf([octaves, level, i % 2]),
    );
    const heard: Sound[] = [];
    const between = ([octaves = 0, level = 0, kind = 0]: Float64Array) => {
      const isBetween = Math.abs(kind - 0.5) < 0.4;
      heard.push(soundOf([isBetween ? 2 + 0.01 * Math.sin(99 * level) : octaves, level, kind]));
      return heard.at(-1) as Sound;
    };
    const { order, measured } = choose(kinds, between);
    expect(measured).toBe(MOST_MEASURED);
    const orders = [0, 1, 2].map((round) =>
      orderAlong(GRID, heard.slice(round * GRID.length, (round + 1) * GRID.length), 'loudness'),
    );
    expect(orders).toContainEqual(order);
    expect(order?.[0]).toBeGreaterThan(0.6);
    expect(order?.[1]).toBeGreaterThan(0.87);
  });

  it('leaves out blends that give no steady sound', () => {
    const { order } = choose(sounds(60), (latents) => ((latents[0] ?? 0) > 3 ? null : soundOf(latents)));
    for (const along of order ?? []) expect(along).toBeGreaterThan(0.5);
    expect(choose(sounds(60), () => null).order).toEqual([0, 0]);
  });

  it('is spread out, and all there is where that is fewer', () => {
    const all = sounds(60);
    const { sounds: chosen } = choose(all, soundOf);
    const distance = (a: number, b: number) => timbreDistance(all[a] as Sound, all[b] as Sound);
    const widest = meanNearest(spreadPoints(all.length, 7, distance), distance);
    const spread = meanNearest(
      chosen.map((sound) => all.indexOf(sound)),
      distance,
    );
    expect(spread).toBeGreaterThan(0.6 * widest);
    expect(choose(all.slice(0, 2), soundOf).sounds).toHaveLength(2);
  });
});

describe('spread and order', () => {
  /** Its brightness follows the first latent less where the third is far from 0: sounds of many kinds are in no order between them. */
  const ofKind = (latents: ArrayLike<number>) => ({
    ...soundOf(latents),
    brightnessHz: 100 * 2 ** ((latents[0] ?? 0) + 4 * Math.abs(latents[2] ?? 0)),
  });
  const random = new Random(3);
  const all = Array.from({ length: 150 }, () =>
    ofKind([5 * random.uniform(), -6 * random.uniform(), 8 * random.uniform() - 4]),
  );
  const distance = (a: number, b: number) => timbreDistance(all[a] as Sound, all[b] as Sound);
  const spreadOf = (chosen: readonly Sound[]) =>
    meanNearest(
      chosen.map((sound) => all.indexOf(sound)),
      distance,
    );

  it('are traded, but for as much spread as draws ask for', () => {
    const free = choose(all, ofKind, []);
    const widest = spreadPoints(all.length, 7, distance);
    const farApart = widest.map((index) => all[index] as Sound);
    const kept = choose(all, ofKind, farApart);
    const most = meanNearest(widest, distance);
    expect(spreadOf(free.sounds)).toBeLessThan(0.9 * most);
    expect(spreadOf(kept.sounds)).toBeGreaterThan(0.95 * most);
    expect(Math.min(...(free.order ?? []))).toBeGreaterThan(Math.min(...(kept.order ?? [])));
  });
});

describe('the notes on axes', () => {
  it.each([
    ['noisiness', [0.9, 0.79], ['Tonal to noisy']],
    ['loudness', [0.2, -0.3], ['Dark to bright', 'Soft to loud']],
    ['loudness', [0.8, 1], []],
    ['likeness', null, []],
  ] as const)('of %s, %j', (layout, order, named) => {
    const notes = axisNotes(layout, order);
    expect(notes).toHaveLength(named.length);
    named.forEach((name, i) => expect(notes[i]).toContain(`“${name}” holds only in part`));
  });
});
