import { z } from 'zod';
import { DEFAULT_OUTPUT } from './default-output.js';
import { BLENDED_LOOPS } from './loop-slots.js';
import { LOOP_LENGTH_IDS } from './loop-lengths.js';

/** How a model's matrices are multiplied: as its file has them, or in 8 bits where that is faster. */
export const precisionSchema = z.enum(['exact', 'light']);
export type Precision = z.infer<typeof precisionSchema>;

export const engineMarginSchema = z.enum(['tight', 'normal', 'safe']);
export type EngineMargin = z.infer<typeof engineMarginSchema>;

/**
 * Everything around the model: levels, mix, limiter, input channels, behaviour on faults, latency. No field has a default: an edit of
 * some fields would set the others to theirs.
 */
export const outputSchema = z.strictObject({
  inputGainDb: z.number().min(-60).max(24),
  outputGainDb: z.number().min(-60).max(24),
  /** 0 is the dry track, 1 the model alone; linear gains, aligned to the sample. */
  dryWet: z.number().min(0).max(1),
  /** True-peak ceiling of the output. */
  ceilingDb: z.number().min(-24).max(0),
  /** Standard deviation of the noise added to each latent. */
  latentNoise: z.number().min(0).max(3),
  /** 0: the same noise on both channels; 1: independent noise on each. */
  width: z.number().min(0).max(1),
  /** Holds the latents at their present values. */
  freeze: z.boolean(),
  /** Has the model's prior give the latents, in place of what it hears. Without effect for a model that has none. */
  prior: z.boolean(),
  /** What the prior's input is given, as nn~ would: 0 is what it was trained for, less is more regular. */
  priorTemperature: z.number().min(-5).max(5),
  /** Repeats the latents that were encoded last. */
  loop: z.boolean(),
  loopLength: z.enum(LOOP_LENGTH_IDS),
  /** Which loop that is: `RECORDED_LOOP`, a kept one from 1, or `BLENDED_LOOPS`. */
  loopSlot: z.number().int().min(0).max(BLENDED_LOOPS),
  /** When another loop begins, or the loop ends: at once or with the next bar. */
  loopStart: z.enum(['now', 'bar']),
  bypass: z.boolean(),
  /** Has the model's sound be as loud as the dry track, slowly. */
  matchLevel: z.boolean(),
  /** What a mono model gets of a stereo track; `both` runs it on each channel separately. */
  listen: z.enum(['mid', 'left', 'right', 'both']),
  /** What is played while the engine or the model fails. */
  onFault: z.enum(['dry', 'silence']),
  /** Latent frames per model call: one for the lowest latency, more for the lowest load. */
  framesPerCall: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  /** Light takes less of the processor. A model that has no light form is played exactly. */
  precision: precisionSchema,
  /** Has an offline render play exactly, whatever `precision` says. */
  bounceExact: z.boolean(),
  /** Scheduling margin of the plugin: less latency, or fewer gaps on a busy machine. */
  margin: engineMarginSchema,
});
export type Output = z.infer<typeof outputSchema>;

/** The output settings of a new document. */
export const defaultOutput = (): Output => ({ ...DEFAULT_OUTPUT });
