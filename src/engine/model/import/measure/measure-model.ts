import { isEffect, type ModelManifest } from '../../manifest.js';
import { probeSignal } from '../../run/probe-signal.js';
import { measureDelay } from './delay.js';
import { runSignals } from './run-signals.js';

/** Length of the probe signal; bounded by a number of calls, so that tiny hops do not take long and large ones get enough. */
const PROBE_SECONDS = 3;
const MIN_CALLS = 4;
const MAX_CALLS = 1500;
/** Latents of the first seconds are not counted: the model's state still holds the silence before. */
const SETTLE_SECONDS = 0.25;
const LOW_PERCENTILE = 0.02;
const HIGH_PERCENTILE = 0.98;

/** Of the latents of a decoder alone, which cannot be measured: where most models' latents lie. */
const USUAL_RANGE: readonly [number, number] = [-3, 3];

export interface Measurement {
  /** The model's own delay at its sample rate, beyond the accumulation of one call's input. */
  readonly delaySamples: number;
  /** Per latent dimension, [low, high] of the probe signal's latents (2nd and 98th percentile). */
  readonly latentRanges: [number, number][];
  /** Whether the encoder gave latents that are not finite in a call, as some do for silence. */
  readonly hasNonFiniteLatents: boolean;
}

/**
 * Measures by running the model on a probe signal: its own delay, and the ranges of its latents.
 * @throws TillerError as opening and running a model does
 */
export async function measureModel(dir: string, manifest: ModelManifest): Promise<Measurement> {
  const { hop, sampleRate, latentDims } = manifest;
  if (manifest.hasNoEncoder === true)
    return {
      latentRanges: Array.from({ length: latentDims }, () => [...USUAL_RANGE]),
      hasNonFiniteLatents: false,
      delaySamples: 0,
    };
  const single = manifest.variants.filter(({ batch }) => batch === 1);
  const frames = Math.max(...single.map((variant) => variant.frames));
  const block = hop * frames;
  const length = Math.max(MIN_CALLS * block, Math.min(PROBE_SECONDS * sampleRate, MAX_CALLS * block));
  const signal = probeSignal(length, sampleRate);
  const run = (signals: readonly Float32Array[]) => runSignals(dir, manifest, frames, signals);
  const [response] = await run([signal]);
  if (response === undefined) throw new RangeError('every signal has a response');
  const hasNonFiniteLatents = !isEffect(manifest) && response.finiteCalls.includes(false);
  const settleCalls = Math.ceil((SETTLE_SECONDS * sampleRate) / block) - 1;
  const settled = response.latents.filter((_, call) => call >= settleCalls && response.finiteCalls[call]);
  return {
    latentRanges: Array.from({ length: latentDims }, (_, dimension) =>
      range(settled.flatMap((vector) => [...vector.subarray(dimension * frames, (dimension + 1) * frames)])),
    ),
    hasNonFiniteLatents,
    // An encoder whose latents for silence are no numbers divides by the loudness of its input.
    delaySamples: await measureDelay(
      { sampleRate, hop, frames },
      signal,
      response.output,
      run,
      !hasNonFiniteLatents,
    ),
  };
}

/** The values between which most of the others lie; [0, 0] where there are none. */
function range(values: readonly number[]): [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(LOW_PERCENTILE), at(HIGH_PERCENTILE)];
}
