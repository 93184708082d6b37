import { z } from 'zod';
import { DEFAULT_OUTPUT } from './default-output.js';

export const engineMarginSchema = z.enum(['tight', 'normal', 'safe']);
export type EngineMargin = z.infer<typeof engineMarginSchema>;

/** What surrounds the model: levels, mix, limiter and the choice of what it listens to. */
export const outputSchema = z.strictObject({
  inputGainDb: z.number().min(-60).max(24),
  outputGainDb: z.number().min(-60).max(24),
  /** 0 is the dry track, 1 the model alone; equal gain, aligned to the sample. */
  dryWet: z.number().min(0).max(1),
  /** True-peak ceiling that nothing passes. */
  ceilingDb: z.number().min(-24).max(0),
  /** Standard deviation of the noise added to each latent. */
  latentNoise: z.number().min(0).max(3),
  /** 0: one noise for both sides; 1: independent noise on each side. */
  width: z.number().min(0).max(1),
  /** Hold the latents where they are. */
  freeze: z.boolean(),
  bypass: z.boolean(),
  /** What a mono model hears of a stereo track; `both` runs the sides apart. */
  listen: z.enum(['mid', 'left', 'right', 'both']),
  /** What sounds while the engine or the model fails. */
  onFault: z.enum(['dry', 'silence']),
  /** Latent frames per model call: one for the lowest latency, more for the lowest load. */
  framesPerCall: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  /** How long the plugin waits for the engine's answers: less latency, or fewer gaps on a busy machine. */
  margin: engineMarginSchema.default('normal'),
});
export type Output = z.infer<typeof outputSchema>;

export const defaultOutput = (): Output => ({ ...DEFAULT_OUTPUT });
