const LOWEST_HZ = 40;
const HIGHEST_HZ = 16_000;
/** Half-octave bands are wide enough to distinguish a partial from noise from there on, the higher of both; below there is one band. */
const FLATNESS_FROM_HZ = 250;
const FLATNESS_FROM_BIN = 21;
/** Powers whose product one logarithm is taken of. */
const LOGARITHM_BINS = 4;
/** Added to each power: the product of four is no denormal number then. That of float32 is at least 1e-45. */
const LEAST_POWER = 1e-60;
/** Flatness of one frame of Gaussian noise: exp(−γ), the geometric mean of exponentially distributed powers of mean 1. */
const NOISE_FLATNESS = 0.5615;

/**
 * Brightness and flatness of power spectra, after Peeters et al., "The Timbre Toolbox" (2011), the flatness in bands as in MPEG-7
 * (ISO/IEC 15938-4, AudioSpectrumFlatness). One thread; allocates nothing after construction.
 */
export class SpectralShape {
  /** Of the spectrum that was measured last: its flatness within bands, weighted by their power, and that power. */
  flatness = 0;
  power = 0;
  /** First bin of each band that flatness is taken of, and the bin behind the last band. */
  private readonly bandEdges: Int32Array;
  /** Base-2 logarithm of each bin's frequency, from the first that brightness is taken of to the last. */
  private readonly octaves: Float64Array;
  private readonly firstBin: number;

  /** @param size samples per spectrum @param rate in Hz */
  constructor(size: number, rate: number) {
    const binHz = rate / size;
    const top = Math.min(HIGHEST_HZ, 0.45 * rate);
    const edges = [LOWEST_HZ, ...halfOctaves(Math.max(FLATNESS_FROM_HZ, FLATNESS_FROM_BIN * binHz), top)];
    this.bandEdges = Int32Array.from(edges, (hz) => Math.round(hz / binHz));
    this.firstBin = Math.ceil(LOWEST_HZ / binHz);
    const last = Math.min(size / 2, Math.ceil(HIGHEST_HZ / binHz) - 1);
    this.octaves = Float64Array.from({ length: last - this.firstBin + 1 }, (_, i) =>
      Math.log2((this.firstBin + i) * binHz),
    );
  }

  /** Centre of gravity on a logarithmic frequency axis: the base-2 logarithm of Hz; NaN for silence. */
  brightnessOctaves(power: Float32Array | Float64Array): number {
    const { octaves, firstBin } = this;
    let sum = 0;
    let total = 0;
    for (let i = 0; i < octaves.length; i += 1) {
      const value = power[firstBin + i] as number;
      sum += value * (octaves[i] as number);
      total += value;
    }
    return total > 0 ? sum / total : NaN;
  }

  /** Sets `flatness` and `power`. */
  measureFlatness(power: Float32Array): void {
    const { bandEdges } = this;
    let weighted = 0;
    let total = 0;
    for (let band = 0; band + 1 < bandEdges.length; band += 1) {
      const from = bandEdges[band] as number;
      const to = bandEdges[band + 1] as number;
      let sum = 0;
      let logarithms = 0;
      let product = 1;
      for (let bin = from; bin < to; bin += 1) {
        const value = power[bin] as number;
        sum += value;
        product *= value + LEAST_POWER;
        if ((bin - from) % LOGARITHM_BINS !== LOGARITHM_BINS - 1) continue;
        logarithms += Math.log(product);
        product = 1;
      }
      logarithms += Math.log(product);
      if (!(sum > 0)) continue;
      weighted += (sum * Math.exp(logarithms / (to - from))) / (sum / (to - from));
      total += sum;
    }
    this.flatness = total > 0 ? weighted / total : 0;
    this.power = total;
  }
}

/** Noisiness of a flatness: 0 for sinusoids, about 1 for noise. */
export const noisinessOf = (flatness: number): number => Math.min(1, flatness / NOISE_FLATNESS);

function halfOctaves(fromHz: number, toHz: number): number[] {
  const count = Math.max(1, Math.floor(2 * Math.log2(toHz / fromHz)));
  return Array.from({ length: count + 1 }, (_, i) => fromHz * 2 ** (i / 2));
}
