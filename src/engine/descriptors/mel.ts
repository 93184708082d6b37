/** Mel scale after O'Shaughnessy (1987), as HTK has it. */
const toMel = (hz: number) => 2595 * Math.log10(1 + hz / 700);
const fromMel = (mel: number) => 700 * (10 ** (mel / 2595) - 1);

/** Energy below which a band counts as empty, relative to the mean power of a full-scale frame. */
const FLOOR = 1e-10;

/** The first bin of a band, the weights from there on, and their sum. */
interface Filter {
  readonly first: number;
  readonly weights: Float64Array;
  readonly total: number;
}

/** Triangular filters of equal width on the mel scale, from `lowHz` to `highHz`. */
export class MelFilters {
  private readonly filters: readonly Filter[];

  /** @param size samples per frame of the spectra @param rate in Hz */
  constructor(bands: number, size: number, rate: number, lowHz: number, highHz: number) {
    const [low, high] = [toMel(lowHz), toMel(highHz)];
    const edges = Array.from({ length: bands + 2 }, (_, i) =>
      fromMel(low + ((high - low) * i) / (bands + 1)),
    );
    this.filters = Array.from({ length: bands }, (_, band) => {
      const [from, centre, to] = edges.slice(band, band + 3) as [number, number, number];
      const first = Math.max(1, Math.ceil((from * size) / rate));
      const last = Math.max(first, Math.floor((to * size) / rate));
      const weights = Float64Array.from({ length: last - first + 1 }, (_, i) => {
        const hz = ((first + i) * rate) / size;
        return Math.max(0, hz <= centre ? (hz - from) / (centre - from) : (to - hz) / (to - centre));
      });
      // A band narrower than a bin keeps the bin that is nearest to it.
      if (!weights.some((weight) => weight > 0)) weights[0] = 1;
      return { first, weights, total: weights.reduce((sum, weight) => sum + weight, 0) };
    });
  }

  /** Natural logarithm of each band's mean power. @param power per bin, divided by `fullScale` */
  logEnergies(power: ArrayLike<number>, fullScale: number, out: Float64Array): void {
    for (let band = 0; band < this.filters.length; band += 1) {
      const { first, weights, total } = this.filters[band] as Filter;
      let sum = 0;
      for (let i = 0; i < weights.length; i += 1)
        sum += (weights[i] as number) * (power[first + i] as number);
      out[band] = Math.log(sum / total / fullScale + FLOOR);
    }
  }
}

/**
 * The first `count` cepstral coefficients after the 0th: a discrete cosine transform of type II of the logarithmic
 * band energies, orthonormal.
 */
export function cepstrum(logEnergies: ArrayLike<number>, count: number): Float64Array {
  const bands = logEnergies.length;
  return Float64Array.from({ length: count }, (_, k) => {
    let sum = 0;
    for (let band = 0; band < bands; band += 1)
      sum += (logEnergies[band] ?? 0) * Math.cos((Math.PI * (k + 1) * (band + 0.5)) / bands);
    return sum * Math.sqrt(2 / bands);
  });
}
