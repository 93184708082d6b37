import { TillerError } from '../../document/tiller-error.js';
import { MAX_BLOCK } from '../../document/limits.js';
import { SoundReader, type SoundStream } from '../audio/sound-stream.js';
import type { NoiseSetting } from '../model/run/noise.js';
import type { MusicalTime } from '../time/musical-time.js';
import type { Gesture } from './gesture.js';
import { PARAMETER_INDEX } from '../../document/parameters.js';
import { withAttributesOf } from '../../document/use-model.js';
import type { Preset } from '../../document/preset.js';
import type { PlacedModel, StreamReport } from './messages.js';
import { sendDifference } from './send-difference.js';
import { Player } from './player.js';

export interface RenderOptions {
  /** One or two channels, at the rate that is rendered at. */
  readonly input: SoundStream;
  /**
   * Takes the next `count` samples of each channel, valid until it returns. In all they are as many as the input has, and in
   * time with it: the latency is taken out.
   */
  readonly output: (channels: readonly Float32Array[], count: number) => void;
  readonly preset: Preset;
  /** Null renders the dry track. */
  readonly model: PlacedModel | null;
  readonly gesture?: Gesture;
  /** Where a sample of the input lies in the music, asked for at the start of each block; a clock of its own where left out. */
  readonly time?: (sample: number) => MusicalTime;
  /** Samples per block, 1..8192. The result does not depend on it. */
  readonly block?: number;
  /** The preset's own seed where left out. */
  readonly noise?: NoiseSetting;
  /** Called about every 64 blocks. */
  readonly onProgress?: () => void;
}

export interface Rendered {
  /** Samples per channel. */
  readonly samples: number;
  readonly latencySamples: number;
  /** Failed calls of the model over the whole render. */
  readonly faults: number;
  /** Time spent, reading and writing included, divided by the audio's duration. */
  readonly realTimeShare: number;
}

/**
 * Plays a sound through an instrument, faster or slower than real time, by the same path as live. What it holds in memory does
 * not depend on the sound's length.
 * @throws TillerError `model-failed` when the model cannot be opened, `argument-invalid` for impossible channels, and as
 * input and output do
 */
export async function render(options: RenderOptions): Promise<Rendered> {
  const { input, preset, model } = options;
  const { rate, channels } = input;
  const block = options.block ?? 512;
  if ((channels !== 1 && channels !== 2) || block < 1 || block > MAX_BLOCK)
    throw new TillerError(
      'argument-invalid',
      'Tiller renders one or two channels in blocks of 1 to 8192 samples.',
    );

  let failure: string | null = null;
  const player = new Player((report: StreamReport) => {
    if (report.type === 'failed') failure ??= report.message;
  });
  try {
    const played = bounced(preset);
    const pending: Promise<void>[] = [];
    sendDifference(
      { send: (command) => pending.push(player.apply(command)), onReport: () => undefined },
      null,
      model === null ? played : withAttributesOf(played, model.manifest),
    );
    if (options.noise) pending.push(player.apply({ type: 'noise', noise: options.noise }));
    player.prepare(rate, block, channels);
    pending.push(player.apply({ type: 'load', model }));
    await Promise.all(pending);
    if (failure !== null) throw new TillerError('model-failed', failure, 'Import the model again.');

    const start = performance.now();
    const samples = await play(player, options, block);
    const realTimeShare = samples === 0 ? 0 : (performance.now() - start) / 1000 / (samples / rate);
    return { samples, latencySamples: player.latencySamples, faults: player.faults, realTimeShare };
  } finally {
    player.close();
  }
}

/** A preset as a bounce plays it. */
function bounced(preset: Preset): Preset {
  const { output } = preset;
  return output.bounceExact ? { ...preset, output: { ...output, precision: 'exact' } } : preset;
}

/** Plays everything; returns the samples per channel. */
async function play(player: Player, options: RenderOptions, block: number): Promise<number> {
  const { input, output, gesture, time, onProgress } = options;
  const { rate, channels } = input;
  const latency = player.latencySamples;
  const reader = new SoundReader(input);
  const blockIn = Array.from({ length: channels }, () => new Float32Array(block));
  const blockOut = blockIn.map(() => new Float32Array(block));
  const moves = gesture?.moves ?? [];
  let move = 0;
  let samples = 0;
  let ended = false;
  for (let at = 0; !ended || at < samples + latency; at += block) {
    for (const channel of blockIn) channel.fill(0);
    if (!ended) {
      const count = reader.read(blockIn, block);
      samples += count;
      ended = count < block;
    }
    for (; move < moves.length; move++) {
      const { seconds, input: index, value } = moves[move] as Gesture['moves'][number];
      const offset = Math.round(seconds * rate) - at;
      if (offset >= block) break;
      player.parameter(Math.max(0, offset), PARAMETER_INDEX.input + index, value);
    }
    if (time !== undefined) player.setTime(time(at));
    player.process(blockIn, blockOut, block);
    const from = Math.max(0, latency - at);
    const to = Math.min(block, samples + latency - at);
    if (from < to)
      output(
        blockOut.map((channel) => channel.subarray(from, to)),
        to - from,
      );
    if ((at / block) % 64 === 0) {
      onProgress?.();
      // Lets signals and the terminal be handled.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return samples;
}
