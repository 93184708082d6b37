import { rateRatio } from '../audio/resampler.js';

/** What decides how late the model's sound is. */
export interface LatencyTerms {
  /** Rate of the track, Hz. */
  readonly rate: number;
  /** Rate of the model, Hz. */
  readonly modelRate: number;
  /** Model samples per call: hop × frames. */
  readonly callSamples: number;
  /** The model's own delay, in its samples. */
  readonly modelDelaySamples: number;
  /** Track samples that the resampler into the model looks ahead. */
  readonly inputLookahead: number;
  /** Model samples that the resampler out of the model looks ahead. */
  readonly outputLookahead: number;
}

/**
 * The least whole number D of track samples by which the model's sound can be late, such that output n is there as soon
 * as input n is, for every n and therefore for any sequence of block sizes.
 *
 * With a / b track samples per model sample (lowest terms), N = callSamples, d the model's delay, K and J the
 * look-ahead of the resamplers: call c reads the model's samples up to (c + 1)·N − 1, whose last lies at track
 * time ((c + 1)·N − 1)·a/b, so it can run once track sample ⌊((c + 1)·N − 1)·a/b⌋ + K is there. Output n shows the model's
 * time (n − D)·b/a + d, and reads up to J samples beyond it: it needs call c as soon as (n − D)·b/a + d ≥ c·N − J, that
 * is from n = D + ⌈(c·N − J − d)·a/b⌉ on. So
 *
 *     D = max over c of ⌊((c + 1)·N − 1)·a/b⌋ + K − ⌈(c·N − J − d)·a/b⌉,
 *
 * periodic in c with period b. At equal rates this is N − 1 + d.
 */
export function modelLatencySamples(terms: LatencyTerms): number {
  const { callSamples, modelDelaySamples, inputLookahead, outputLookahead } = terms;
  const { numerator, denominator } = rateRatio(terms.rate, terms.modelRate);
  let latency = -Infinity;
  for (let call = 0; call < denominator; call += 1) {
    const lastRead = Math.floor((((call + 1) * callSamples - 1) * numerator) / denominator);
    const firstNeeded = Math.ceil(
      ((call * callSamples - outputLookahead - modelDelaySamples) * numerator) / denominator,
    );
    latency = Math.max(latency, lastRead + inputLookahead - firstNeeded);
  }
  return latency;
}
