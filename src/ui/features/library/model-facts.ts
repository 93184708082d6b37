import type { ModelCard } from '../../../protocol/interface.js';

/** "44.1k · hop 512 · 8D": sample rate in kHz, hop in samples, number of latent dimensions; "44.1k · effect" for one without. */
export function modelFacts({ sampleRate, hop, latentDims }: ModelCard): string {
  const kilohertz = sampleRate / 1000;
  const rate = `${Number.isInteger(kilohertz) ? kilohertz : kilohertz.toFixed(1)}k`;
  return latentDims === 0 ? `${rate} · effect` : `${rate} · hop ${hop} · ${latentDims}D`;
}
