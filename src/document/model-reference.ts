import { z } from 'zod';

/** A model, found by the hash of its file; the name is shown where the model is missing. */
export const modelReferenceSchema = z.strictObject({
  name: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ModelReference = z.infer<typeof modelReferenceSchema>;
