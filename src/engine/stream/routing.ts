import type { Output } from '../../document/output.js';
import { hasLight, type ModelManifest, type PlayedVariant } from '../model/manifest.js';

/** Input and output channels of a model per row of its batch. */
export interface ModelChannels {
  readonly inputChannels: number;
  readonly outputChannels: number;
}

/** Latent frames per call of the model: models are imported for 1 and 4; 2, which older presets may hold, plays as 1. */
const framesPerCall = (output: Pick<Output, 'framesPerCall'>): 1 | 4 => (output.framesPerCall === 4 ? 4 : 1);

/**
 * The variant of a model that `Stream.prepare` needs. A stereo track needs a batch of two to process its channels separately with a
 * model of one input, or to give each channel its own noise with a model of one output. Where a model has no light form, or an offline
 * render is to be exact, it is the exact one.
 */
export function requiredVariant(
  output: Output,
  trackChannels: number,
  model: ModelChannels & Pick<ModelManifest, 'variants'>,
  offline = false,
): PlayedVariant {
  const separate = output.listen === 'both' && model.inputChannels === 1;
  const wide = output.width > 0 && model.outputChannels === 1;
  const variant = {
    frames: framesPerCall(output),
    batch: trackChannels === 2 && (separate || wide) ? 2 : 1,
  };
  const isLight =
    output.precision === 'light' && !(offline && output.bounceExact) && hasLight(model, variant);
  return { ...variant, precision: isLight ? 'light' : 'exact' };
}

/**
 * Gain of a track channel in one input signal of the model. A model with two inputs always gets the track's channels unchanged;
 * `listen` is for models with one.
 * @param stream index of the input signal: row · inputChannels + input channel
 * @returns 0..1
 */
export function listenShare(
  listen: Output['listen'],
  stream: number,
  trackChannel: number,
  shape: ModelChannels & { readonly batch: number },
  trackChannels: number,
): number {
  if (trackChannels === 1) return 1;
  if (shape.inputChannels === 2) return stream % 2 === trackChannel ? 1 : 0;
  switch (listen) {
    case 'mid':
      return 0.5;
    case 'left':
      return trackChannel === 0 ? 1 : 0;
    case 'right':
      return trackChannel === 1 ? 1 : 0;
    case 'both':
      // A batch of one gets the mean of both channels, until the stream is prepared with a batch of two.
      if (shape.batch === 1) return 0.5;
      return stream === trackChannel ? 1 : 0;
  }
}

/** Number of the model's output signals for a track: two only where they can differ. */
export const wetChannels = (
  shape: { batch: number; outputChannels: number },
  trackChannels: number,
): 1 | 2 => (trackChannels === 2 && (shape.batch === 2 || shape.outputChannels === 2) ? 2 : 1);

/**
 * Copies one output signal from the decoder's output. Each signal takes its own row and channel; a single signal takes the mean of
 * the first row's channels. Streaming thread; allocates nothing.
 * @param audioOut [batch, outputChannels, samples]
 * @param samples per channel
 * @param side index of the signal, 0 to `sides` − 1
 * @param sides number of signals, as `wetChannels` gives it
 * @param wet receives `samples` values
 */
export function collectWet(
  audioOut: Float32Array,
  shape: { readonly batch: number; readonly outputChannels: number },
  samples: number,
  side: number,
  sides: 1 | 2,
  wet: Float32Array,
): void {
  const { batch, outputChannels } = shape;
  if (sides === 1 && outputChannels === 2) {
    for (let i = 0; i < samples; i += 1) {
      wet[i] = 0.5 * ((audioOut[i] as number) + (audioOut[samples + i] as number));
    }
    return;
  }
  const row = batch === 2 ? side : 0;
  const channel = outputChannels === 2 ? side : 0;
  const from = (row * outputChannels + channel) * samples;
  for (let i = 0; i < samples; i += 1) wet[i] = audioOut[from + i] as number;
}
