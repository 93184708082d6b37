import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { TillerError } from '../../src/document/tiller-error.js';
import { compileMapping } from '../../src/engine/mapping/evaluate.js';
import { defaultRegressor } from '../../src/document/default-learning.js';
import { trainMapping } from '../../src/engine/mapping/train.js';
import { formatPreset, parsePresetText } from '../../src/document/parse-preset.js';
import type { Preset } from '../../src/document/preset.js';
import { MAX_LATENT_VALUE } from '../../src/document/limits.js';
import { Steering } from '../../src/engine/steering/steer.js';
import { KINDS } from '../engine/mapping/requests.js';
import { samplePreset } from '../document/sample-presets.js';
import { breakBytes, randomBelow, type RandomBelow } from './mutate.js';

/** Number of mutated presets, of those that were loaded, and of each error's occurrences. */
export interface PresetFuzzReport {
  readonly cases: number;
  readonly loaded: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly slowestMs: number;
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const UNEXPECTED: readonly Json[] = [
  ...[0, -1, 1, 2, 5, 16, 17, 64, 128, 129, 255, 256, 0.5, -0.0, 1e-320, 1e6, 1e300, -1e300, 4294967296],
  ...['', 'x', 'NaN', '__proto__', '\u0000', 'mlp', 'gp', 'knn', 'none', 'override', 'A'.repeat(300), '////'],
  ...[null, true, false, [], {}, [[]], [0, 1], [1, 0], [0.2, 0.4, 0.6], { kind: 'pad' }, { kind: 'none' }],
];

/** The factory presets and a sample, each also trained with every kind of regressor. */
function sources(): string[] {
  const folder = new URL('../../presets/', import.meta.url);
  const factory = readdirSync(folder)
    .filter((name) => name.endsWith('.tiller.json'))
    .map((name) => parsePresetText(readFileSync(new URL(name, folder), 'utf8')));
  const all = [...factory, samplePreset()];
  return [
    ...all,
    ...KINDS.flatMap((kind) =>
      all.map((preset): Preset => {
        const learning = { ...preset.learning, shared: defaultRegressor(kind) };
        return { ...preset, learning, trained: learn({ ...preset, learning }) };
      }),
    ),
  ].map(formatPreset);
}

function learn({ examples, learning, inputs, steering }: Preset): Preset['trained'] {
  const latentCount = steering.dimensions.length;
  return trainMapping({ examples, learning, inputCount: inputs.length, latentCount }).trained;
}

/** The containers of a JSON value, itself included. */
function containers(value: Json): (Json[] | { [key: string]: Json })[] {
  if (value === null || typeof value !== 'object') return [];
  return [value, ...Object.values(value).flatMap(containers)];
}

function unexpected(old: Json | undefined, random: RandomBelow): Json {
  if (typeof old === 'number' && random(4) > 0) {
    const scales = [-1, 0, 0.5, 0.9, 0.99, 1.01, 2, 10, 1e9, 1 + 1e-7];
    return old * (scales[random(scales.length)] ?? 1);
  }
  return UNEXPECTED[random(UNEXPECTED.length)] ?? null;
}

/** Replaces, removes, repeats and swaps fields and elements; the result is always JSON. */
function breakValue(root: Json, random: RandomBelow): void {
  const all = containers(root);
  const at = all[random(all.length)];
  if (at === undefined) return;
  const keys = Object.keys(at);
  const key = keys[random(keys.length)] ?? '0';
  const holder = at as { [key: string]: Json };
  switch (random(6)) {
    case 0:
      if (Array.isArray(at)) at.splice(Number(key), 1);
      else delete at[key];
      return;
    case 1:
      if (Array.isArray(at)) at.splice(random(at.length + 1), 0, structuredClone(at[Number(key)] ?? null));
      else at[`${key}x`] = structuredClone(at[key] ?? null);
      return;
    case 2: {
      const other = keys[random(keys.length)] ?? key;
      [holder[key], holder[other]] = [holder[other] ?? null, holder[key] ?? null];
      return;
    }
    default:
      holder[key] = unexpected(holder[key], random);
  }
}

function mutate(text: string, random: RandomBelow): string {
  if (random(4) === 0) return breakBytes(Buffer.from(text), random).toString('utf8');
  const value = JSON.parse(text) as Json;
  const changes = 1 + random(2);
  for (let i = 0; i < changes; i += 1) breakValue(value, random);
  return JSON.stringify(value);
}

/**
 * Uses a preset that was loaded: it must read back as it is written, and its mapping and steering must give finite latents within
 * the limit for random inputs. Some presets are trained again.
 */
function play(preset: Preset, random: RandomBelow): void {
  const again = parsePresetText(formatPreset(preset));
  if (!isDeepStrictEqual(again, preset)) throw new Error('the preset does not read back as it was written');
  const trained = random(16) === 0 ? learn(preset) : preset.trained;
  const latents = preset.steering.dimensions.length;
  const mapped = new Float32Array(latents).fill(NaN);
  const decoder = new Float32Array(latents);
  const steering = new Steering(latents, 86);
  steering.configure(preset.steering);
  const mapping = trained === null ? null : compileMapping(trained);
  for (let frame = 0; frame < 4; frame += 1) {
    mapping?.evaluate(
      Float32Array.from(preset.inputs, () => random(1001) / 1000),
      mapped,
    );
    if (mapped.some((value) => Math.abs(value) === Infinity)) throw new Error('the mapping gives infinity');
    const encoder = Float32Array.from(mapped, () => random(2001) / 250 - 4);
    steering.process(encoder, mapped, decoder);
    const outside = decoder.findIndex((value) => !(Math.abs(value) <= MAX_LATENT_VALUE));
    if (outside !== -1) throw new Error(`latent ${outside} is ${decoder[outside] ?? NaN}`);
  }
}

/**
 * Loads mutated presets, and uses those that are valid.
 * @throws Error of fast-check, with seed and path, where loading throws anything but a TillerError, or using one fails
 */
export function fuzzPresets(cases: number, seed: number): PresetFuzzReport {
  const texts = sources();
  const errors = new Map<string, number>();
  let loaded = 0;
  let slowestMs = 0;
  const property = fc.property(fc.constantFrom(...texts), fc.gen(), (source, generator) => {
    const random = randomBelow(generator);
    const text = mutate(source, random);
    const start = performance.now();
    try {
      play(parsePresetText(text), random);
      loaded += 1;
    } catch (error) {
      if (!(error instanceof TillerError)) throw error;
      errors.set(error.code, (errors.get(error.code) ?? 0) + 1);
    }
    slowestMs = Math.max(slowestMs, performance.now() - start);
  });
  fc.assert(property, { numRuns: cases, seed, endOnFailure: true });
  return { cases, loaded, errors, slowestMs };
}
