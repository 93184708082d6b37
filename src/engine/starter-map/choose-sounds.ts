import type { Random } from '../mapping/random.js';
import { ExpectedOrder } from './expected-order.js';
import { type Layout, axisValues, placesFor } from './layout.js';
import { meanNearest, spreadPoints } from './spread.js';
import { type Sound, timbreDistance } from './survey.js';

/** Rank correlation between axis and descriptor that is aimed at, with room for what the regression does not foretell. */
const WANTED_ORDER = 0.93;
/** Relative worth of a lack of order, against spread relative to that of the most spread-out choice. */
const ORDER_WEIGHT = 4;
const EXCHANGES = 4000;
/** Exchanges between two steps of the generator. */
const EXCHANGES_PER_STEP = 100;

/**
 * Chooses `count` sounds that differ as much as they can while their descriptors follow the pad's axes between them, too: from
 * the most spread-out choice on, sounds are exchanged at random while that is better. A generator, as `starterMap` is.
 */
export function* chooseSounds(
  sounds: readonly Sound[],
  count: number,
  layout: Layout,
  random: Random,
): Generator<undefined, Sound[]> {
  const distance = (a: number, b: number) => timbreDistance(sounds[a] as Sound, sounds[b] as Sound);
  let chosen = spreadPoints(sounds.length, count, distance);
  const values = axisValues(sounds, layout);
  if (values !== null && chosen.length < sounds.length) {
    const order = new ExpectedOrder(
      sounds.map(({ latents }) => latents),
      values,
    );
    const widest = meanNearest(chosen, distance);
    const spread = (choice: readonly number[]) => meanNearest(choice, distance) / widest;
    const lack = (choice: readonly number[]) => {
      const places = placesFor(
        choice.map((index) => sounds[index] as Sound),
        layout,
      );
      return ORDER_WEIGHT * Math.max(0, WANTED_ORDER - order.of(choice, places));
    };
    let best = spread(chosen) - lack(chosen);
    for (let i = 0; i < EXCHANGES; i += 1) {
      if (i % EXCHANGES_PER_STEP === 0) yield;
      const other = Math.floor(random.uniform() * sounds.length);
      const place = Math.floor(random.uniform() * chosen.length);
      if (chosen.includes(other)) continue;
      const next = chosen.map((index, k) => (k === place ? other : index));
      // The lack of order takes long to find: it is not asked where the spread alone is worse.
      const spreadOfNext = spread(next);
      if (spreadOfNext <= best) continue;
      const value = spreadOfNext - lack(next);
      if (value > best) [best, chosen] = [value, next];
    }
  }
  return chosen.map((index) => sounds[index] as Sound);
}
