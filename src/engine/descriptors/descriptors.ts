import { MelFilters, cepstrum } from './mel.js';
import { loudnessLufs } from './loudness.js';
import { SpectrumAnalyser } from './spectrum.js';

/** What a listener would say of a short, steady sound, in figures. */
export interface Descriptors {
  /** K-weighted loudness without gating; −120 for silence. */
  readonly loudnessLufs: number;
  /** Greatest magnitude, linear. */
  readonly peak: number;
  /** Centre of gravity of the power spectrum on a logarithmic frequency axis, in Hz; 0 for silence. */
  readonly brightnessHz: number;
  /** 0 for sinusoids, about 1 for noise: spectral flatness within half-octave bands, weighted by their power. */
  readonly noisiness: number;
  /** Mel-frequency cepstral coefficients 1 to 12, averaged over the sound: spectral shape, without level. */
  readonly timbre: Float64Array;
}

/** Length of `Descriptors.timbre`. */
export const TIMBRE_SIZE = 12;

/** Length of a frame in seconds, rounded to a power of two of samples. */
const FRAME_SECONDS = 0.09;
export const MEL_BANDS = 32;
const LOWEST_HZ = 40;
const HIGHEST_HZ = 16_000;
/** Half-octave bands are wide enough from there on to distinguish a partial from noise; below there is one band. */
const FLATNESS_FROM_HZ = 250;
/** Flatness of one frame of Gaussian noise: exp(−γ), the geometric mean of exponentially distributed powers of mean 1. */
const NOISE_FLATNESS = 0.5615;

/**
 * Measures mono sounds of one rate. Brightness and flatness after Peeters et al., "The Timbre Toolbox" (2011), the flatness in
 * bands as in MPEG-7 (ISO/IEC 15938-4, AudioSpectrumFlatness). One thread; its buffers are reused.
 */
export class DescriptorMeter {
  private readonly analyser: SpectrumAnalyser;
  private readonly mel: MelFilters;
  private readonly logEnergies = new Float64Array(MEL_BANDS);
  /** First bin of each band that flatness is taken of, and the bin behind the last band. */
  private readonly bandEdges: readonly number[];
  /** Power of one frame of a full-scale sine, spread over its bins. */
  private readonly fullScale: number;

  /** @param rate in Hz, 8000 to 192 000 */
  constructor(private readonly rate: number) {
    const size = 2 ** Math.round(Math.log2(FRAME_SECONDS * rate));
    const top = Math.min(HIGHEST_HZ, 0.45 * rate);
    this.analyser = new SpectrumAnalyser(size);
    this.mel = new MelFilters(MEL_BANDS, size, rate, LOWEST_HZ, top);
    this.bandEdges = [LOWEST_HZ, ...halfOctaves(FLATNESS_FROM_HZ, top)].map((hz) =>
      Math.round((hz * size) / rate),
    );
    this.fullScale = (size / 4) ** 2;
  }

  /** @param skip samples at the start that are not measured, for filters and decoders to settle */
  measure(samples: Float32Array, skip = 0): Descriptors {
    const sound = samples.subarray(skip);
    const { analyser, mel, logEnergies } = this;
    const mean = new Float64Array(analyser.bins);
    const timbre = new Float64Array(TIMBRE_SIZE);
    const frames = analyser.frames(sound.length);
    let flatness = 0;
    let weight = 0;
    analyser.each(sound, (power) => {
      for (let bin = 0; bin < power.length; bin += 1)
        mean[bin] = (mean[bin] ?? 0) + (power[bin] ?? 0) / frames;
      mel.logEnergies(power, this.fullScale, logEnergies);
      cepstrum(logEnergies, TIMBRE_SIZE).forEach((value, k) => {
        timbre[k] = (timbre[k] ?? 0) + value / frames;
      });
      const measured = this.flatness(power);
      flatness += measured.flatness * measured.power;
      weight += measured.power;
    });
    return {
      loudnessLufs: loudnessLufs(samples, this.rate, skip),
      peak: sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
      brightnessHz: this.brightness(mean),
      noisiness: weight > 0 ? Math.min(1, flatness / weight / NOISE_FLATNESS) : 0,
      timbre,
    };
  }

  private brightness(power: Float64Array): number {
    let sum = 0;
    let total = 0;
    const binHz = this.rate / this.analyser.size;
    for (let bin = Math.ceil(LOWEST_HZ / binHz); bin * binHz < HIGHEST_HZ && bin < power.length; bin += 1) {
      sum += (power[bin] ?? 0) * Math.log2(bin * binHz);
      total += power[bin] ?? 0;
    }
    return total > 0 ? 2 ** (sum / total) : 0;
  }

  private flatness(power: Float64Array): { flatness: number; power: number } {
    const { bandEdges } = this;
    let weighted = 0;
    let total = 0;
    for (let band = 0; band + 1 < bandEdges.length; band += 1) {
      const [from, to] = [bandEdges[band] ?? 0, bandEdges[band + 1] ?? 0];
      let sum = 0;
      let logarithms = 0;
      for (let bin = from; bin < to; bin += 1) {
        sum += power[bin] ?? 0;
        logarithms += Math.log((power[bin] ?? 0) + Number.MIN_VALUE);
      }
      if (!(sum > 0)) continue;
      weighted += (sum * Math.exp(logarithms / (to - from))) / (sum / (to - from));
      total += sum;
    }
    return { flatness: total > 0 ? weighted / total : 0, power: total };
  }
}

function halfOctaves(fromHz: number, toHz: number): number[] {
  const count = Math.max(1, Math.floor(2 * Math.log2(toHz / fromHz)));
  return Array.from({ length: count + 1 }, (_, i) => fromHz * 2 ** (i / 2));
}
