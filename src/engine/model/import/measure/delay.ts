import FFT from 'fft.js';
import { MAX_MODEL_DELAY_SECONDS } from '../../../../document/limits.js';
import type { ModelResponse } from './run-signals.js';
import type { ModelShape } from '../../run/running-model.js';

/** Share of the energies that a peak must explain to count as the delay. */
const WAVEFORM_THRESHOLD = 0.25;
const ENVELOPE_THRESHOLD = 0.4;
/** Lengths over which loudness is taken for the comparison of envelopes, in seconds. */
const ENVELOPE_SECONDS = [0.002, 0.005, 0.01] as const;
/** Envelopes are compared at every so many samples: they are no sharper than that. */
const ENVELOPE_STEP = 8;
/** Where clicks are added, in seconds, each a different part of a hop later. */
const CLICK_SECONDS = 0.25;
const CLICKS = 3;
const CLICK_LEVEL = 0.5;
/** Signals are correlated in pieces of so many times the longest lag, the lag included. */
const PIECE_OVER_LAGS = 1.25;

/** Runs the model on more signals; only called where the first comparison does not determine the delay. */
type RunSignals = (signals: readonly Float32Array[]) => Promise<readonly Pick<ModelResponse, 'output'>[]>;

/**
 * The delay of a model's output behind its input in samples, beyond the accumulation of one call. Waveforms
 * are compared first. A model that keeps loudness but not phase is measured by its envelope, and one
 * that keeps neither by when a click changes its output most.
 * @param input what was sent through the freshly reset model without noise
 * @param output what came back
 * @param run sends more signals through the model in the same way
 * @param keepsLoudness false where the model divides by its input's loudness, so that envelopes are of no use
 */
export async function measureDelay(
  { sampleRate, hop, frames }: Pick<ModelShape, 'sampleRate' | 'hop' | 'frames'>,
  input: Float32Array,
  output: Float32Array,
  run: RunSignals,
  keepsLoudness = true,
): Promise<number> {
  const longest = Math.min(Math.round(MAX_MODEL_DELAY_SECONDS * sampleRate), input.length >> 1);
  const waveform = bestLag(input, output, longest);
  if (waveform.strength >= WAVEFORM_THRESHOLD) return waveform.lag;
  const [envelope] = (keepsLoudness ? ENVELOPE_SECONDS : [])
    .map((seconds) => {
      const width = Math.max(1, Math.round(seconds * sampleRate));
      const { lag, strength } = bestLag(
        loudness(input, width),
        loudness(output, width),
        Math.floor(longest / ENVELOPE_STEP),
      );
      return { lag: lag * ENVELOPE_STEP, strength };
    })
    .sort((a, b) => b.strength - a.strength);
  if (envelope !== undefined && envelope.strength >= ENVELOPE_THRESHOLD) return envelope.lag;
  const places = Array.from(
    { length: CLICKS },
    (_, click) => Math.round(sampleRate * CLICK_SECONDS) + Math.round((hop * click) / CLICKS),
  );
  const clicked = places.map((at) => withClick(input, at, at + longest + hop * frames));
  return clickDelay(places, await run(clicked), output, longest);
}

/** Loudness around every few samples, mean removed. */
function loudness(signal: Float32Array, width: number): Float32Array {
  const out = new Float32Array(Math.floor(signal.length / ENVELOPE_STEP));
  const half = width >> 1;
  let sum = 0;
  for (let n = 0; n < signal.length + half; n += 1) {
    const entering = signal[n] ?? 0;
    const leaving = signal[n - width] ?? 0;
    sum += entering * entering - leaving * leaving;
    const centre = n - half;
    if (centre >= 0 && centre % ENVELOPE_STEP === 0) {
      out[centre / ENVELOPE_STEP] = Math.sqrt(Math.max(0, sum));
    }
  }
  const mean = out.reduce((total, value) => total + value, 0) / out.length;
  return out.map((value) => value - mean);
}

/**
 * The lag of 0 … `longest` samples at which two signals agree best, and how well: the correlation over the
 * geometric mean of their energies, by Fourier transform. A model may turn the waveform upside down, so
 * the magnitude counts; of equal peaks the earliest.
 */
export function bestLag(
  a: Float32Array,
  b: Float32Array,
  longest: number,
): { lag: number; strength: number } {
  const correlation = correlate(a, b, longest);
  let lag = 0;
  let peak = 0;
  for (let n = 0; n <= longest; n += 1) {
    const value = Math.abs(correlation[2 * n] ?? 0);
    if (value > peak * (1 + 1e-6)) {
      peak = value;
      lag = n;
    }
  }
  const energy = (signal: Float32Array): number => signal.reduce((sum, value) => sum + value * value, 0);
  const scale = Math.sqrt(energy(a) * energy(b));
  return { lag, strength: scale > 0 ? peak / scale : 0 };
}

/**
 * The correlation of two signals at lags of 0 … `longest` samples, as the real parts of complex numbers: piece by piece, which
 * takes a few megabytes where spectra of the whole would take tens.
 */
function correlate(a: Float32Array, b: Float32Array, longest: number): Float64Array {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, PIECE_OVER_LAGS * (longest + 1))));
  const fft = new FFT(size);
  const padded = new Float64Array(size);
  const left = new Float64Array(2 * size);
  const right = new Float64Array(2 * size);
  const sum = new Float64Array(2 * size);
  const transform = (spectrum: Float64Array, signal: Float32Array): void => {
    padded.fill(0).set(signal);
    fft.realTransform(spectrum, padded);
  };
  const step = size - longest;
  for (let start = 0; start < a.length; start += step) {
    transform(left, a.subarray(start, start + step));
    transform(right, b.subarray(start, start + size));
    // A real signal's spectrum is known from its first half.
    for (let i = 0; i < size + 2; i += 2) {
      const real = left[i] as number;
      const imaginary = left[i + 1] as number;
      const otherReal = right[i] as number;
      const otherImaginary = right[i + 1] as number;
      sum[i] = (sum[i] as number) + real * otherReal + imaginary * otherImaginary;
      sum[i + 1] = (sum[i + 1] as number) + real * otherImaginary - imaginary * otherReal;
    }
  }
  fft.completeSpectrum(sum);
  fft.inverseTransform(left, sum);
  return left;
}

function withClick(signal: Float32Array, at: number, length: number): Float32Array {
  const clicked = signal.slice(0, length);
  clicked[at] = (clicked[at] ?? 0) + CLICK_LEVEL;
  return clicked;
}

/**
 * Where half of the energy has passed of what clicks change in the output: the median over clicks at places
 * that differ in their phase against the hop.
 */
function clickDelay(
  places: readonly number[],
  responses: readonly Pick<ModelResponse, 'output'>[],
  output: Float32Array,
  longest: number,
): number {
  const delays = places.map((at, click) => {
    const changed = responses[click]?.output ?? output;
    const changes = Float64Array.from(
      { length: Math.min(longest, changed.length - at) },
      (_, n) => ((changed[at + n] ?? 0) - (output[at + n] ?? 0)) ** 2,
    );
    return medianPosition(changes);
  });
  return delays.sort((a, b) => a - b)[CLICKS >> 1] ?? 0;
}

/** Index at which half of the sum is reached; 0 when there is nothing. */
function medianPosition(energies: Float64Array): number {
  const total = energies.reduce((sum, value) => sum + value, 0);
  let passed = 0;
  for (const [index, energy] of energies.entries()) {
    passed += energy;
    if (total > 0 && passed >= total / 2) return index;
  }
  return 0;
}
