import { TillerError } from '../../../document/tiller-error.js';
import { isEffect, type ModelManifest } from '../manifest.js';

/** Whether the model can play without an input. */
export const hasPrior = ({ variants }: ModelManifest): boolean =>
  variants.some(({ prior }) => prior !== undefined);

/**
 * For work with a model's latents.
 * @throws TillerError `model-interface` where the model is an effect
 */
export function requireLatents(manifest: ModelManifest): void {
  if (!isEffect(manifest)) return;
  throw new TillerError(
    'model-interface',
    `“${manifest.name}” is an effect: it has no latents.`,
    'Play audio through it, or choose another model.',
  );
}

/**
 * For work that listens to audio through the model.
 * @throws TillerError `model-interface` where the model is a decoder alone, or an effect
 */
export function requireEncoder(manifest: ModelManifest): void {
  requireLatents(manifest);
  const { name, hasNoEncoder } = manifest;
  if (hasNoEncoder !== true) return;
  throw new TillerError(
    'model-interface',
    `“${name}” has no encoder: it cannot listen to audio.`,
    'Play its latents by hand, or choose another model.',
  );
}
