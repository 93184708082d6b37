import type { Random } from '../mapping/random.js';
import { GRID, gridShares } from './blends.js';
import { ExpectedOrder } from './expected-order.js';
import { type AxisOrder, axisValues, type Layout, orderAlong, placesFor } from './layout.js';
import { meanNearest, spreadPoints } from './spread.js';
import { type Sound, timbreDistance } from './survey.js';

/** Rank correlation between axis and descriptor that is aimed at, with room for what the regression does not foretell. */
const WANTED_ORDER = 0.93;
/** The same as measured: a choice that reaches it is taken. */
const ENOUGH_ORDER = 0.87;
/** Relative worth of a lack of order, against spread relative to that of the most spread-out choice. */
const ORDER_WEIGHT = 4;
const EXCHANGES = 4000;
/** Exchanges between two steps of the generator. */
const EXCHANGES_PER_STEP = 100;
/** Choices that are measured, one after the other. */
const MOST_CHOICES = 3;
/** Sounds that are measured at most while a choice is made. */
export const MOST_MEASURED = MOST_CHOICES * GRID.length;

export interface Choice {
  readonly sounds: readonly Sound[];
  /** As measured between the sounds, on the map as it will be learned; null where the axes have no meaning of their own. */
  readonly order: AxisOrder | null;
}

interface Rated {
  readonly chosen: readonly number[];
  readonly order: AxisOrder;
  /** Spread less what order is lacking. */
  readonly worth: number;
}

/**
 * Chooses `count` sounds that differ as much as they can while their descriptors follow the pad's axes between them, too: from
 * the most spread-out choice on, sounds are exchanged at random while that is better, by an order that is foretold. What the choice
 * then blends all over the pad is measured; where its order is not what was foretold, the blends are learned from and
 * another choice is made; the best that was measured is taken. A generator, as `starterMap` is: it gives the number of sounds that were measured.
 *
 * @param measure of a blend; null where it gives no steady sound
 */
export function* chooseSounds(
  sounds: readonly Sound[],
  count: number,
  layout: Layout,
  measure: (latents: Float64Array) => Sound | null,
  random: Random,
): Generator<number, Choice> {
  const distance = (a: number, b: number) => timbreDistance(sounds[a] as Sound, sounds[b] as Sound);
  const of = (indices: readonly number[]) => indices.map((index) => sounds[index] as Sound);
  const widestChoice = spreadPoints(sounds.length, count, distance);
  if (axisValues(sounds, layout) === null) return { sounds: of(widestChoice), order: null };

  const widest = meanNearest(widestChoice, distance);
  const spread = (choice: readonly number[]) => (widest > 0 ? meanNearest(choice, distance) / widest : 1);
  const blends: Sound[] = [];
  let best: Rated | null = null;
  let measured = 0;
  for (let round = 0; round < MOST_CHOICES; round += 1) {
    const known = [...sounds, ...blends];
    const order = foretell(known, layout);
    const worth = (choice: readonly number[], spreadOfIt: number) =>
      spreadOfIt - lack(order.of(choice, placesFor(of(choice), layout)), WANTED_ORDER);
    const exchanging = exchange(sounds.length, widestChoice, spread, worth, random);
    let step = exchanging.next();
    for (; step.done !== true; step = exchanging.next()) yield measured;
    const chosen = step.value;

    const places = placesFor(of(chosen), layout);
    const heard: Sound[] = [];
    const at: (readonly [number, number])[] = [];
    for (const [i, shares] of gridShares(places).entries()) {
      const sound = measure(blend(of(chosen), shares));
      measured += 1;
      yield measured;
      if (sound === null) continue;
      heard.push(sound);
      at.push(GRID[i] as readonly [number, number]);
    }
    const found = orderAlong(at, heard, layout);
    const lesser = Math.min(...found);
    const rated: Rated = { chosen, order: found, worth: spread(chosen) - lack(lesser, ENOUGH_ORDER) };
    if (best === null || rated.worth > best.worth) best = rated;
    if (lesser >= ENOUGH_ORDER || chosen.length === sounds.length) break;
    blends.push(...heard);
  }
  const { chosen, order } = best as Rated;
  return { sounds: of(chosen), order };
}

const lack = (order: number, wanted: number): number => ORDER_WEIGHT * Math.max(0, wanted - order);

function foretell(sounds: readonly Sound[], layout: Layout): ExpectedOrder {
  return new ExpectedOrder(
    sounds.map(({ latents }) => latents),
    axisValues(sounds, layout) ?? [[], []],
  );
}

/** @returns the best choice that was found; `from` itself where that is none better */
function* exchange(
  size: number,
  from: readonly number[],
  spread: (choice: readonly number[]) => number,
  worth: (choice: readonly number[], spreadOfIt: number) => number,
  random: Random,
): Generator<undefined, readonly number[]> {
  let chosen = from;
  if (chosen.length >= size) return chosen;
  let best = worth(chosen, spread(chosen));
  for (let i = 0; i < EXCHANGES; i += 1) {
    if (i % EXCHANGES_PER_STEP === 0) yield;
    const other = Math.floor(random.uniform() * size);
    const place = Math.floor(random.uniform() * chosen.length);
    if (chosen.includes(other)) continue;
    const next = chosen.map((index, k) => (k === place ? other : index));
    // Order takes long to foretell: it is not asked for where the spread alone is worse.
    const spreadOfNext = spread(next);
    if (spreadOfNext <= best) continue;
    const value = worth(next, spreadOfNext);
    if (value > best) [best, chosen] = [value, next];
  }
  return chosen;
}

function blend(sounds: readonly Sound[], shares: Float64Array): Float64Array {
  const latents = new Float64Array(sounds[0]?.latents.length ?? 0);
  sounds.forEach((sound, i) =>
    sound.latents.forEach((value, d) => (latents[d] = (latents[d] ?? 0) + (shares[i] ?? 0) * value)),
  );
  return latents;
}
