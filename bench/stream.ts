import type { Output } from '../src/document/output.js';
import { PARAMETER_INDEX } from '../src/document/parameters.js';
import { defaultDimension } from '../src/document/steering.js';
import { FRAME_HEADER_BYTES, PLUGIN_PROTOCOL_VERSION, TO_ENGINE } from '../src/protocol/plugin.js';
import { layOutMapping } from '../src/engine/mapping/layout.js';
import { Random } from '../src/engine/mapping/random.js';
import { trainMapping } from '../src/engine/mapping/train.js';
import type { ModelShape } from '../src/engine/model/run/running-model.js';
import type { Player } from '../src/engine/stream/player.js';
import { defaultLearning, defaultRegressor } from '../src/document/default-learning.js';
import { blockFrame, frame, loopWithoutMain } from '../test/engine/host/pipes.js';
import { idlePlayer } from '../test/engine/stream/idle-player.js';
import type { BenchRow } from './row.js';
import { summarise } from './row.js';

const BLOCK = 512;
const BLOCKS = 1500;
const WARM_UP = 300;
/** Limit of the design for the time per block without the model. */
const BAR_MS = 0.2;
const LATENTS = 16;
const EXAMPLES = 24;
/** Parameters that a host automates, each with one point per block. */
const AUTOMATED = 8;

interface Case {
  readonly name: string;
  readonly rate: number;
  readonly level: number;
  readonly output?: Partial<Output>;
  readonly batch?: 1 | 2;
  /** The latent loop is switched on before the measurement. */
  readonly loops?: true;
}

const shapeOf = (batch: number): ModelShape => ({
  sampleRate: 48_000,
  hop: 512,
  frames: 1,
  batch,
  inputChannels: 1,
  outputChannels: 1,
  latentDims: LATENTS,
  delaySamples: 0,
});

/** The engine's own time per block of 512 stereo samples: from the frame on the plugin's pipe to the answer on it. */
export async function streamBench(): Promise<BenchRow[]> {
  const cases: Case[] = [
    { name: 'equal rates', rate: 48_000, level: 0.1 },
    {
      name: 'equal rates, latent loop',
      rate: 48_000,
      level: 0.1,
      output: { loopLength: '1 beat' },
      loops: true,
    },
    { name: 'equal rates, level matched', rate: 48_000, level: 0.1, output: { matchLevel: true } },
    { name: 'equal rates, limiter working', rate: 48_000, level: 3 },
    { name: '44.1 kHz track, 48 kHz model', rate: 44_100, level: 0.1 },
    {
      name: '44.1 kHz track, both sides apart',
      rate: 44_100,
      level: 0.1,
      output: { listen: 'both' },
      batch: 2,
    },
  ];
  const rows: BenchRow[] = [];
  for (const one of cases) rows.push(await overheadRow(one));
  return rows;
}

/** A player with a model that takes no time, a learned mapping and steering of all latents. */
function playerOf({ rate, output = {}, batch = 1 }: Case): Player {
  const player = idlePlayer({ rate, maxBlock: BLOCK, shape: shapeOf(batch), output });
  const dimensions = Array.from({ length: LATENTS }, () => ({ ...defaultDimension(), mode: 'add' as const }));
  void player.apply({ type: 'steering', steering: { amount: 1, glideSeconds: 0.05, dimensions } });
  const random = new Random(3);
  const examples = Array.from({ length: EXAMPLES }, (_, i) => ({
    ...{ id: `e${i}`, label: '', hue: 0, enabled: true, weight: 1 },
    inputs: [random.uniform(), random.uniform()],
    latents: Array.from({ length: LATENTS }, () => random.uniform()),
  }));
  const learning = { ...defaultLearning(), shared: defaultRegressor('mlp') };
  const { trained } = trainMapping({ examples, inputCount: 2, latentCount: LATENTS, learning });
  void player.apply({ type: 'mapping', layout: layOutMapping(trained) });
  return player;
}

/** A block as the plugin sends it: `AUTOMATED` inputs and offsets move, and noise is played. */
function blockMessage(level: number): Buffer {
  const random = new Random(2);
  const noise = () => Array.from({ length: BLOCK }, () => level * (2 * random.uniform() - 1));
  return blockFrame({
    position: 0,
    channels: [noise(), noise()],
    parameters: Array.from({ length: AUTOMATED }, (_, i) => [0, i < 2 ? i : PARAMETER_INDEX.offset + i, 0.5]),
  });
}

/** Time from each block's arrival to its answer, over a pipe in memory. */
async function overheadRow(one: Case): Promise<BenchRow> {
  const { name, rate, level, loops } = one;
  const player = playerOf(one);
  const start = Buffer.concat([
    frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION }),
    frame(TO_ENGINE.prepare, { epoch: 1, rate, maxBlock: BLOCK, channels: 2 }),
  ]);
  const block = blockMessage(level);
  const beyond: number[] = [];
  let sent = -1;
  let arrived = 0;
  const loop = loopWithoutMain(
    player,
    (bytes, offset) => {
      sent += 1;
      if (sent === 0) return start.copy(bytes, offset);
      if (sent > WARM_UP + BLOCKS) return 0;
      if (sent === WARM_UP / 2 && loops === true) player.parameter(0, PARAMETER_INDEX.loop, 1);
      block.writeUInt32LE((sent - 1) * BLOCK, FRAME_HEADER_BYTES + TO_ENGINE.block.at.position);
      arrived = performance.now();
      return block.copy(bytes, offset);
    },
    (_bytes, _offset, length) => {
      if (sent > WARM_UP) beyond.push(performance.now() - arrived);
      return length;
    },
  );
  await loop.run();
  return {
    name: `beyond the model, 512 stereo samples through the pipe: ${name}`,
    unit: 'ms',
    ...summarise(beyond),
    bar: BAR_MS,
    barKind: 'max',
  };
}
