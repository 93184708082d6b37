import { z } from 'zod';
import { MAX_LATENTS } from '../limits.js';

/** Replaced by the mapping room: the weights of each regressor. */
export const trainedMappingSchema = z.strictObject({
  inputs: z.number().int(),
  dimensions: z.array(z.unknown()).max(MAX_LATENTS),
});
export type TrainedMapping = z.infer<typeof trainedMappingSchema>;
