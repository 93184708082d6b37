import { ConstantNoise } from './noise.js';
import type { RunningModel } from './running.js';

/**
 * Sends a signal through a freshly reset model without noise; first channel of the answer, same length. What
 * does not fill a call at the end is left out.
 */
export function playThrough(model: RunningModel, signal: Float32Array, onEncoded?: () => void): Float32Array {
  const { hop, frames, inputChannels } = model.shape;
  const block = hop * frames;
  const silent = new ConstantNoise(0.5, 0);
  const out = new Float32Array(signal.length);
  model.reset();
  for (let start = 0; start + block <= signal.length; start += block) {
    for (let channel = 0; channel < inputChannels; channel += 1) {
      model.audioIn.set(signal.subarray(start, start + block), channel * block);
    }
    model.encode(silent);
    onEncoded?.();
    model.latents.set(model.encoded);
    model.decode(silent);
    out.set(model.audioOut.subarray(0, block), start);
  }
  return out;
}
