import type { RunningModel } from '../../../src/engine/model/run/running-model.js';
import { SeededNoise } from '../../../src/engine/model/run/noise.js';

export const SINE_RATE = 22_050;

/**
 * A model whose sound is known: latent 1 is the pitch (0 is 220 Hz, one unit an octave), latent 2 the level (0 is −20 dB, one unit
 * 6 dB), latent 3 the share of noise (0 or less none, 1 or more all); the rest do nothing. The encoder gives sweeping values.
 */
export function sineModel(
  latentDims: number,
  faults: { readonly notANumberAbove?: number } = {},
): RunningModel {
  const hop = 256;
  const frames = 2;
  const noise = new SeededNoise(3);
  const white = new Float32Array(hop * frames);
  let phase = 0;
  let calls = 0;
  const model: RunningModel = {
    shape: {
      sampleRate: SINE_RATE,
      hop,
      frames,
      batch: 1,
      inputChannels: 1,
      outputChannels: 1,
      latentDims,
      delaySamples: 0,
    },
    attributes: new Float32Array(0),
    priorIn: new Float32Array(0),
    generate: () => undefined,
    audioIn: new Float32Array(hop * frames),
    encoded: new Float32Array(latentDims * frames),
    latents: new Float32Array(latentDims * frames),
    audioOut: new Float32Array(hop * frames),
    encode: () => {
      calls += 1;
      model.encoded.forEach((_, i) => {
        model.encoded[i] = 2 * Math.sin(calls * (0.37 + 0.11 * Math.floor(i / frames)) + i);
      });
    },
    decode: () => {
      const [pitch = 0, level = 0, share = 0] = [0, 1, 2].map((d) =>
        d < latentDims ? (model.latents[d * frames] ?? 0) : 0,
      );
      const amplitude = 0.1 * 2 ** level;
      const wet = Math.min(1, Math.max(0, share));
      noise.uniform(white, 1);
      for (let n = 0; n < model.audioOut.length; n += 1) {
        phase += (2 * Math.PI * 220 * 2 ** pitch) / SINE_RATE;
        model.audioOut[n] = amplitude * ((1 - wet) * Math.sin(phase) + wet * (2 * (white[n] ?? 0) - 1));
      }
      if (pitch > (faults.notANumberAbove ?? Infinity)) model.audioOut.fill(NaN);
    },
    decodeAgain: () => {
      throw new Error('not played in two ways');
    },
    reset: () => {
      phase = 0;
      noise.restart();
    },
    close: () => undefined,
  };
  return model;
}
