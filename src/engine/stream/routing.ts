import type { Output } from '../../document/output.js';
import type { ModelVariant } from '../model/manifest.js';

/** Channels that a model takes and gives per row of its batch. */
export interface ModelChannels {
  readonly inputChannels: number;
  readonly outputChannels: number;
}

/** Latent frames per call of the model: models are imported for 1 and 4; 2, which older presets may hold, plays as 1. */
const framesPerCall = (output: Pick<Output, 'framesPerCall'>): 1 | 4 => (output.framesPerCall === 4 ? 4 : 1);

/**
 * The graph of a model that `Stream.prepare` should be given. A batch of two is needed on a stereo track to run the sides apart
 * through a model with one input, or to give each side its own noise where the model has one output.
 */
export function requiredVariant(output: Output, trackChannels: number, model: ModelChannels): ModelVariant {
  const apart = output.listen === 'both' && model.inputChannels === 1;
  const wide = output.width > 0 && model.outputChannels === 1;
  return { frames: framesPerCall(output), batch: trackChannels === 2 && (apart || wide) ? 2 : 1 };
}

/**
 * Share of a track channel in what one row of the batch hears. A model with two inputs always hears the track's
 * sides as they are; `listen` is for models with one.
 * @param stream row · inputChannels + input channel
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
      // With one row there is nothing to run apart: it hears the middle until the stream is prepared with two.
      if (shape.batch === 1) return 0.5;
      return stream === trackChannel ? 1 : 0;
  }
}

/** Signals that leave the model for a track: two only where they can differ. */
export const wetChannels = (
  shape: { batch: number; outputChannels: number },
  trackChannels: number,
): 1 | 2 => (trackChannels === 2 && (shape.batch === 2 || shape.outputChannels === 2) ? 2 : 1);

/**
 * Fills one of those signals from the decoder's [batch, outputChannels, samples]: a side takes its own row and channel;
 * a mono track takes the mean of the first row's channels.
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
