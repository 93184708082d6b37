import { z } from 'zod';
import { outputSchema } from './output.js';
import { MAX_EXAMPLES, MAX_INPUTS, MAX_LATENTS } from './limits.js';
import { regressorSettingsSchema } from './learning.js';
import { exampleSchema } from './example.js';
import { keptLoopSchema } from './kept-loop.js';
import { LOOP_SLOTS } from './loop-slots.js';
import { inputSchema } from './input.js';
import { listenWithSchema } from './listen-with.js';
import { modelReferenceSchema, presetSchema } from './preset.js';
import { MAX_ATTRIBUTES, modelAttributeSchema } from './model-attribute.js';
import { dimensionSteeringSchema } from './steering.js';

const dimension = z
  .number()
  .int()
  .min(0)
  .max(MAX_LATENTS - 1);
const inputIndex = z
  .number()
  .int()
  .min(0)
  .max(MAX_INPUTS - 1);
const loopSlot = z
  .number()
  .int()
  .min(0)
  .max(LOOP_SLOTS - 1);
const exampleId = exampleSchema.shape.id;
const newExample = exampleSchema.partial({ id: true, hue: true, enabled: true, weight: true });

/** Every undoable change of the document. */
export const editSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('describe'),
    change: presetSchema.pick({ name: true, description: true, tags: true, author: true }).partial(),
  }),
  /** Fields left out are chosen; `index` is the position in the list, by default the end. */
  z.strictObject({
    type: z.literal('add-example'),
    example: newExample,
    index: z.number().int().min(0).optional(),
  }),
  /** Adds them at the end of the list, as one step. */
  z.strictObject({ type: z.literal('add-examples'), examples: z.array(newExample).min(1).max(MAX_EXAMPLES) }),
  /** Adds examples that make up a map, with the names of the inputs that place them, as one step. */
  z.strictObject({
    type: z.literal('add-map'),
    examples: z.array(newExample).min(1).max(MAX_EXAMPLES),
    inputNames: z.array(z.strictObject({ index: inputIndex, name: inputSchema.shape.name })).max(MAX_INPUTS),
    /** Learns all latents with these settings; null leaves the settings as they are. */
    regressor: regressorSettingsSchema.nullable(),
  }),
  z.strictObject({
    type: z.literal('edit-example'),
    id: exampleId,
    change: exampleSchema.omit({ id: true }).partial(),
  }),
  z.strictObject({ type: z.literal('remove-examples'), ids: z.array(exampleId).min(1) }),
  z.strictObject({ type: z.literal('move-example'), id: exampleId, index: z.number().int().min(0) }),
  z.strictObject({ type: z.literal('duplicate-example'), id: exampleId }),
  z.strictObject({ type: z.literal('learn-all-with'), settings: regressorSettingsSchema }),
  /** `settings` null returns the dimensions to the shared settings. */
  z.strictObject({
    type: z.literal('learn-dimensions-with'),
    dimensions: z.array(dimension).min(1),
    settings: regressorSettingsSchema.nullable(),
  }),
  z.strictObject({ type: z.literal('learn-automatically'), automatic: z.boolean() }),
  z.strictObject({ type: z.literal('add-input'), input: inputSchema.partial() }),
  z.strictObject({ type: z.literal('edit-input'), index: inputIndex, change: inputSchema.partial() }),
  z.strictObject({ type: z.literal('remove-input'), index: inputIndex }),
  /** Deletes what the preset keeps for another model than the one that it plays. */
  z.strictObject({ type: z.literal('remove-other-model'), sha256: modelReferenceSchema.shape.sha256 }),
  z.strictObject({
    type: z.literal('steer'),
    change: z
      .strictObject({ amount: z.number().min(0).max(1), glideSeconds: z.number().min(0).max(30) })
      .partial(),
  }),
  z.strictObject({
    type: z.literal('steer-dimensions'),
    dimensions: z.array(dimension).min(1),
    change: dimensionSteeringSchema.partial(),
  }),
  /** A value beyond the range is moved into it. */
  z.strictObject({
    type: z.literal('set-attribute'),
    index: z
      .number()
      .int()
      .min(0)
      .max(MAX_ATTRIBUTES - 1),
    change: z
      .strictObject({ value: modelAttributeSchema.shape.value, range: modelAttributeSchema.shape.range })
      .partial(),
  }),
  /** Keeps a loop in a slot, from 0, in place of the one there; null empties it. */
  z.strictObject({ type: z.literal('set-loop'), slot: loopSlot, loop: keptLoopSchema.nullable() }),
  z.strictObject({
    type: z.literal('edit-loop'),
    slot: loopSlot,
    change: keptLoopSchema.pick({ name: true, inputs: true }).partial(),
  }),
  /** Another model's encoder hears the track; null for the model's own. */
  z.strictObject({ type: z.literal('listen-with'), listenWith: listenWithSchema.nullable() }),
  z.strictObject({ type: z.literal('set-output'), change: outputSchema.partial() }),
  z.strictObject({ type: z.literal('set-seed'), seed: presetSchema.shape.seed }),
]);
export type Edit = z.infer<typeof editSchema>;
