import { dbToGain } from '../src/engine/audio/db.js';
import { type EngineMargin, defaultOutput, engineMarginSchema } from '../src/document/output.js';
import { marginSamples } from '../src/engine/host/margin.js';
import { createNoise } from '../src/engine/model/run/noise.js';
import { PARAMETER_INDEX } from '../src/document/parameters.js';
import { Stream } from '../src/engine/stream/stream.js';
import { defaultDimension } from '../src/document/steering.js';
import { IdleModel } from '../test/engine/model/idle-model.js';
import type { BenchRow } from './row.js';

const BLOCK = 64;
const HOP = 512;
/** Number of gestures, each at another position within a latent frame. */
const GESTURES = HOP / BLOCK;
/** Limits of the design, in addition to a hop and a latent frame. */
const BAR_MS = 3;
const JITTER_BAR_MS = 1;

/** A model whose output is its first latent, so that a gesture is audible from its first sample without delay of the model. */
class EchoModel extends IdleModel {
  override encode(): void {
    this.encoded.fill(0);
  }

  override decode(): void {
    const { hop, frames } = this.shape;
    for (let frame = 0; frame < frames; frame += 1)
      this.audioOut.fill((this.latents[frame] as number) / 2, frame * hop, (frame + 1) * hop);
  }
}

/** Samples from a gesture between two blocks to the first changed output sample. */
function delays(rate: number, modelRate: number): number[] {
  const model = new EchoModel({
    sampleRate: modelRate,
    hop: HOP,
    frames: 1,
    batch: 1,
    inputChannels: 1,
    outputChannels: 1,
    latentDims: 1,
    delaySamples: 0,
  });
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0 });
  stream.setSteering({ amount: 1, glideSeconds: 0, dimensions: [defaultDimension()] });
  const seed = { kind: 'seed', seed: 1 } as const;
  const noise = { model: createNoise(seed, 0), latents: createNoise(seed, 1) };
  stream.prepare({ rate, maxBlock: BLOCK, channels: 1, model, noise, redecodeCpuShare: Infinity });
  const input = [new Float32Array(BLOCK)];
  const output = [new Float32Array(BLOCK)];
  const threshold = dbToGain(-12);
  let high = false;
  return Array.from({ length: GESTURES }, (_, gesture) => {
    // With an odd number of blocks between gestures, every position within a latent frame occurs.
    for (let i = 0; i < 8 * GESTURES + 1 + gesture; i += 1) stream.process(input, output, BLOCK, null);
    high = !high;
    stream.setParameter(PARAMETER_INDEX.offset, high ? 1 : 0);
    for (let waited = 0; waited < rate; waited += BLOCK) {
      stream.process(input, output, BLOCK, null);
      const at = (output[0] as Float32Array).findIndex((sample) => sample > threshold === high);
      if (at !== -1) return waited + at;
    }
    throw new Error('the gesture had no effect within a second');
  });
}

/**
 * Most samples that the plugin adds: the rest of the host's block with the gesture, one block until the answer, and the
 * scheduling margin.
 */
function pluginMs(rate: number, margin: EngineMargin): number {
  return (1000 * (2 * BLOCK + marginSamples(margin, rate, HOP / rate))) / rate;
}

/**
 * Delay from a gesture to its sound without the model's own delay, counted in samples and therefore exact: the maximum, and the
 * difference between maximum and minimum; in the engine, and in a plugin with buffers of 64 samples.
 */
export function gestureBench(): Promise<BenchRow[]> {
  const row = (name: string, value: number, bar: number): BenchRow => ({
    name: `gesture to sound, ${name}`,
    unit: 'ms',
    median: value,
    p99: value,
    bar,
    barKind: 'max',
  });
  const rates = [
    [48_000, 48_000],
    [44_100, 48_000],
    [48_000, 44_100],
  ] as const;
  const rows = rates.flatMap(([rate, modelRate]) => {
    const measured = delays(rate, modelRate).map((samples) => (1000 * samples) / rate);
    const longest = Math.max(...measured);
    const hopMs = (1000 * HOP) / modelRate;
    const where = `track ${rate / 1000}, model ${modelRate / 1000} kHz`;
    const engine = [
      row(`longest, ${where}`, longest, hopMs + BAR_MS),
      row(`jitter, ${where}`, longest - Math.min(...measured), hopMs + JITTER_BAR_MS),
    ];
    if (rate !== modelRate) return engine;
    const plugin = engineMarginSchema.options.map((margin) =>
      row(`longest, in the plugin, margin “${margin}”`, longest + pluginMs(rate, margin), hopMs + BAR_MS),
    );
    return [...engine, ...plugin];
  });
  return Promise.resolve(rows);
}
