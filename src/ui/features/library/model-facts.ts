import type { ModelCard } from '../../../protocol/interface.js';

/** "44.1k · hop 512 · 8D": sample rate in kHz, hop in samples, number of latent dimensions. */
export function modelFacts({ sampleRate, hop, latentDims }: ModelCard): string {
  const kilohertz = sampleRate / 1000;
  return `${Number.isInteger(kilohertz) ? kilohertz : kilohertz.toFixed(1)}k · hop ${hop} · ${latentDims}D`;
}
