import { atRate } from '../../audio/at-rate.js';
import { bundledLoops } from '../../audio/bundled-loops.js';
import { AudioStream } from '../../audio/read.js';
import { SoundReader, type SoundStream, wholeSound } from '../../audio/sound-stream.js';
import type { Precision } from '../../../document/output.js';
import { isEffect, type ModelManifest } from '../manifest.js';
import { zeroNonFinite } from '../run/non-finite.js';
import { ConstantNoise, SeededNoise } from '../run/noise.js';
import { probeSignal } from '../run/probe-signal.js';
import { openGraph } from '../run/open-model.js';
import type { RunningGraph } from '../run/running-model.js';
import type { Role } from './light-files.js';

/** Of each bundled loop. */
const SECONDS_OF_EACH = 0.25;
/** Where there are none. */
const PROBE_SECONDS = 1;
/** Latent frames for a decoder alone. */
const LATENT_FRAMES = 32;
const SEED = 1;
/** Random operations give something, always the same. */
const noise = new ConstantNoise(0.75, 0.1);

/**
 * What a model is heard with, in calls of one frame: the beginnings of the bundled loops one after the other, or a test signal where there
 * are none; latents for a decoder alone.
 * @returns [inputChannels, hop] or [latentDims] each
 */
export async function testCalls(manifest: ModelManifest): Promise<Float32Array[]> {
  if (manifest.hasNoEncoder === true) return testLatents(manifest);
  const { sampleRate } = manifest;
  const paths = await bundledLoops();
  if (paths.length === 0) {
    const length = Math.round(PROBE_SECONDS * sampleRate);
    return callsOf(wholeSound(sampleRate, [probeSignal(length, sampleRate)]), manifest, length);
  }
  const calls: Float32Array[] = [];
  for (const path of paths) {
    const file = await AudioStream.open(path);
    try {
      calls.push(...callsOf(atRate(file, sampleRate), manifest, SECONDS_OF_EACH * sampleRate));
    } finally {
      file.close();
    }
  }
  return calls;
}

/** Anywhere in the ranges of the latents. */
function testLatents({ latentRanges }: ModelManifest): Float32Array[] {
  const random = new SeededNoise(SEED);
  return Array.from({ length: LATENT_FRAMES }, () => {
    const latents = new Float32Array(latentRanges.length);
    random.uniform(latents, 1);
    return latents.map((share, d) => {
      const [low, high] = latentRanges[d] ?? [0, 0];
      return low + share * (high - low);
    });
  });
}

/** A mean of the channels in each input, `length` samples or more of it. */
function callsOf(sound: SoundStream, { hop, inputChannels }: ModelManifest, length: number): Float32Array[] {
  const reader = new SoundReader(sound);
  const block = Array.from({ length: sound.channels }, () => new Float32Array(hop));
  const calls: Float32Array[] = [];
  while (calls.length * hop < length && reader.read(block, hop) === hop) {
    const call = new Float32Array(inputChannels * hop);
    for (let i = 0; i < call.length; i += 1)
      call[i] = block.reduce((sum, channel) => sum + (channel[i % hop] ?? 0), 0) / block.length;
    calls.push(call);
  }
  return calls;
}

/** Streams calls through a graph, from its first state on. @returns what it gives, call after call; what is no number is 0 */
function throughGraph(graph: RunningGraph, calls: readonly Float32Array[]): Float32Array[] {
  graph.reset();
  return calls.map((call) => {
    graph.input.set(call);
    graph.run(noise, 1);
    zeroNonFinite(graph.output);
    return graph.output.slice();
  });
}

/** Streams calls of one frame and one side through the encoder or the decoder of a model. @throws TillerError as `openGraph` */
export async function hear(
  dir: string,
  manifest: ModelManifest,
  role: Role,
  precision: Precision,
  input: readonly Float32Array[],
): Promise<Float32Array[]> {
  const graph = await openGraph(dir, manifest, { frames: 1, batch: 1, precision }, role);
  try {
    return throughGraph(graph, input);
  } finally {
    graph.close();
  }
}

/** What a model gives for its test calls. */
export interface Heard {
  /** Of an effect, and of a decoder alone, what it hears. */
  readonly latents: readonly Float32Array[];
  readonly audio: readonly Float32Array[];
}

/** Whether a model's latents come from its encoder. */
export const encodes = (manifest: ModelManifest): boolean =>
  !isEffect(manifest) && manifest.hasNoEncoder !== true;

/** Streams test calls through both graphs of a model. @throws TillerError as `openGraph` */
export async function hearModel(
  dir: string,
  manifest: ModelManifest,
  precision: Precision,
  input: readonly Float32Array[],
): Promise<Heard> {
  const latents = encodes(manifest) ? await hear(dir, manifest, 'encoder', precision, input) : input;
  return { latents, audio: await hear(dir, manifest, 'decoder', precision, latents) };
}

/** Arrays one after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
