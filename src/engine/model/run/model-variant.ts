import { TillerError } from '../../../document/tiller-error.js';
import type { GraphManifest, ModelManifest, ModelVariant, PlayedVariant } from '../manifest.js';
import type { Listener } from './listener.js';
import type { ModelShape } from './running-model.js';

export type VariantManifest = ModelManifest['variants'][number];

/** The variant as it was imported; undefined where it was not. */
export function importedVariant(
  manifest: ModelManifest,
  { frames, batch }: ModelVariant,
): VariantManifest | undefined {
  return manifest.variants.find((variant) => variant.frames === frames && variant.batch === batch);
}

/**
 * The shapes of a variant. For several sides of a model that was imported for one, those of all sides together.
 * @throws TillerError `model-missing` when the model was not imported in it
 */
export function variantOf(manifest: ModelManifest, variant: ModelVariant): VariantManifest {
  const { frames, batch } = variant;
  const found = importedVariant(manifest, variant);
  if (found !== undefined) return found;
  const single = importedVariant(manifest, { frames, batch: 1 });
  if (single !== undefined)
    return {
      frames,
      batch,
      ...(single.encoder === undefined ? {} : { encoder: forSides(single.encoder, batch) }),
      decoder: forSides(single.decoder, batch),
      ...(single.prior === undefined ? {} : { prior: single.prior }),
    };
  throw new TillerError(
    'model-missing',
    `${manifest.name} was not imported for ${frames} frames and ${batch} sides per call.`,
    'Import it again.',
  );
}

function forSides(graph: GraphManifest, sides: number): GraphManifest {
  const rows = <T extends { readonly shape: number[] }>(tensor: T): T => ({
    ...tensor,
    shape: [sides, ...tensor.shape],
  });
  return { ...graph, input: rows(graph.input), output: rows(graph.output), noise: graph.noise.map(rows) };
}

/** Rates and sizes of a model in a variant. */
export function shapeOf(
  manifest: ModelManifest,
  { frames, batch, precision = 'exact' }: PlayedVariant,
  listener: Listener | null = null,
): ModelShape {
  const { sampleRate, hop, inputChannels, outputChannels, latentDims } = manifest;
  const { delaySamples } = listener ?? manifest;
  return {
    sampleRate,
    hop,
    frames,
    batch,
    precision,
    inputChannels,
    outputChannels,
    latentDims,
    delaySamples,
  };
}

/** What the file states. */
export function initialAttributes({ attributes = [] }: ModelManifest): Float32Array {
  return Float32Array.from(attributes, ({ initial }) => initial);
}
