import { setImmediate as nextTurn } from 'node:timers/promises';
import { TillerError } from '../../document/tiller-error.js';
import { atRate } from '../audio/at-rate.js';
import { AudioStream } from '../audio/read.js';
import { SoundReader, type SoundStream } from '../audio/sound-stream.js';
import type { ModelManifest } from '../model/manifest.js';
import { createNoise, type NoiseSource } from '../model/run/noise.js';
import type { RunningModel } from '../model/run/running-model.js';
import { HeldSound } from '../model/run/held-sound.js';
import { requireEncoder } from '../model/run/model-kind.js';
import { openForListening } from '../model/run/open-model.js';
import { Survey } from './survey.js';

/** Of a file, at most so much is heard. */
const MOST_SECONDS = 600;
/** Time over which loudness is taken: shorter peaks are clicks. */
const LOUDNESS_SECONDS = 0.1;
/** Calls between two turns of the event loop. */
const CALLS_AT_ONCE = 64;

/** A latent frame, and the mean square of the audio that it was encoded from. */
interface HeardFrame {
  readonly latents: Float64Array;
  readonly power: number;
}

/**
 * `loudestOf` an audio file, with a model of the library.
 * @param dir the model's folder
 * @param onProgress called with the share done, 0..1; may throw to stop
 * @throws TillerError as `requireEncoder`, `loudestOf`, `openModel` and `AudioStream.open` do
 */
export async function loudestLatents(
  dir: string,
  manifest: ModelManifest,
  path: string,
  onProgress: (share: number) => void,
): Promise<Float32Array> {
  requireEncoder(manifest);
  const model = await openForListening(dir, manifest);
  try {
    const file = await AudioStream.open(path);
    try {
      return await loudestOf(model, atRate(file, manifest.sampleRate), () => onProgress(file.share));
    } finally {
      file.close();
    }
  } finally {
    model.close();
  }
}

/**
 * What a model makes of a sound where it is loudest: of the latent frames from its loudest tenth of a second to the model's own
 * delay after it, the one that gives the loudest steady sound when it is held.
 * @param model its state is lost
 * @param sound at the model's rate
 * @param report called between calls of the model; may throw to stop
 * @returns one value per latent dimension
 * @throws TillerError `audio-unreadable` where the sound is silent, `model-failed`, and as the sound does
 */
export async function loudestOf(
  model: RunningModel,
  sound: SoundStream,
  report: () => void = () => undefined,
): Promise<Float32Array> {
  const noise = createNoise({ kind: 'seed', seed: 1 });
  return chooseLoudest(model, noise, await heardFrames(model, noise, sound, report));
}

async function heardFrames(
  model: RunningModel,
  noise: NoiseSource,
  sound: SoundStream,
  report: () => void,
): Promise<HeardFrame[]> {
  const { sampleRate, hop, frames: each, inputChannels, latentDims } = model.shape;
  const length = hop * each;
  const most = Math.ceil((MOST_SECONDS * sampleRate) / length);
  const reader = new SoundReader(sound);
  const block = Array.from({ length: sound.channels }, () => new Float32Array(length));
  const heard: HeardFrame[] = [];
  model.reset();
  for (let call = 0; call < most; call += 1) {
    block.forEach((channel) => channel.fill(0));
    if (reader.read(block, length) === 0) break;
    const mean = Float32Array.from({ length }, (_, i) =>
      block.reduce((sum, channel) => sum + (channel[i] ?? 0) / block.length, 0),
    );
    for (let channel = 0; channel < inputChannels; channel += 1) model.audioIn.set(mean, channel * length);
    model.encode(noise);
    for (let frame = 0; frame < each; frame += 1) {
      const samples = mean.subarray(frame * hop, (frame + 1) * hop);
      heard.push({
        latents: Float64Array.from({ length: latentDims }, (_, d) => model.encoded[d * each + frame] ?? 0),
        power: samples.reduce((sum, value) => sum + value * value, 0) / hop,
      });
    }
    if (call % CALLS_AT_ONCE !== 0) continue;
    report();
    await nextTurn();
  }
  return heard;
}

function chooseLoudest(model: RunningModel, noise: NoiseSource, frames: readonly HeardFrame[]): Float32Array {
  const { sampleRate, hop, delaySamples } = model.shape;
  const width = Math.max(1, Math.round((LOUDNESS_SECONDS * sampleRate) / hop));
  const start = loudestStart(frames, width);
  const candidates = frames
    .slice(start, start + width + Math.ceil(delaySamples / hop))
    .map(({ latents }) => latents)
    .filter((latents) => latents.every(Number.isFinite));
  const [first] = candidates;
  if (first === undefined || frames[start]?.power === 0)
    throw new TillerError(
      'audio-unreadable',
      'The file holds no sound that this model could be given.',
      'Choose a file that is longer, and not silent.',
    );
  const survey = new Survey(new HeldSound(model, noise));
  const sounds = candidates.flatMap((latents) => survey.measure(latents) ?? []);
  const best = sounds.reduce<(typeof sounds)[number] | null>(
    (loudest, sound) => (loudest === null || sound.loudnessLufs > loudest.loudnessLufs ? sound : loudest),
    null,
  );
  return Float32Array.from(best?.latents ?? first);
}

/** Where the loudest `width` frames in a row begin. */
function loudestStart(frames: readonly HeardFrame[], width: number): number {
  let sum = 0;
  let most = -1;
  let best = 0;
  for (const [i, { power }] of frames.entries()) {
    sum += power - (frames[i - width]?.power ?? 0);
    if (sum <= most) continue;
    most = sum;
    best = Math.max(0, i - width + 1);
  }
  return best;
}
