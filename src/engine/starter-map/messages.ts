import { z } from 'zod';
import { MAX_LATENTS } from '../../document/limits.js';
import { manifestSchema } from '../model/manifest.js';
import { failureSchema } from '../workers/messages.js';
import { LAYOUTS } from './layout.js';
import { MAX_ZONES } from './starter-map.js';

/** What crosses between the thread that listens to a model and the one that asks for it. */

const latents = z.array(z.number()).min(1).max(MAX_LATENTS);
const share = z.number().min(0).max(1);
/** Rounding may lead a little beyond. */
const rankCorrelation = z.number().min(-1.001).max(1.001);

/** Most latent frames that one map is made of. */
export const MAX_MAP_FRAMES = 4096;
/** Most latent frames of one file, spread evenly over it. */
export const MAX_FILE_FRAMES = 256;

/** What the listening worker is started with: one job. */
export const listeningDataSchema = z.strictObject({
  model: z.object({ dir: z.string(), manifest: manifestSchema }),
  job: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('map'),
      layout: z.enum(LAYOUTS),
      zones: z.number().int().min(2).max(MAX_ZONES),
      candidates: z.number().int().min(2),
      seed: z.number().int().min(0).max(0xffffffff),
      ceilingDb: z.number(),
      /** Latent frames of sounds that the model should play; empty for the bundled loops. */
      frames: z.array(latents).max(MAX_MAP_FRAMES),
    }),
    /** Latent frames of an audio file, for a map. */
    z.strictObject({ kind: z.literal('frames'), path: z.string() }),
    /** Path of an audio file. */
    z.strictObject({ kind: z.literal('sound'), path: z.string() }),
  ]),
});
export type ListeningData = z.infer<typeof listeningDataSchema>;
export type ListeningJob = ListeningData['job'];

/** A sound of a map with its place. */
export const placedSoundSchema = z.object({
  label: z.string(),
  /** Degrees. */
  hue: z.number(),
  /** [x, y], 0..1. */
  place: z.tuple([share, share]),
  latents,
});
export type PlacedSound = z.infer<typeof placedSoundSchema>;

/** Listening worker to main thread. */
export const fromListeningSchema = z.discriminatedUnion('type', [
  /** Share of the work that is done, 0..1. */
  z.strictObject({ type: z.literal('progress'), share }),
  z.strictObject({
    type: z.literal('mapped'),
    sounds: z.array(placedSoundSchema).min(1).max(MAX_ZONES),
    /** How well the map follows its axes; null where they have no meaning of their own. */
    order: z.tuple([rankCorrelation, rankCorrelation]).nullable(),
  }),
  /** The latents of a file where it is loudest. */
  z.strictObject({ type: z.literal('heard'), latents }),
  z.strictObject({ type: z.literal('frames'), frames: z.array(latents).max(MAX_FILE_FRAMES) }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
]);
export type FromListening = z.infer<typeof fromListeningSchema>;
