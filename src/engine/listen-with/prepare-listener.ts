import { setImmediate as nextTurn } from 'node:timers/promises';
import { TillerError } from '../../document/tiller-error.js';
import { atRate } from '../audio/at-rate.js';
import { bundledLoops } from '../audio/bundled-loops.js';
import { AudioStream } from '../audio/read.js';
import { SoundReader, type SoundStream, wholeSound } from '../audio/sound-stream.js';
import { measureDelay } from '../model/import/measure/delay.js';
import type { LibraryEntry } from '../model/library/model-folder.js';
import { zeroNonFinite } from '../model/run/non-finite.js';
import { ConstantNoise } from '../model/run/noise.js';
import { openGraph, openModel } from '../model/run/open-model.js';
import { probeSignal } from '../model/run/probe-signal.js';
import type { RunningGraph, RunningModel } from '../model/run/running-model.js';
import { fitAdapter, type HeardByBoth } from './fit-adapter.js';

/** Of each sound, at most so much is heard. */
const SECONDS_OF_EACH = 12;
const FRAMES_OF_EACH = 1024;
const PROBE_SECONDS = 3;
const VARIANT = { frames: 1, batch: 1 };
/** Calls between two reports. */
const CALLS_AT_ONCE = 64;
/** Random operations are silenced: what the encoders give, not what they add to it. */
const silent = new ConstantNoise(0.5, 0);

export interface PreparedListener {
  readonly delaySamples: number;
  readonly adapter: Float32Array | null;
}

/**
 * What one model's decoder needs to be played with another's encoder: an adapter of their latents, fitted on a test signal and the bundled
 * loops, and the own delay of both together. The same models give the same bits.
 * @param listened the model whose encoder hears the track, which `fitsDecoder`
 * @param isAdapted false to take the latents as they are, which then must be as many
 * @param onProgress called with the share done, 0..1; may throw to stop
 * @throws TillerError `model-failed`, `model-corrupt`, and as reading audio does
 */
export async function prepareListener(
  player: LibraryEntry,
  listened: LibraryEntry,
  isAdapted: boolean,
  onProgress: (share: number) => void,
): Promise<PreparedListener> {
  const adapter = isAdapted ? await fit(player, listened, (share) => onProgress(0.9 * share)) : null;
  const model = await openModel(player.dir, player.manifest, VARIANT, {
    ...listened,
    delaySamples: 0,
    adapter,
  });
  try {
    const keepsLoudness = listened.manifest.hasNonFiniteLatents !== true;
    return { adapter, delaySamples: await delayOf(model, keepsLoudness) };
  } finally {
    model.close();
    onProgress(1);
  }
}

async function fit(
  player: LibraryEntry,
  listened: LibraryEntry,
  onProgress: (share: number) => void,
): Promise<Float32Array> {
  const encoders: RunningGraph[] = [];
  try {
    for (const { dir, manifest } of [listened, player])
      encoders.push(await openGraph(dir, manifest, VARIANT, 'encoder'));
    const [from, to] = encoders as [RunningGraph, RunningGraph];
    const { sampleRate, hop, inputChannels, latentDims } = player.manifest;
    const heard = { listened: [] as Float64Array[], played: [] as Float64Array[] };
    const paths = await bundledLoops();
    const probe = wholeSound(sampleRate, [probeSignal(PROBE_SECONDS * sampleRate, sampleRate)]);
    const most = Math.min(FRAMES_OF_EACH, Math.ceil((SECONDS_OF_EACH * sampleRate) / hop));
    await hearWithBoth(from, to, probe, { hop, inputChannels, most }, heard);
    for (const [i, path] of paths.entries()) {
      const file = await AudioStream.open(path);
      try {
        await hearWithBoth(from, to, atRate(file, sampleRate), { hop, inputChannels, most }, heard);
      } finally {
        file.close();
      }
      onProgress((i + 1) / paths.length);
    }
    if (heard.listened.length === 0)
      throw new TillerError(
        'model-failed',
        'The two encoders gave no latents for the same sounds.',
        'Choose another model to listen with.',
      );
    return fitAdapter(heard, latentDims);
  } finally {
    for (const encoder of encoders) encoder.close();
  }
}

/** Adds the latents of both encoders for one sound, from their first state on; frames in which one gives no numbers are left out. */
async function hearWithBoth(
  from: RunningGraph,
  to: RunningGraph,
  sound: SoundStream,
  {
    hop,
    inputChannels,
    most,
  }: { readonly hop: number; readonly inputChannels: number; readonly most: number },
  heard: { readonly listened: Float64Array[]; readonly played: Float64Array[] } & HeardByBoth,
): Promise<void> {
  const reader = new SoundReader(sound);
  const block = Array.from({ length: sound.channels }, () => new Float32Array(hop));
  from.reset();
  to.reset();
  for (let call = 0; call < most && reader.read(block, hop) === hop; call += 1) {
    for (let i = 0; i < hop; i += 1) {
      const mean = block.reduce((sum, channel) => sum + (channel[i] ?? 0), 0) / block.length;
      for (let channel = 0; channel < inputChannels; channel += 1)
        from.input[channel * hop + i] = to.input[channel * hop + i] = mean;
    }
    from.run(silent, 1);
    to.run(silent, 1);
    const [listened, played] = [Float64Array.from(from.output), Float64Array.from(to.output)];
    if (listened.every(Number.isFinite) && played.every(Number.isFinite)) {
      heard.listened.push(listened);
      heard.played.push(played);
    }
    if (call % CALLS_AT_ONCE === 0) await nextTurn();
  }
}

/** The own delay of an open model, by what it answers to a test signal. @param keepsLoudness see `measureDelay` */
async function delayOf(model: RunningModel, keepsLoudness: boolean): Promise<number> {
  const { sampleRate, hop, frames } = model.shape;
  const length = hop * Math.max(4, Math.floor((PROBE_SECONDS * sampleRate) / hop));
  const signal = probeSignal(length, sampleRate);
  const run = (signals: readonly Float32Array[]) =>
    Promise.resolve(signals.map((one) => ({ output: answer(model, one) })));
  return measureDelay({ sampleRate, hop, frames }, signal, answer(model, signal), run, keepsLoudness);
}

/** First channel of what a model makes of a signal; zero in calls whose latents were no numbers, which count as 0. */
function answer(model: RunningModel, signal: Float32Array): Float32Array {
  const { hop, inputChannels } = model.shape;
  const output = new Float32Array(signal.length);
  model.reset();
  for (let start = 0; start + hop <= signal.length; start += hop) {
    for (let channel = 0; channel < inputChannels; channel += 1)
      model.audioIn.set(signal.subarray(start, start + hop), channel * hop);
    model.encode(silent);
    const isFinite = !zeroNonFinite(model.encoded);
    model.latents.set(model.encoded);
    model.decode(silent);
    if (isFinite) output.set(model.audioOut.subarray(0, hop), start);
  }
  return output;
}
