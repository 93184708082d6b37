import { z } from 'zod';
import { MAX_LATENTS, MAX_LATENT_VALUE } from './limits.js';

const latentValue = z.number().min(-MAX_LATENT_VALUE).max(MAX_LATENT_VALUE);

export const steeringModeSchema = z.enum(['off', 'override', 'add', 'multiply']);
export type SteeringMode = z.infer<typeof steeringModeSchema>;

/** How the mapping is applied to one latent dimension. */
export const dimensionSteeringSchema = z.strictObject({
  mode: steeringModeSchema,
  /** 0 passes the encoder's value (within the range), 1 is the mode's full effect. */
  amount: z.number().min(0).max(1),
  /**
   * Bounds of what offset, automation, the encoder and random draws may add up to, in latent units. They come from the model
   * and grow with the examples. The mapping's own value is never bounded in the mode `override`: an example sounds as it was
   * captured.
   */
  range: z
    .tuple([latentValue, latentValue])
    .refine(([low, high]) => low <= high, 'the low end is above the high end'),
  /** Time to cover 63 % of a step, on top of the global glide; 0 follows at once. */
  glideSeconds: z.number().min(0).max(30),
  /** Added after the mode is applied, in every mode; hosts automate it directly. */
  offset: z.number().min(-10).max(10),
  /** Random draws leave a locked dimension as it is. */
  locked: z.boolean(),
});
export type DimensionSteering = z.infer<typeof dimensionSteeringSchema>;

export const steeringSchema = z.strictObject({
  /** Scales every dimension's amount. */
  amount: z.number().min(0).max(1),
  glideSeconds: z.number().min(0).max(30),
  dimensions: z.array(dimensionSteeringSchema).max(MAX_LATENTS),
});
export type Steering = z.infer<typeof steeringSchema>;

/** Settings of a new dimension: the mapping replaces the encoder's value as soon as one is learned. */
export const defaultDimension = (): DimensionSteering => ({
  mode: 'override',
  amount: 1,
  range: [-4, 4],
  glideSeconds: 0,
  offset: 0,
  locked: false,
});
