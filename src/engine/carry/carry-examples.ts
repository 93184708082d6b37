import { TillerError } from '../../document/tiller-error.js';
import { Random } from '../mapping/random.js';
import { descriptorDistance, type HeldDescriptors, type HeldMeter } from './held-descriptors.js';
import type { LatentsOfExample } from './messages.js';

/** Places of the new model's latent space that are listened to first. */
const CANDIDATES = 128;
/** Steps of the search around the nearest of them, for each example; the first step's size, as a share of each range. */
const SEARCH_STEPS = 10;
const FIRST_STEP = 0.2;

/** A place of the latent space that was listened to. */
interface Place {
  readonly latents: readonly number[];
  readonly sound: HeldDescriptors;
}

export interface CarryOptions {
  /** The model that the examples were made with. */
  readonly from: Pick<HeldMeter, 'measure'>;
  /** The model that they are carried to. */
  readonly to: Pick<HeldMeter, 'measure'>;
  /** The calibrated range of each latent of `to`, in latent units: every result lies within. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly examples: readonly LatentsOfExample[];
}

/**
 * Finds, for each example of one model, the place of another model's latent space that sounds most like it: nearest in
 * loudness, brightness, noisiness and pitch (`descriptorDistance`) among random places, then by a random search with shrinking
 * steps around that one. The same request gives the same result.
 *
 * Yields the share of the work that is done after each sound, so that the caller can let messages through.
 * @returns one entry per example that can be decoded, latents in single precision
 * @throws TillerError `model-failed` where either model fails, or gives no sound at all
 */
export function* carryExamples(options: CarryOptions): Generator<number, LatentsOfExample[]> {
  const { from, to, ranges, examples } = options;
  const random = new Random(1);
  const total = CANDIDATES + examples.length * (1 + SEARCH_STEPS);
  let done = 0;

  const listen = (latents: readonly number[]): Place | null => {
    done += 1;
    const sound = to.measure(latents);
    return sound && { latents, sound };
  };
  const places: Place[] = [];
  for (let i = 0; i < CANDIDATES; i++) {
    const place = listen(ranges.map(([low, high]) => Math.fround(low + random.uniform() * (high - low))));
    if (place !== null) places.push(place);
    yield done / total;
  }
  if (places.length === 0)
    throw new TillerError(
      'model-failed',
      'The model gives no sound that could be compared.',
      'Choose another model.',
    );

  const carried: LatentsOfExample[] = [];
  for (const { id, latents } of examples) {
    done += 1;
    const wanted = from.measure(latents);
    yield done / total;
    if (wanted === null) continue;
    let best = nearest(places, wanted);
    for (let step = 0; step < SEARCH_STEPS; step++) {
      const size = FIRST_STEP * (1 - step / SEARCH_STEPS);
      const moved = best.latents.map((value, d) => {
        const [low, high] = ranges[d] ?? [value, value];
        return Math.fround(Math.min(high, Math.max(low, value + random.normal() * size * (high - low))));
      });
      const place = listen(moved);
      if (place !== null) {
        places.push(place);
        best = nearest([best, place], wanted);
      }
      yield done / total;
    }
    carried.push({ id, latents: [...best.latents] });
  }
  return carried;
}

function nearest(places: readonly Place[], wanted: HeldDescriptors): Place {
  return places.reduce((best, place) =>
    descriptorDistance(place.sound, wanted) < descriptorDistance(best.sound, wanted) ? place : best,
  );
}
