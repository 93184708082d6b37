import { MelFilters, cepstrum } from './mel.js';
import { loudnessLufs } from './loudness.js';
import { SpectralShape, noisinessOf } from './spectral-shape.js';
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

/** Measures mono sounds of one rate. One thread; its buffers are reused. */
export class DescriptorMeter {
  private readonly analyser: SpectrumAnalyser;
  private readonly mel: MelFilters;
  private readonly logEnergies = new Float64Array(MEL_BANDS);
  private readonly shape: SpectralShape;
  /** Power of one frame of a full-scale sine, spread over its bins. */
  private readonly fullScale: number;

  /** @param rate in Hz, 8000 to 192 000 */
  constructor(private readonly rate: number) {
    const size = 2 ** Math.round(Math.log2(FRAME_SECONDS * rate));
    const top = Math.min(HIGHEST_HZ, 0.45 * rate);
    this.analyser = new SpectrumAnalyser(size);
    this.mel = new MelFilters(MEL_BANDS, size, rate, LOWEST_HZ, top);
    this.shape = new SpectralShape(size, rate);
    this.fullScale = (size / 4) ** 2;
  }

  /** @param skip samples at the start that are not measured, for filters and decoders to settle */
  measure(samples: Float32Array, skip = 0): Descriptors {
    const sound = samples.subarray(skip);
    const { analyser, mel, logEnergies, shape } = this;
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
      shape.measureFlatness(power);
      flatness += shape.flatness * shape.power;
      weight += shape.power;
    });
    const octaves = shape.brightnessOctaves(mean);
    return {
      loudnessLufs: loudnessLufs(samples, this.rate, skip),
      peak: sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
      brightnessHz: Number.isNaN(octaves) ? 0 : 2 ** octaves,
      noisiness: weight > 0 ? noisinessOf(flatness / weight) : 0,
      timbre,
    };
  }
}
