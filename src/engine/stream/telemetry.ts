import { MAX_CHANNELS, MAX_INPUTS, MAX_LATENTS } from '../../document/limits.js';
import { FREE_TIME, type MusicalTime } from '../time/musical-time.js';

/**
 * What `Stream.snapshot` fills: made once, used again. Levels are linear amplitudes since the last snapshot; a mono
 * track repeats its one channel.
 */
export class StreamSnapshot {
  /** Dimensions of the model that plays, 0 without one; only so many latents are filled. */
  latentDims = 0;
  readonly inputs = new Float32Array(MAX_INPUTS);
  /** Low and high of each input that follows the audio, in its descriptor's unit; NaN for other inputs. */
  readonly audioRanges = new Float32Array(2 * MAX_INPUTS);
  /** Of the last latent frame, first row of the batch, in latent units. */
  readonly encoded = new Float32Array(MAX_LATENTS);
  /** NaN where a dimension is not mapped. */
  readonly mapped = new Float32Array(MAX_LATENTS);
  readonly decoded = new Float32Array(MAX_LATENTS);
  readonly inputPeak = new Float32Array(MAX_CHANNELS);
  readonly inputRms = new Float32Array(MAX_CHANNELS);
  readonly outputPeak = new Float32Array(MAX_CHANNELS);
  readonly outputRms = new Float32Array(MAX_CHANNELS);
  /** In dB: 0 or negative. */
  gainReductionDb = 0;
  /** Shares of real time spent in the model, and in everything; 0 when nothing played since. */
  modelLoad = 0;
  totalLoad = 0;
  /** Whether the model rested in its last call; see `ModelRest`. */
  modelRests = false;
  /** Failed calls of the model since `prepare`. */
  faults = 0;
  /** Where the last block began in the music. */
  readonly time: MusicalTime = { ...FREE_TIME };
}
