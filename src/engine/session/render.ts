import { TillerError } from '../errors.js';
import { MAX_BLOCK } from '../limits.js';
import type { ModelManifest } from '../model/manifest.js';
import type { NoiseSetting } from '../model/noise.js';
import type { Gesture } from '../performance/gesture.js';
import { PARAMETER_INDEX } from '../performance/parameters.js';
import type { Preset } from '../preset/schema.js';
import type { StreamReport } from './commands.js';
import { sendDifference } from './document-difference.js';
import { Player } from './player.js';

export interface RenderOptions {
  /** One array per channel (one or two), all of one length. */
  readonly input: readonly Float32Array[];
  /** Of the input and the output, in hertz. */
  readonly rate: number;
  readonly preset: Preset;
  /** Null renders the dry track. */
  readonly model: { readonly dir: string; readonly manifest: ModelManifest } | null;
  readonly gesture?: Gesture;
  /** Samples per block, 1..8192. The result does not depend on it. */
  readonly block?: number;
  /** The preset's own seed where left out. */
  readonly noise?: NoiseSetting;
  readonly onProgress?: (share: number) => void;
}

export interface Rendered {
  /** As long as the input and in time with it: the latency is taken out. */
  readonly output: Float32Array[];
  readonly latencySamples: number;
  readonly faults: number;
  /** Time spent, as a share of the sound's own length. */
  readonly realTimeShare: number;
}

/**
 * Plays a whole sound through an instrument, faster or slower than real time, by the same path as live.
 * @throws TillerError `model-failed` when the model cannot be opened, `argument-invalid` for impossible channels
 */
export async function render(options: RenderOptions): Promise<Rendered> {
  const { input, rate, preset, gesture } = options;
  const block = options.block ?? 512;
  const channels = input.length;
  const samples = input[0]?.length ?? 0;
  if ((channels !== 1 && channels !== 2) || block < 1 || block > MAX_BLOCK)
    throw new TillerError(
      'argument-invalid',
      'Tiller renders one or two channels in blocks of 1 to 8192 samples.',
    );

  let faults = 0;
  let failure: string | null = null;
  const player = new Player((report: StreamReport) => {
    if (report.type === 'telemetry') faults = report.faults;
    if (report.type === 'failed') failure ??= report.message;
  });
  const pending: Promise<void>[] = [];
  sendDifference(
    { send: (command) => pending.push(player.apply(command)), onReport: () => undefined },
    null,
    preset,
  );
  if (options.noise) pending.push(player.apply({ type: 'noise', noise: options.noise }));
  player.prepare(rate, block, channels);
  pending.push(player.apply({ type: 'load', model: options.model }));
  await Promise.all(pending);
  if (failure !== null) throw new TillerError('model-failed', failure, 'Import the model again.');

  const start = performance.now();
  const output = await play(player, input, samples, block, rate, gesture, options.onProgress);
  const realTimeShare = samples === 0 ? 0 : (performance.now() - start) / 1000 / (samples / rate);
  const { latencySamples } = player;
  player.close();
  return { output, latencySamples, faults, realTimeShare };
}

async function play(
  player: Player,
  input: readonly Float32Array[],
  samples: number,
  block: number,
  rate: number,
  gesture: Gesture | undefined,
  onProgress: ((share: number) => void) | undefined,
): Promise<Float32Array[]> {
  const latency = player.latencySamples;
  const total = samples + latency;
  const output = input.map(() => new Float32Array(samples));
  const blockIn = input.map(() => new Float32Array(block));
  const blockOut = input.map(() => new Float32Array(block));
  const moves = gesture?.moves ?? [];
  let move = 0;
  for (let at = 0; at < total; at += block) {
    const frames = Math.min(block, total - at);
    blockIn.forEach((samplesIn, channel) => {
      samplesIn.fill(0);
      samplesIn.set(input[channel]?.subarray(at, at + frames) ?? []);
    });
    for (; move < moves.length; move++) {
      const { seconds, input: index, value } = moves[move] as Gesture['moves'][number];
      const offset = Math.round(seconds * rate) - at;
      if (offset >= frames) break;
      player.parameter(Math.max(0, offset), PARAMETER_INDEX.input + index, value);
    }
    player.process(blockIn, blockOut, frames);
    const skip = Math.max(0, latency - at);
    if (skip < frames)
      blockOut.forEach((samplesOut, channel) =>
        output[channel]?.set(samplesOut.subarray(skip, frames), at + skip - latency),
      );
    if ((at / block) % 64 === 0) {
      onProgress?.(at / total);
      // Lets a signal or a terminal through.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return output;
}
