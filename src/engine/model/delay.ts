import FFT from 'fft.js';
import { ConstantNoise } from './noise.js';
import type { RunningModel } from './running.js';
import { probeSignal } from './signal.js';

/** Longest delay that is looked for, in seconds. */
const MAX_DELAY_SECONDS = 0.5;
const PROBE_SECONDS = 2;
/** Share of the energies that a peak must explain to count as the delay. */
const WAVEFORM_THRESHOLD = 0.25;
const ENVELOPE_THRESHOLD = 0.5;
/** Length over which loudness is taken for the comparison of envelopes, in seconds. */
const ENVELOPE_SECONDS = 0.002;

/**
 * The delay of a model's output behind its input in samples, beyond the accumulation of one call, measured by
 * sending a probe through it. Waveforms are compared first. A model that keeps loudness but not phase is
 * measured by its envelope, and one that keeps neither by when a click changes its output most.
 */
export function measureDelay(model: RunningModel): number {
  const { sampleRate } = model.shape;
  const longest = Math.round(MAX_DELAY_SECONDS * sampleRate);
  const input = probeSignal(Math.round(PROBE_SECONDS * sampleRate), sampleRate);
  const output = play(model, input);
  const waveform = bestLag(input, output, longest);
  if (waveform.strength >= WAVEFORM_THRESHOLD) return waveform.lag;
  const width = Math.max(1, Math.round(ENVELOPE_SECONDS * sampleRate));
  const envelope = bestLag(loudness(input, width), loudness(output, width), longest);
  if (envelope.strength >= ENVELOPE_THRESHOLD) return envelope.lag;
  return clickDelay(model, input, output, longest);
}

/** Sends a signal through a freshly reset model; first channel of the answer, same length. */
function play(model: RunningModel, signal: Float32Array): Float32Array {
  const { hop, frames, inputChannels } = model.shape;
  const block = hop * frames;
  const noise = new ConstantNoise(0.5, 0);
  const out = new Float32Array(signal.length);
  model.reset();
  for (let start = 0; start + block <= signal.length; start += block) {
    for (let channel = 0; channel < inputChannels; channel += 1) {
      model.audioIn.set(signal.subarray(start, start + block), channel * block);
    }
    model.encode(noise);
    model.latents.set(model.encoded);
    model.decode(noise);
    out.set(model.audioOut.subarray(0, block), start);
  }
  return out;
}

/** Energy around each sample, mean removed. */
function loudness(signal: Float32Array, width: number): Float32Array {
  const out = new Float32Array(signal.length);
  let sum = 0;
  const half = width >> 1;
  for (let n = 0; n < signal.length + half; n += 1) {
    const entering = signal[n] ?? 0;
    const leaving = signal[n - width] ?? 0;
    sum += entering * entering - leaving * leaving;
    if (n >= half) out[n - half] = Math.sqrt(Math.max(0, sum));
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
  const size = 2 ** Math.ceil(Math.log2(a.length + longest + 1));
  const fft = new FFT(size);
  const transform = (signal: Float32Array): number[] => {
    const padded = new Array<number>(size).fill(0);
    for (const [n, value] of signal.entries()) padded[n] = value;
    const spectrum = fft.createComplexArray();
    fft.realTransform(spectrum, padded);
    fft.completeSpectrum(spectrum);
    return spectrum;
  };
  const left = transform(a);
  const right = transform(b);
  const product = fft.createComplexArray();
  for (let i = 0; i < 2 * size; i += 2) {
    const [ar = 0, ai = 0, br = 0, bi = 0] = [left[i], left[i + 1], right[i], right[i + 1]];
    product[i] = ar * br + ai * bi;
    product[i + 1] = ar * bi - ai * br;
  }
  const correlation = fft.createComplexArray();
  fft.inverseTransform(correlation, product);
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
 * Where half of the energy has passed of what clicks change in the output: the median over clicks at places
 * that differ in their phase against the hop.
 */
function clickDelay(model: RunningModel, input: Float32Array, output: Float32Array, longest: number): number {
  const { hop, sampleRate } = model.shape;
  const delays: number[] = [];
  for (let probe = 0; probe < 5; probe += 1) {
    const at = Math.round(sampleRate * 0.5) + Math.round((hop * probe) / 5);
    const clicked = input.slice();
    clicked[at] = (clicked[at] ?? 0) + 0.5;
    const changed = play(model, clicked);
    let total = 0;
    for (let n = 0; n < longest; n += 1) total += ((changed[at + n] ?? 0) - (output[at + n] ?? 0)) ** 2;
    let passed = 0;
    let n = 0;
    while (n < longest && passed < total / 2) {
      passed += ((changed[at + n] ?? 0) - (output[at + n] ?? 0)) ** 2;
      n += 1;
    }
    delays.push(total > 0 ? Math.max(0, n - 1) : 0);
  }
  return delays.sort((a, b) => a - b)[2] ?? 0;
}
