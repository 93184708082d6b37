import { z } from 'zod';
import { MAX_EXAMPLES, MAX_LATENTS } from '../../document/limits.js';
import { trainingRequestSchema } from './train.js';
import { trainedMappingSchema } from '../../document/trained.js';
import { int32Schema } from '../workers/messages.js';

/** Messages between the main thread and the training worker. */

const job = z.number().int().min(1);

/** Main thread to training worker. */
export const trainerCommandSchema = z.strictObject({ job, request: trainingRequestSchema });
export type TrainerCommand = z.infer<typeof trainerCommandSchema>;

const exampleId = z.string().max(64);
const relative = z.number().min(0);
const dimension = z
  .number()
  .int()
  .min(0)
  .max(MAX_LATENTS - 1);

const reportSchema = z.strictObject({
  dimensions: z
    .array(
      z.strictObject({
        dimension,
        kind: z.enum(['none', 'constant', 'mlp', 'gp', 'linear', 'polynomial', 'knn']),
        errorRelative: relative,
        trainMs: relative,
        worst: z.strictObject({ exampleId, miss: z.number(), missRelative: relative }).nullable(),
      }),
    )
    .max(MAX_LATENTS),
  examples: z
    .array(z.strictObject({ exampleId, missRelative: relative, worstDimension: dimension }))
    .max(MAX_EXAMPLES),
  contradictions: z
    .array(
      z.strictObject({ exampleIds: z.array(exampleId), dimensions: z.array(dimension), spread: relative }),
    )
    .max(MAX_EXAMPLES),
  totalMs: relative,
});

/** Training worker to main thread. */
export const trainerEventSchema = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('progress'),
    job,
    done: z.number().int().min(0),
    total: z.number().int().min(1),
  }),
  z.strictObject({
    event: z.literal('trained'),
    job,
    trained: trainedMappingSchema,
    report: reportSchema,
  }),
  z.strictObject({
    event: z.literal('failed'),
    job,
    code: z.enum(['training-cancelled', 'training-failed', 'argument-invalid']),
    message: z.string(),
    hint: z.string().optional(),
  }),
]);
export type TrainerEvent = z.infer<typeof trainerEventSchema>;

/** The worker's start data: the number of the current job, in shared memory, so that a busy worker can see that it is cancelled. */
export const trainerWorkerDataSchema = z.strictObject({ wanted: int32Schema });
