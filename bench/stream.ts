import { defaultOutput, type Output } from '../src/document/output.js';
import { Random } from '../src/engine/mapping/random.js';
import { createNoise } from '../src/engine/model/run/noise.js';
import type { ModelShape, RunningModel } from '../src/engine/model/run/running-model.js';
import { StreamSnapshot } from '../src/engine/stream/telemetry.js';
import { Stream } from '../src/engine/stream/stream.js';
import { defaultDimension } from '../src/document/steering.js';
import type { BenchRow } from './row.js';
import { summarise } from './row.js';

const BLOCK = 512;
const BLOCKS = 1500;
const WARM_UP = 300;
/** Limit of the design for the time per block without the model. */
const BAR_MS = 0.2;

interface Case {
  readonly name: string;
  readonly rate: number;
  readonly level: number;
  readonly output?: Partial<Output>;
}

/** A model that takes no time, so that the rest is the engine's own. */
class IdleModel implements RunningModel {
  readonly audioIn: Float32Array;
  readonly encoded: Float32Array;
  readonly latents: Float32Array;
  readonly audioOut: Float32Array;

  constructor(readonly shape: ModelShape) {
    const { batch, frames, hop, inputChannels, outputChannels, latentDims } = shape;
    this.audioIn = new Float32Array(batch * inputChannels * hop * frames);
    this.encoded = new Float32Array(batch * latentDims * frames);
    this.latents = new Float32Array(batch * latentDims * frames);
    this.audioOut = new Float32Array(batch * outputChannels * hop * frames);
  }

  encode(): void {
    this.encoded.fill(0.5);
  }

  decode(): void {
    this.audioOut.set(this.audioIn);
  }

  decodeAgain(): void {
    this.decode();
  }

  reset(): void {
    this.audioOut.fill(0);
  }

  close(): void {
    this.audioOut.fill(0);
  }
}

const idle = (batch: number): IdleModel =>
  new IdleModel({
    sampleRate: 48_000,
    hop: 512,
    frames: 1,
    batch,
    inputChannels: 1,
    outputChannels: 1,
    latentDims: 16,
    delaySamples: 0,
  });

/** The engine's own time per block of 512 stereo samples. */
export function streamBench(): Promise<BenchRow[]> {
  const rows = [
    overheadRow({ name: 'equal rates', rate: 48_000, level: 0.1 }, idle(1)),
    overheadRow({ name: 'equal rates, limiter working', rate: 48_000, level: 3 }, idle(1)),
    overheadRow({ name: '44.1 kHz track, 48 kHz model', rate: 44_100, level: 0.1 }, idle(1)),
    overheadRow(
      { name: '44.1 kHz track, both sides apart', rate: 44_100, level: 0.1, output: { listen: 'both' } },
      idle(2),
    ),
  ];
  return Promise.resolve(rows);
}

/** Time of a block without the time spent in `model`. */
export function overheadRow({ name, rate, level, output = {} }: Case, model: RunningModel): BenchRow {
  const stream = new Stream();
  const { latentDims } = model.shape;
  stream.setOutput({ ...defaultOutput(), ...output });
  stream.setSteering({
    amount: 1,
    glideSeconds: 0.05,
    dimensions: Array.from({ length: latentDims }, defaultDimension),
  });
  stream.setMapping({ evaluate: (_, latents) => void latents.fill(0.25) });
  const seed = { kind: 'seed', seed: 1 } as const;
  const noise = { model: createNoise(seed, 0), latents: createNoise(seed, 1) };
  stream.prepare({ rate, maxBlock: BLOCK, channels: 2, model, noise });
  const random = new Random(2);
  const input = [0, 1].map(() =>
    Float32Array.from({ length: BLOCK }, () => level * (2 * random.uniform() - 1)),
  );
  const out = input.map((channel) => new Float32Array(channel.length));
  const seen = new StreamSnapshot();
  const blockMs = (BLOCK * 1000) / rate;
  const beyond: number[] = [];
  for (let i = 0; i < WARM_UP + BLOCKS; i += 1) {
    stream.process(input, out, BLOCK, null);
    stream.snapshot(seen);
    if (i >= WARM_UP) beyond.push((seen.totalLoad - seen.modelLoad) * blockMs);
  }
  return {
    name: `beyond the model, 512 stereo samples: ${name}`,
    unit: 'ms',
    ...summarise(beyond),
    bar: BAR_MS,
    barKind: 'max',
  };
}
