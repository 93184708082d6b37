import { windowedSinc } from './signals.js';

/** ITU-R BS.1770-4, annex 2: the first two phases of the interpolating filter; the others are these reversed. */
const ITU_PHASES = [
  [
    0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625,
    0.97216796875, -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
  ],
  [
    -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625,
    0.77978515625, -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
  ],
];
const ITU_ROWS = [...ITU_PHASES, ...ITU_PHASES.map((row) => [...row].reverse())];

const OVERSAMPLING = 16;
const HALF = 64;
const LONG_ROWS = Array.from({ length: OVERSAMPLING }, (_, phase) =>
  Array.from({ length: 2 * HALF }, (_tap, tap) =>
    windowedSinc(0.5, HALF, tap - HALF + 1 - phase / OVERSAMPLING),
  ),
);

function peakOf(signal: Float32Array, rows: number[][]): number {
  let peak = 0;
  const taps = rows[0]?.length ?? 0;
  for (const row of rows) {
    const taken = Float64Array.from(row);
    for (let n = 0; n + taps <= signal.length; n += 1) {
      let sum = 0;
      for (let k = 0; k < taps; k += 1) sum += (taken[k] as number) * (signal[n + k] as number);
      peak = Math.max(peak, Math.abs(sum));
    }
  }
  return peak;
}

/** Reading of a meter by the standard: fourfold oversampling. */
export const ituTruePeak = (signal: Float32Array): number => peakOf(signal, ITU_ROWS);

/** Sixteenfold oversampling with 128 taps per phase: much more exact than the standard requires. */
export const sharpTruePeak = (signal: Float32Array): number => peakOf(signal, LONG_ROWS);

export const samplePeak = (signal: Float32Array): number =>
  signal.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
