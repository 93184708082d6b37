import { TillerError } from '../../document/tiller-error.js';
import { Random } from '../mapping/random.js';
import { createNoise } from '../model/run/noise.js';
import { HeldSound } from '../model/run/held-sound.js';
import type { RunningModel } from '../model/run/running-model.js';
import { candidates } from './candidates.js';
import { chooseSounds, MOST_MEASURED } from './choose-sounds.js';
import { distinct, labelFor } from './labels.js';
import { type AxisOrder, type Layout, huesFor, placesFor } from './layout.js';
import { type Sound, Survey, audible } from './survey.js';

export const DEFAULT_ZONES = 9;
export const MAX_ZONES = 24;
export const DEFAULT_CANDIDATES = 288;
/** Fewer usable sounds make no map. */
const LEAST_SOUNDS = 2;

export interface StarterMapOptions {
  /** Examples to place, 2 to 24. */
  readonly zones: number;
  readonly layout: Layout;
  /** Latents that are decoded and measured; more give a better spread and take longer. */
  readonly candidates: number;
  /** Of the draws, 0 to 2^32 − 1. The same seed, model and frames give the same map. */
  readonly seed: number;
  /** Greatest peak of a zone, in dB re full scale. */
  readonly ceilingDb: number;
}

/** A sound with its place on the pad. */
export interface Zone extends Sound {
  readonly label: string;
  /** Degrees. */
  readonly hue: number;
  /** [x, y], 0..1. */
  readonly place: readonly [number, number];
  /** Hz; null where it has no pitch. */
  readonly pitchHz: number | null;
}

export interface StarterMap {
  readonly zones: readonly Zone[];
  /** As measured all over the pad; null where the axes have no meaning of their own. */
  readonly order: AxisOrder | null;
}

/**
 * Chooses places of the latent space that sound steady and different from each other, and lays them out on the pad. A
 * generator, so that whoever runs it can report progress, let messages through, or stop it: it gives the share done, 0..1.
 *
 * @param model its state is lost
 * @param frames latent frames of sounds that the model should play, [latentDims] each
 * @param ranges of each latent dimension, [low, high]
 * @throws TillerError `argument-invalid` where the model gives no two usable sounds, `model-failed`
 */
export function* starterMap(
  model: RunningModel,
  frames: readonly Float64Array[],
  ranges: readonly (readonly [number, number])[],
  options: StarterMapOptions,
): Generator<number, StarterMap> {
  const noise = createNoise({ kind: 'seed', seed: 1 });
  const survey = new Survey(new HeldSound(model, noise));
  const random = new Random(options.seed);
  const { heard, drawn, anywhere } = candidates(frames, ranges, options.candidates, random);
  const places = [...heard, ...drawn, ...anywhere];
  const steps = places.length + MOST_MEASURED + options.zones;
  const measured: Sound[] = [];
  const ofDraws = new Set<Sound>();
  for (const [i, latents] of places.entries()) {
    const sound = survey.measure(latents);
    if (sound !== null) measured.push(sound);
    if (sound !== null && i >= heard.length && i < heard.length + drawn.length) ofDraws.add(sound);
    yield (i + 1) / steps;
  }
  const usable = audible(measured, options.ceilingDb);
  if (usable.length < LEAST_SOUNDS) throw noSounds(measured.length);
  const measure = (latents: Float64Array) => survey.measure(latents);
  const drawnSounds = usable.filter((sound) => ofDraws.has(sound));
  const choosing = chooseSounds(usable, drawnSounds, options.zones, options.layout, measure, random);
  let choice = choosing.next();
  for (; choice.done !== true; choice = choosing.next()) yield (places.length + choice.value) / steps;
  const { sounds: chosen, order } = choice.value;
  const pitches: (number | null)[] = [];
  for (const { latents } of chosen) {
    pitches.push(survey.pitch(latents));
    yield 1 - (chosen.length - pitches.length) / steps;
  }
  const labels = distinct(chosen.map((sound, i) => labelFor(sound, pitches[i] ?? null)));
  const hues = huesFor(chosen);
  const at = placesFor(chosen, options.layout);
  const zones = chosen.map((sound, i) => ({
    ...sound,
    label: labels[i] ?? '',
    hue: hues[i] ?? 0,
    place: at[i] ?? [0.5, 0.5],
    pitchHz: pitches[i] ?? null,
  }));
  return { zones, order };
}

function noSounds(steady: number): TillerError {
  return new TillerError(
    'argument-invalid',
    steady === 0
      ? 'This model gives no steady sound where its latents are held, so there is nothing to place on the pad.'
      : 'This model is silent, or louder than the ceiling, wherever its latents were held.',
    'Give sounds that it was trained on, or make a map by hand.',
  );
}
