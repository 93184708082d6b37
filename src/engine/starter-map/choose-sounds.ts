import type { Random } from '../mapping/random.js';
import { GRID, gridShares } from './blends.js';
import { ExpectedOrder } from './expected-order.js';
import { type AxisOrder, axisValues, type Layout, orderAlong, placesFor } from './layout.js';
import { meanNearest, spreadOfDraws, spreadPoints } from './spread.js';
import { type Sound, timbreDistance } from './survey.js';

/** Rank correlation between axis and descriptor that is aimed at, with room for what the regression does not foretell. */
const WANTED_ORDER = 0.93;
/** Spread over that of as many random draws that is aimed at. */
const WANTED_SPREAD = 2.25;
/** Both as measured: a choice that reaches them is taken. */
const ENOUGH_ORDER = 0.87;
const ENOUGH_SPREAD = 2.15;
/** Relative worth of a lack of order and of spread, against spread relative to that of the most spread-out choice. */
const ORDER_WEIGHT = 4;
const SPREAD_WEIGHT = 3;
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
  /** Spread less what spread and order are lacking. */
  readonly worth: number;
}

/**
 * Chooses `count` sounds that differ as much as they can while their descriptors follow the pad's axes between them, too: from
 * the most spread-out choice on, sounds are exchanged at random while that is better, by an order that is foretold. What the choice
 * then blends all over the pad is measured; where it lacks order or spread, the blends are learned from and
 * another choice is made; the best that was measured is taken. A generator, as `starterMap` is: it gives the number of sounds that were measured.
 *
 * @param drawn those of `sounds` that are random draws, which the spread is compared with
 * @param measure of a blend; null where it gives no steady sound
 */
export function* chooseSounds(
  sounds: readonly Sound[],
  drawn: readonly Sound[],
  count: number,
  layout: Layout,
  measure: (latents: Float64Array) => Sound | null,
  random: Random,
): Generator<number, Choice> {
  const between = (all: readonly Sound[]) => (a: number, b: number) =>
    timbreDistance(all[a] as Sound, all[b] as Sound);
  const distance = between(sounds);
  const of = (indices: readonly number[]) => indices.map((index) => sounds[index] as Sound);
  const widestChoice = spreadPoints(sounds.length, count, distance);
  if (axisValues(sounds, layout) === null) return { sounds: of(widestChoice), order: null };

  const widest = meanNearest(widestChoice, distance);
  const spread = (choice: readonly number[]) => (widest > 0 ? meanNearest(choice, distance) / widest : 1);
  const ofDraws = widest > 0 ? spreadOfDraws(drawn.length, count, between(drawn), random) / widest : 0;
  const spreadWorth = (choice: readonly number[]) => {
    const spreadOfIt = spread(choice);
    return spreadOfIt - SPREAD_WEIGHT * Math.max(0, Math.min(1, WANTED_SPREAD * ofDraws) - spreadOfIt);
  };
  const blends: Sound[] = [];
  let best: Rated | null = null;
  let measured = 0;
  for (let round = 0; round < MOST_CHOICES; round += 1) {
    const known = [...sounds, ...blends];
    const order = foretell(known, layout);
    const orderLack = (choice: readonly number[]) =>
      lack(order.of(choice, placesFor(of(choice), layout)), WANTED_ORDER);
    const exchanging = exchange(sounds.length, widestChoice, spreadWorth, orderLack, random);
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
    const rated: Rated = { chosen, order: found, worth: spreadWorth(chosen) - lack(lesser, ENOUGH_ORDER) };
    if (best === null || rated.worth > best.worth) best = rated;
    const enough = lesser >= ENOUGH_ORDER && spread(chosen) >= Math.min(1, ENOUGH_SPREAD * ofDraws);
    if (enough || chosen.length === sounds.length) break;
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
  spreadWorth: (choice: readonly number[]) => number,
  orderLack: (choice: readonly number[]) => number,
  random: Random,
): Generator<undefined, readonly number[]> {
  let chosen = from;
  if (chosen.length >= size) return chosen;
  let best = spreadWorth(chosen) - orderLack(chosen);
  for (let i = 0; i < EXCHANGES; i += 1) {
    if (i % EXCHANGES_PER_STEP === 0) yield;
    const other = Math.floor(random.uniform() * size);
    const place = Math.floor(random.uniform() * chosen.length);
    if (chosen.includes(other)) continue;
    const next = chosen.map((index, k) => (k === place ? other : index));
    // Order takes long to foretell: it is not asked for where the spread alone is worse.
    const most = spreadWorth(next);
    if (most <= best) continue;
    const value = most - orderLack(next);
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
