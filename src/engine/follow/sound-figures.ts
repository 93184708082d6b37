import type { AudioDescriptor } from '../../document/audio-descriptors.js';
import { KWeightedEnergy, lufsOfPower } from '../audio/k-weighting.js';
import { PeriodFinder } from '../descriptors/pitch.js';
import { SpectralShape, noisinessOf } from '../descriptors/spectral-shape.js';
import { SpectrumAnalyser } from '../descriptors/spectrum.js';
import { Decimator } from './decimator.js';

/** Loudness is the mean of at least so much, so that it does not follow the single waves of a bass. */
const LOUDNESS_SECONDS = 0.02;
/** Length of the spectra, rounded to a power of two of samples; at least a latent frame, at most `LARGEST_SPECTRUM`. */
const SPECTRUM_SECONDS = 0.03;
const LARGEST_SPECTRUM = 8192;
/** Time between the spectra that an onset lies between, at least. */
const ONSET_SECONDS = 0.01;
/** Natural logarithm of the power per band, relative to full scale, below which nothing counts as an onset: −70 dB. */
const ONSET_FLOOR = Math.log(1e-7);
const DB_PER_NEPER_OF_POWER = 10 / Math.LN10;
/** About the rate at which the pitch is looked for, in Hz. */
const PITCH_RATE = 12_000;
/** Silence: the other descriptors say nothing of it. */
export const GATE_LUFS = -60;

/**
 * The figures of the sound that each latent frame encodes: of its samples and as many before them as a figure needs, none after
 * them. One thread; allocates nothing after construction.
 */
export class SoundFigures {
  /** The last samples, up to the end of the present latent frame. */
  private readonly history: Float32Array;
  private readonly weighted: KWeightedEnergy;
  /** Energy of the last latent frames after the loudness filters, a ring. */
  private readonly frameEnergies: Float64Array;
  private readonly analyser: SpectrumAnalyser;
  private readonly shape: SpectralShape;
  /** First bin of each band that onsets are looked for in, half an octave wide or a bin; and the bin behind the last. */
  private readonly bandEdges: Int32Array;
  private readonly fullScale: number;
  /** Band energies of the last latent frames, [frames between two spectra of an onset + 1, bands], a ring. */
  private readonly bandEnergies: Float64Array[];
  /** Contains `history`. */
  private readonly decimator: Decimator;
  private readonly periods: PeriodFinder;
  private frame = 0;
  /** The latent frame whose band energies were taken last. */
  private bandsFrame = 0;
  /** The latent frame whose pitch was taken last; −Infinity before any. */
  private pitchFrame = -Infinity;
  /** Whether the last latent frame was passed over. */
  private isPaused = false;
  private loudnessLufs = NaN;
  private spectrum: Float32Array | null = null;

  /**
   * @param rate in Hz
   * @param hop samples of a latent frame
   */
  constructor(
    rate: number,
    private readonly hop: number,
  ) {
    const size = spectrumSize(rate, hop);
    this.analyser = new SpectrumAnalyser(size);
    this.shape = new SpectralShape(size, rate);
    this.bandEdges = halfOctaveBins(size / 2);
    this.fullScale = (size / 4) ** 2;
    this.weighted = new KWeightedEnergy(rate);
    this.frameEnergies = new Float64Array(Math.max(1, Math.ceil((LOUDNESS_SECONDS * rate) / hop)));
    const apart = Math.max(1, Math.ceil((ONSET_SECONDS * rate) / hop));
    this.bandEnergies = Array.from({ length: apart + 1 }, () => new Float64Array(this.bandEdges.length - 1));
    const factor = Math.max(1, Math.round(rate / PITCH_RATE));
    this.periods = new PeriodFinder(rate / factor);
    this.decimator = new Decimator(factor, this.periods.samples.length, Math.max(size, hop));
    this.history = this.decimator.input;
    this.reset();
  }

  /** Forgets what was heard. */
  reset(): void {
    this.history.fill(0);
    this.weighted.reset();
    this.frameEnergies.fill(0);
    for (const bands of this.bandEnergies) bands.fill(ONSET_FLOOR);
    this.frame = 0;
    this.bandsFrame = 0;
    this.pitchFrame = -Infinity;
    this.isPaused = false;
    this.loudnessLufs = NaN;
    this.spectrum = null;
  }

  /**
   * Hears the next latent frame: the mean of some signals.
   * @param audio of the signals, one after the other
   * @param from index of the first signal's sample at which the latent frame begins
   * @param signals how many there are
   * @param apart samples from one signal to the next
   * @param wantsOnset whether `value` may be asked for its onset
   */
  hear(audio: Float32Array, from: number, signals: number, apart: number, wantsOnset: boolean): void {
    const { history, hop, frameEnergies } = this;
    this.record(audio, from, signals, apart);
    if (this.isPaused) this.weighted.reset();
    this.weighted.add(history, history.length - hop, history.length);
    const frameEnergy = this.weighted.take();
    if (this.isPaused) frameEnergies.fill(frameEnergy);
    else frameEnergies[this.frame % frameEnergies.length] = frameEnergy;
    this.isPaused = false;
    let energy = 0;
    for (let i = 0; i < frameEnergies.length; i += 1) energy += frameEnergies[i] as number;
    this.loudnessLufs = lufsOfPower(energy / (frameEnergies.length * hop));
    this.frame += 1;
    if (wantsOnset) this.addBands();
  }

  /** Passes over the next latent frame, whose figures nobody asks for: those of the next ones will be of its samples, too. */
  pass(audio: Float32Array, from: number, signals: number, apart: number): void {
    this.record(audio, from, signals, apart);
    this.frame += 1;
    this.isPaused = true;
  }

  /** Whether the latent frame is silent. */
  get isSilent(): boolean {
    return !(this.loudnessLufs > GATE_LUFS);
  }

  /** A figure of the present latent frame, frequencies in octaves; NaN where it has none. */
  value(descriptor: AudioDescriptor): number {
    switch (descriptor) {
      case 'loudness':
        return this.loudnessLufs;
      case 'brightness':
        return this.isSilent ? NaN : this.shape.brightnessOctaves(this.powerSpectrum());
      case 'noisiness':
        return this.isSilent ? NaN : this.noisiness();
      case 'onset':
        return this.onsetDb();
      case 'pitch':
        return this.isSilent ? NaN : this.pitchOctaves();
    }
  }

  private record(audio: Float32Array, from: number, signals: number, apart: number): void {
    const { history, hop } = this;
    const start = history.length - hop;
    history.copyWithin(0, hop);
    for (let i = 0; i < hop; i += 1) {
      let sum = 0;
      for (let s = 0; s < signals; s += 1) sum += audio[from + s * apart + i] as number;
      history[start + i] = sum / signals;
    }
    this.spectrum = null;
  }

  private powerSpectrum(): Float32Array {
    const { analyser, history } = this;
    this.spectrum ??= analyser.powerAt(history, history.length - analyser.size);
    return this.spectrum;
  }

  private noisiness(): number {
    this.shape.measureFlatness(this.powerSpectrum());
    return this.shape.power > 0 ? noisinessOf(this.shape.flatness) : NaN;
  }

  private addBands(): void {
    const { frame, bandEnergies, bandEdges, fullScale } = this;
    const bands = this.bandsAt(frame);
    const power = this.powerSpectrum();
    for (let b = 0; b < bands.length; b += 1) {
      const end = bandEdges[b + 1] as number;
      let sum = 0;
      for (let bin = bandEdges[b] as number; bin < end; bin += 1) sum += power[bin] as number;
      bands[b] = Math.max(ONSET_FLOOR, Math.log(sum / fullScale));
    }
    // Where nobody asked for a while, what was then must not count as an onset.
    if (this.bandsFrame !== frame - 1) for (const other of bandEnergies) other.set(bands);
    this.bandsFrame = frame;
  }

  private bandsAt(frame: number): Float64Array {
    return this.bandEnergies[frame % this.bandEnergies.length] as Float64Array;
  }

  /** By how much the bands have risen on average, falling ones left out (spectral flux). */
  private onsetDb(): number {
    const now = this.bandsAt(this.frame);
    const before = this.bandsAt(this.frame + 1);
    let sum = 0;
    for (let b = 0; b < now.length; b += 1) sum += Math.max(0, (now[b] as number) - (before[b] as number));
    return (DB_PER_NEPER_OF_POWER * sum) / now.length;
  }

  private pitchOctaves(): number {
    const { decimator, periods, frame, hop } = this;
    decimator.run((frame - this.pitchFrame) * hop);
    this.pitchFrame = frame;
    periods.samples.set(decimator.output);
    return Math.log2(periods.frequency());
  }
}

function spectrumSize(rate: number, hop: number): number {
  const usual = 2 ** Math.round(Math.log2(SPECTRUM_SECONDS * rate));
  const ofFrame = 2 ** Math.ceil(Math.log2(hop));
  return Math.min(LARGEST_SPECTRUM, Math.max(usual, ofFrame));
}

/** 1, 2, 3, 4, 6, 8, 11 … up to `last` */
function halfOctaveBins(last: number): Int32Array {
  const count = Math.floor(2 * Math.log2(last)) + 1;
  const bins = Array.from({ length: count }, (_, i) => Math.round(2 ** (i / 2)));
  return Int32Array.from(new Set([...bins, last]));
}
