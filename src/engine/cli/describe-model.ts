import type { ModelManifest } from '../model/manifest.js';

/** Describes a model in lines of text. */
export function describeModel(manifest: ModelManifest): string[] {
  const { sampleRate, hop, inputChannels, outputChannels, delaySamples } = manifest;
  const milliseconds = (samples: number) => `${((1000 * samples) / sampleRate).toFixed(1)} ms`;
  return [
    `name        ${manifest.name} (${manifest.sha256.slice(0, 12)})`,
    `rate        ${sampleRate} Hz, hop ${hop} samples (${milliseconds(hop)})`,
    `channels    ${inputChannels} in, ${outputChannels} out`,
    `latents     ${manifest.latentDims} of ${manifest.fullLatentDims}`,
    `parameters  ${manifest.parameters.toLocaleString('en')}`,
    `own delay   ${delaySamples} samples (${milliseconds(delaySamples)})`,
    `licence     ${manifest.licence ?? 'not stated in the file'}`,
    ...(manifest.hasNonFiniteLatents === true
      ? ['note        gives no number for some input (silence, usually): such latents count as 0']
      : []),
    ...(manifest.streaming
      ? []
      : ['note        exported without streaming: the model itself clicks at block boundaries']),
  ];
}
