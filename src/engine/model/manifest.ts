import { z } from 'zod';
import {
  attributesOf,
  MAX_ATTRIBUTES,
  type ModelAttribute,
  statedAttributeSchema,
} from '../../document/model-attribute.js';
import { MAX_LATENTS, MAX_MODEL_DELAY_SAMPLES, MAX_RATE, MIN_MODEL_RATE } from '../../document/limits.js';
import { precisionSchema } from '../../document/output.js';

/** Most latent dimensions that a model may have before it leaves any out. */
export const MAX_FULL_LATENTS = 4096;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().positive().max(1e9);

/** One tensor that a graph reads or writes: its name in the graph and its fixed shape. */
const tensorSchema = z.strictObject({
  name: z.string().min(1),
  shape: z.array(z.number().int().nonnegative()),
});

/** A noise input of a graph: filled anew before each call. */
const noiseSchema = tensorSchema.extend({ distribution: z.enum(['uniform', 'normal']) });

const onnxFile = z.string().regex(/^[\w.-]+\.onnx$/);

/**
 * One ONNX file. Audio is float32 [batch, channels, hop × frames], latents float32 [batch, dimensions, frames];
 * all state is passed as one flat float32 tensor, in and out, zero or as stored in `initialState`.
 */
export const graphSchema = z.strictObject({
  file: onnxFile,
  /** The same graph with some of its matrices in 8 bits; left out where that gains nothing. */
  lightFile: onnxFile.optional(),
  input: tensorSchema,
  output: tensorSchema,
  noise: z.array(noiseSchema),
  /** The values of the model's attributes, float32 [attributes]; left out where the graph reads none. */
  attributes: tensorSchema.optional(),
  state: z
    .strictObject({ input: z.string(), output: z.string(), size: z.number().int().nonnegative() })
    .nullable(),
  /** A file of `state.size` little-endian float32, or null where the state starts at zero. */
  initialState: z
    .string()
    .regex(/^[\w.-]+\.state$/)
    .nullable(),
});
export type GraphManifest = z.infer<typeof graphSchema>;

/** Identifies one pair of graphs of a model. */
export const variantSchema = z.strictObject({
  /** Latent frames per call, 1 or more. */
  frames: z.number().int().positive(),
  /** Rows of the batch: 1, or 2 for the two sides of a stereo track through a model with one channel. */
  batch: z.number().int().min(1).max(2),
});
export type ModelVariant = Readonly<z.infer<typeof variantSchema>>;

/** A variant as it is played: exactly, where its precision is left out, and where a graph has no light form. */
export const playedVariantSchema = variantSchema.extend({ precision: precisionSchema.optional() });
export type PlayedVariant = Readonly<z.infer<typeof playedVariantSchema>>;

/** Raised whenever imports produce different graphs; models of an older version are translated again on their next import. */
export const IMPORTER_VERSION = 6;

/** What the model library knows of one imported model. */
export const manifestSchema = z.strictObject({
  format: z.literal('tiller-model'),
  version: z.literal(1),
  /** `IMPORTER_VERSION` of the import that made the graphs; the first one left it out. */
  importer: count.optional(),
  name: z.string().min(1).max(200),
  sha256,
  sourceBytes: z.number().int().positive(),
  sampleRate: z.number().int().min(MIN_MODEL_RATE).max(MAX_RATE),
  /** Audio samples per latent frame. */
  hop: z.number().int().min(1).max(65_536),
  inputChannels: z.number().int().min(1).max(2),
  outputChannels: z.number().int().min(1).max(2),
  /** 0 for an effect: it has no latents. */
  latentDims: z.number().int().min(0).max(MAX_LATENTS),
  fullLatentDims: z.number().int().min(0).max(MAX_FULL_LATENTS),
  parameters: z.number().int().nonnegative(),
  /** False when the file was exported without caches: clicks at the block borders are the file's own. */
  streaming: z.boolean(),
  /** Delay of the decoded audio behind the input, in samples at `sampleRate`, beyond the accumulation of one hop. */
  delaySamples: z.number().int().min(0).max(MAX_MODEL_DELAY_SAMPLES),
  /** Per dimension: [low, high] that the model's own latents cover (2nd to 98th percentile over a probe). */
  latentRanges: z.array(z.tuple([z.number(), z.number()])),
  /** Set where the encoder gives latents that are not finite, as some do for silence: they count as 0. */
  hasNonFiniteLatents: z.literal(true).optional(),
  /** Set for a decoder alone: its encoder gives 0 for every latent. */
  hasNoEncoder: z.literal(true).optional(),
  licence: z.string().nullable(),
  /** What may be set while the model plays, in the order of the graphs' input; left out where there is nothing. */
  attributes: z.array(statedAttributeSchema).max(MAX_ATTRIBUTES).optional(),
  /** Sorted by frames, then batch; frames 1 and batch 1 is always there. */
  variants: z
    .array(
      variantSchema.extend({
        /** Left out for an effect. */
        encoder: graphSchema.optional(),
        /** Of an effect, from audio to audio. */
        decoder: graphSchema,
        /** What gives latents without an input, for one side: [1, controls, frames] to [1, dimensions, frames]. The first control is a temperature. */
        prior: graphSchema.optional(),
      }),
    )
    .min(1),
});
export type ModelManifest = z.infer<typeof manifestSchema>;

/** The manifest for opening the model with the attributes that an instrument sets, in place of those that its file states. */
export function withAttributeValues(manifest: ModelManifest, set: readonly ModelAttribute[]): ModelManifest {
  const { attributes: stated } = manifest;
  if (stated === undefined) return manifest;
  const attributes = attributesOf(stated, set).map(({ value }, i) => ({
    ...(stated[i] as (typeof stated)[number]),
    initial: value,
  }));
  return { ...manifest, attributes };
}

/** Whether a model turns audio into audio, without latents. */
export const isEffect = ({ latentDims }: Pick<ModelManifest, 'latentDims'>): boolean => latentDims === 0;

/** The files of a model's light form, sorted; none where it has no such form. */
export const lightFiles = ({ variants }: Pick<ModelManifest, 'variants'>): string[] =>
  variants
    .flatMap(({ encoder, decoder }) => [encoder?.lightFile, decoder.lightFile])
    .filter((file) => file !== undefined)
    .sort();

/** Whether a model has a light form of its graphs for so many frames and sides. */
export const hasLight = (
  { variants }: Pick<ModelManifest, 'variants'>,
  { frames, batch }: ModelVariant,
): boolean => {
  const ofSides = (sides: number) =>
    variants.find((variant) => variant.frames === frames && variant.batch === sides);
  // A model that was imported for one side plays two of them by that side's graphs.
  const found = ofSides(batch) ?? ofSides(1);
  return (found?.encoder?.lightFile ?? found?.decoder.lightFile) !== undefined;
};
