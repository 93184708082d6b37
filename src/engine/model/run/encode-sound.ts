import { SoundReader, type SoundStream } from '../../audio/sound-stream.js';
import type { NoiseSource } from './noise.js';
import type { RunningModel } from './running-model.js';

/**
 * Latent frames of a sound, from the model's initial state on. The last incomplete call is left out, and frames that hold a
 * value that is no number.
 *
 * @param model its state is lost
 * @param sound at the model's rate; the mean of its channels goes to each input channel
 * @param maxFrames at most so many are given
 * @returns each [latentDims]
 * @throws TillerError `model-failed`, and as the sound does
 */
export function encodeSound(
  model: RunningModel,
  noise: NoiseSource,
  sound: SoundStream,
  maxFrames: number,
): Float64Array[] {
  const { hop, frames, inputChannels, latentDims } = model.shape;
  const length = hop * frames;
  const reader = new SoundReader(sound);
  const block = Array.from({ length: sound.channels }, () => new Float32Array(length));
  const encoded: Float64Array[] = [];
  model.reset();
  while (encoded.length < maxFrames && reader.read(block, length) === length) {
    for (let i = 0; i < length; i += 1) {
      const mean = block.reduce((sum, channel) => sum + (channel[i] ?? 0), 0) / block.length;
      for (let channel = 0; channel < inputChannels; channel += 1) model.audioIn[channel * length + i] = mean;
    }
    model.encode(noise);
    for (let frame = 0; frame < frames; frame += 1) {
      const latents = Float64Array.from(
        { length: latentDims },
        (_, d) => model.encoded[d * frames + frame] ?? 0,
      );
      if (latents.every(Number.isFinite)) encoded.push(latents);
    }
  }
  return encoded.slice(0, maxFrames);
}
