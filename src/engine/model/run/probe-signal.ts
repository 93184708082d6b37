import { SeededNoise } from './noise.js';

/** The deterministic test signal by which models are measured. */

const PROBE_SEED = 20_240_229;
/** Seconds of each passage. */
const PASSAGE = 0.25;
const PEAK = 0.5;

/** Noise bursts, sweeps, clicks and silence in turn, `length` samples at `rate`, peak 0.5. */
export function probeSignal(length: number, rate: number): Float32Array {
  const out = new Float32Array(length);
  const noise = new Float32Array(length);
  new SeededNoise(PROBE_SEED).uniform(noise, 1);
  const passage = Math.round(PASSAGE * rate);
  for (let n = 0; n < length; n += 1) {
    const index = Math.floor(n / passage);
    const t = (n % passage) / rate;
    const white = 2 * (noise[n] ?? 0) - 1;
    out[n] = PEAK * passageSample(index, t, white);
  }
  return out;
}

function passageSample(index: number, t: number, white: number): number {
  switch (index % 4) {
    case 0:
      // Bursts of noise that decay, eight a second, each louder than the last.
      return white * Math.exp(-(t % 0.125) * 40) * (t < 0.125 ? 0.4 : 1);
    case 1: {
      // A sweep over seven octaves from 40 Hz, upwards and then downwards.
      const octaves = 28 * (index % 8 < 4 ? t : PASSAGE - t);
      return (
        Math.sin((2 * Math.PI * 40 * 2 ** octaves) / (28 * Math.LN2)) * Math.sin((Math.PI * t) / PASSAGE)
      );
    }
    case 2:
      // Clicks with a ring, at uneven distances.
      return (
        [0.01, 0.07, 0.18].reduce((sum, at) => {
          const since = t - at;
          return since < 0 ? sum : sum + Math.exp(-since * 300) * Math.cos(2 * Math.PI * 1800 * since);
        }, 0) / 2
      );
    default:
      return 0;
  }
}
