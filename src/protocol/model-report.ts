import { z } from 'zod';
import { MAX_LATENTS } from '../document/limits.js';

/** What a model takes of a processor in one setting, medians over calls. */
export const modelLoadSchema = z.strictObject({
  /** Latent frames per call. */
  frames: z.number().int().positive(),
  /** 1 for mono, 2 for the two sides of a stereo track. */
  batch: z.number().int().min(1).max(2),
  encodeMs: z.number().nonnegative(),
  decodeMs: z.number().nonnegative(),
  /** The prior, which runs in the encoder's place while it plays; absent where the model has none, or an earlier version measured. */
  priorMs: z.number().nonnegative().optional(),
  /** Encode and decode together, as a share of the time that the audio of a call lasts. */
  shareOfRealTime: z.number().nonnegative(),
});
export type ModelLoad = z.infer<typeof modelLoadSchema>;

/** How a held sound changes where one latent goes from the low to the high end of its calibrated range, the others at their means. */
export const latentEffectSchema = z.strictObject({
  loudnessDb: z.number(),
  brightnessOctaves: z.number(),
  /** Of noisiness, which is 0 for sinusoids and about 1 for noise. */
  noisiness: z.number(),
  /** Difference of the spectra's shapes, without level: root mean square over 32 mel bands, in dB. */
  timbreDb: z.number().nonnegative(),
});
export type LatentEffect = z.infer<typeof latentEffectSchema>;

const latentReportSchema = z.strictObject({
  /** Standard deviation of what the encoder gives for the test signal, in latent units: near 0 where the encoder does not use it. */
  activity: z.number().nonnegative(),
  /** Null where it was not measured: there was no time, or no steady sound. */
  effect: latentEffectSchema.nullable(),
});
export type LatentReport = z.infer<typeof latentReportSchema>;

/** Of a processor that measured a light form, and of the way in which it was made. */
const lightOrigin = {
  /** `LIGHT_VERSION` of the attempt. */
  version: z.number().int().positive().max(1e9),
  processor: z.string().max(200),
};

/** What a model's light form gives and what it costs, measured when it was made. */
export const lightFiguresSchema = z.strictObject({
  /** Of the variants that have light graphs. */
  loads: z.array(modelLoadSchema).max(64),
  /** With one latent frame per call in mono, how many times faster than the exact form by turns with it: encode and decode together. */
  timesFaster: z.number().positive(),
  /** Bytes of the matrices of these graphs, in both forms. */
  weightBytes: z.strictObject({
    exact: z.number().int().nonnegative(),
    light: z.number().int().nonnegative(),
  }),
  /** Power of the exact form's latents over that of the difference, in dB, for the bundled loops; null for an effect, which has none. */
  latentsSnrDb: z.number().nullable(),
  /** The same of the audio that is decoded from each form's own latents. */
  audioSnrDb: z.number(),
  /** Log-spectral distance of that audio, in dB. */
  spectralDistanceDb: z.number().nonnegative(),
});
export type LightFigures = z.infer<typeof lightFiguresSchema>;

/** What came of the attempt to make a light form: it was made, it would gain too little on the processor, or change the sound too much. */
export const lightReportSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('made'), ...lightOrigin, figures: lightFiguresSchema }),
  z.strictObject({ outcome: z.literal('gains-too-little'), ...lightOrigin }),
  z.strictObject({ outcome: z.literal('differs-too-much'), ...lightOrigin }),
]);
export type LightReport = z.infer<typeof lightReportSchema>;

/** What was found out about a model by translating and running it, besides its manifest. */
export const modelReportSchema = z.strictObject({
  format: z.literal('tiller-model-report'),
  version: z.literal(1),
  /** What was converted, ignored or is unusual, one sentence each. */
  notes: z.array(z.string().min(1).max(500)).max(64),
  /** In the order of the manifest's variants. */
  loads: z.array(modelLoadSchema).max(64),
  /** Name of the processor that `loads` were measured on. */
  processor: z.string().max(200),
  /** Resident memory that the model adds while it plays with one latent frame per call in mono; null where it was not measured. */
  memoryBytes: z.number().int().nonnegative().nullable(),
  /** Absent where no light form was tried yet. */
  light: lightReportSchema.optional(),
  /** One for each latent dimension. */
  latents: z.array(latentReportSchema).max(MAX_LATENTS),
});
export type ModelReport = z.infer<typeof modelReportSchema>;
