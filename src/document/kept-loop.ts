import { z } from 'zod';
import { MAX_INPUTS, MAX_LATENT_VALUE } from './limits.js';
import { LOOP_SLOTS } from './loop-slots.js';
import { checkPacked, packedSchema, unpack } from './packing.js';

/** Most latents of a kept loop: a project holds all of them, and undo returns to each. */
export const MAX_LOOP_VALUES = 65_536;

/** Most characters of the packed latents of all loops of an instrument, those of other models included: half of what a preset may hold. */
export const MAX_LOOP_TEXT = 8 * 1024 * 1024;

/** A loop of latents that the player has kept. It belongs to the model whose latents they are. */
export const keptLoopSchema = z.strictObject({
  name: z.string().max(60),
  /** Latent frames of one round. */
  frames: z.number().int().min(1).max(MAX_LOOP_VALUES),
  /** Signals that the model was given at once: 2 where it has encoded left and right by themselves. */
  rows: z.union([z.literal(1), z.literal(2)]),
  /** Quarter notes of one round, which begins with a bar; null where it takes as long as its latent frames. */
  beats: z.number().positive().max(1024).nullable(),
  /** Where the loop lies in the performance space, one value (0..1) per input; null where it has no place. */
  inputs: z.array(z.number().min(0).max(1)).min(1).max(MAX_INPUTS).nullable(),
  /** float32 [frames, rows, latents]. The end joins the beginning. */
  latents: packedSchema(MAX_LOOP_VALUES, 'float32'),
});
export type KeptLoop = z.infer<typeof keptLoopSchema>;

/** By slot, from 0; slots that nothing was kept in are null, or missing at the end. */
export const keptLoopsSchema = z.array(keptLoopSchema.nullable()).max(LOOP_SLOTS);

/** What is wrong with a loop for a model of `latents` dimensions and a preset of `inputs` inputs; undefined where nothing is. */
export function checkLoop(loop: KeptLoop, latents: number, inputs: number): string | undefined {
  if (loop.inputs !== null && loop.inputs.length !== inputs)
    return `has ${loop.inputs.length} input values instead of ${inputs}`;
  if (loop.frames < 1) return 'has no latent frames';
  const problem = checkPacked(loop.latents, 'float32', loop.frames * loop.rows * latents);
  if (problem !== undefined) return problem;
  const isBounded = unpack(loop.latents, 'float32').every((value) => Math.abs(value) <= MAX_LATENT_VALUE);
  return isBounded ? undefined : `has a latent beyond ±${MAX_LATENT_VALUE}`;
}
