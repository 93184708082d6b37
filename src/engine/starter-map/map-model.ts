import { setImmediate as nextTurn } from 'node:timers/promises';
import { atRate } from '../audio/at-rate.js';
import { bundledLoops } from '../audio/bundled-loops.js';
import { AudioStream } from '../audio/read.js';
import { type SoundStream, wholeSound } from '../audio/sound-stream.js';
import type { ModelManifest } from '../model/manifest.js';
import { encodeSound } from '../model/run/encode-sound.js';
import { createNoise, type NoiseSource } from '../model/run/noise.js';
import { requireEncoder, requireLatents } from '../model/run/model-kind.js';
import { openForListening } from '../model/run/open-model.js';
import { probeSignal } from '../model/run/probe-signal.js';
import type { RunningModel } from '../model/run/running-model.js';
import { type StarterMap, type StarterMapOptions, starterMap } from './starter-map.js';

/** Of each sound, at most so much is encoded. */
const SECONDS_OF_EACH = 30;
const PROBE_SECONDS = 4;

export interface MapModelOptions extends StarterMapOptions {
  /** WAV, AIFF, FLAC, MP3 or Ogg files that the model should play. */
  readonly files: readonly string[];
  /** Latent frames of further sounds that it should play. Without any files and frames, the bundled loops and a test signal. */
  readonly frames?: readonly Float64Array[];
  /** Called with the share done, 0..1; may throw to stop. */
  readonly onProgress?: (share: number) => void;
}

/**
 * `starterMap` of a model of the library. Lets messages through between two sounds; blocks its thread for less than a second at
 * a time with models that run in real time.
 *
 * @param dir the model's folder
 * @throws TillerError as `requireLatents`, `starterMap`, `openModel` and `AudioStream.open` do
 */
export async function mapModel(
  dir: string,
  manifest: ModelManifest,
  { files, frames: given = [], onProgress, ...options }: MapModelOptions,
): Promise<StarterMap> {
  requireLatents(manifest);
  const model = await openForListening(dir, manifest);
  try {
    const isGiven = files.length + given.length > 0;
    const heard = async () => [
      ...given,
      ...(await encodeAll(model, isGiven ? files : await bundledLoops(), !isGiven)),
    ];
    // Without an encoder, latents are drawn from the model's ranges alone.
    const frames = manifest.hasNoEncoder === true ? [] : await heard();
    const steps = starterMap(model, frames, manifest.latentRanges, options);
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      onProgress?.(value);
      await nextTurn();
    }
  } finally {
    model.close();
  }
}

/**
 * Latent frames of an audio file.
 * @param dir the model's folder
 * @throws TillerError as `requireEncoder`, `openModel` and `AudioStream.open` do
 */
export async function framesOfFile(
  dir: string,
  manifest: ModelManifest,
  path: string,
): Promise<Float64Array[]> {
  requireEncoder(manifest);
  const model = await openForListening(dir, manifest);
  try {
    return await encodeAll(model, [path], false);
  } finally {
    model.close();
  }
}

/** Latent frames of audio files, at most half a minute of each, after those of a test signal where that is wanted. */
export async function encodeAll(
  model: RunningModel,
  files: readonly string[],
  withProbe: boolean,
): Promise<Float64Array[]> {
  const { sampleRate, hop } = model.shape;
  const noise = createNoise({ kind: 'seed', seed: 1 });
  const most = Math.ceil((SECONDS_OF_EACH * sampleRate) / hop);
  const frames: Float64Array[] = [];
  const add = (sound: SoundStream, source: NoiseSource) =>
    frames.push(...encodeSound(model, source, sound, most));
  if (withProbe) add(wholeSound(sampleRate, [probeSignal(PROBE_SECONDS * sampleRate, sampleRate)]), noise);
  for (const path of files) {
    const file = await AudioStream.open(path);
    try {
      add(atRate(file, sampleRate), noise);
    } finally {
      file.close();
    }
    await nextTurn();
  }
  return frames;
}
