import { AUDIO_DESCRIPTORS } from '../../../src/document/audio-descriptors.js';
import type { Input } from '../../../src/document/input.js';
import { createNoise } from '../../../src/engine/model/run/noise.js';
import type { ModelShape } from '../../../src/engine/model/run/running-model.js';
import { defaultInput } from '../../../src/document/default-preset.js';
import { defaultOutput } from '../../../src/document/output.js';
import { PARAMETER_INDEX, PARAMETERS } from '../../../src/document/parameters.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { FRAME_HEADER_BYTES, PLUGIN_PROTOCOL_VERSION, TO_ENGINE } from '../../../src/protocol/plugin.js';
import { AudioRingWriter, createAudioRing } from '../../../src/engine/live/audio-ring.js';
import { LiveRenderer } from '../../../src/engine/live/live-renderer.js';
import { createSourcePosition, SourcePosition } from '../../../src/engine/live/source-position.js';
import { ChangeQueue } from '../../../src/engine/stream/change-queue.js';
import type { Player } from '../../../src/engine/stream/player.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { blockFrame, frame, loopWithoutMain } from '../host/pipes.js';
import { IdleModel } from '../model/idle-model.js';
import { noiseTrack } from '../stream/play.js';
import { idlePlayer } from '../stream/idle-player.js';

/**
 * Plays blocks through the stream, the plugin's loop or the live renderer, and prints as JSON how the heap grew. To be run with
 * `--expose-gc` and a new space that holds what a thousand blocks may allocate. Arguments: the subject, blocks.
 */

const RATE = 48_000;
const BLOCK = 64;
const BLOCKS_PER_PART = 1000;
const WARM_UP_PARTS = 20;

const shape: ModelShape = {
  ...{ sampleRate: 44_100, hop: 512, frames: 1, batch: 1, inputChannels: 1, outputChannels: 1 },
  ...{ latentDims: 8, delaySamples: 0 },
};

const mapping = { evaluate: (_: Float64Array, latents: Float64Array) => void latents.fill(0.25) };
const steering = {
  ...{ amount: 1, glideSeconds: 0.05 },
  dimensions: Array.from({ length: shape.latentDims }, defaultDimension),
};
/** Inputs that move by themselves: one by an LFO, and one for everything that can be followed in the audio. */
const MOTIONS: Input[] = [
  ...[{ kind: 'lfo', shape: 'random', period: 0.1, unit: 'seconds', phase: 0, seed: 0 } as const],
  ...AUDIO_DESCRIPTORS.map((descriptor) => {
    return {
      kind: 'audio',
      descriptor,
      attackMilliseconds: 5,
      releaseMilliseconds: 90,
      heard: null,
    } as const;
  }),
].map((source) => ({ ...defaultInput(source.kind), source }));
/** Parameters that move in every block. */
const MOVING = [0, 1, PARAMETER_INDEX.dryWet, PARAMETER_INDEX.outputGain, PARAMETER_INDEX.offset];

/** Plays `count` blocks. */
type Play = (count: number) => void | Promise<void>;

function streamAlone(): Play {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), matchLevel: true });
  stream.setSteering(steering);
  stream.setMapping(mapping);
  stream.setMotions(MOTIONS);
  const seed = { kind: 'seed', seed: 1 } as const;
  const noise = { model: createNoise(seed, 0), latents: createNoise(seed, 1) };
  stream.prepare({ rate: RATE, maxBlock: BLOCK, channels: 2, model: new IdleModel(shape), noise });
  const input = [1, 2].map((seed) => noiseTrack(BLOCK, 0.1, seed));
  const output = input.map(() => new Float32Array(BLOCK));
  const changes = new ChangeQueue(4 * PARAMETERS.length, PARAMETERS.length);
  return (count) => {
    for (let i = 0; i < count; i += 1) {
      for (const index of MOVING) changes.push((i * 7) % BLOCK, index, (i % 128) / 128);
      stream.process(input, output, BLOCK, changes);
    }
  };
}

/** A player with the idle model, whose inputs follow the host and a controller. */
function playerOf(maxBlock: number): Player {
  const player = idlePlayer({ rate: RATE, maxBlock, shape });
  void player.apply({ type: 'steering', steering });
  const source = { kind: 'cc', channel: 0, controller: 74, bits: 7 } as const;
  void player.apply({ type: 'inputs', inputs: [defaultInput('host'), { ...defaultInput('cc'), source }] });
  return player;
}

async function pluginLoop(): Promise<Play> {
  const hello = frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION });
  const prepare = frame(TO_ENGINE.prepare, { epoch: 1, rate: RATE, maxBlock: BLOCK, channels: 2 });
  const block = blockFrame({
    position: 0,
    channels: [0, 1].map(() => new Array<number>(BLOCK).fill(0.1)),
    parameters: MOVING.map((index, i) => [i, index, 0.5]),
    midi: [[5, 0xb0, 74, 64]],
  });
  const positionAt = FRAME_HEADER_BYTES + TO_ENGINE.block.at.position;
  let start = Buffer.concat([hello, prepare]);
  let blocks = 0;
  let position = 0;
  let sent = 0;
  const read = (bytes: Buffer, offset: number): number => {
    if (start.length > 0) {
      const { length } = start;
      start.copy(bytes, offset);
      start = Buffer.alloc(0);
      return length;
    }
    if (sent === blocks) return 0;
    sent += 1;
    block.writeUInt32LE(position, positionAt);
    position = (position + BLOCK) >>> 0;
    return block.copy(bytes, offset);
  };
  const player = playerOf(BLOCK);
  const loop = loopWithoutMain(player, read, (_bytes, _offset, length) => length);
  await loop.run();
  return (count) => {
    blocks = count;
    sent = 0;
    return loop.run();
  };
}

function liveRenderer(): Play {
  const player = playerOf(256);
  const ring = createAudioRing();
  let taken = 0;
  const renderer = new LiveRenderer(
    player,
    () => undefined,
    (message) => {
      if (message.type !== 'audio') return;
      taken += message.blocks;
      Atomics.store(ring.taken, 0, taken | 0);
    },
    new AudioRingWriter(ring),
    new SourcePosition(createSourcePosition()),
  );
  renderer.receive({
    type: 'source',
    source: { kind: 'file', rate: 44_100, channels: [new Float32Array(44_100).fill(0.1)] },
  });
  renderer.receive({ type: 'play', playing: true });
  renderer.receive({ type: 'open', rate: RATE });
  const credit = { type: 'credit', frames: 256 } as const;
  const midi = { type: 'midi', status: 0xb0, data1: 74, data2: 64 } as const;
  return (count) => {
    for (let i = 0; i < count; i += 1) {
      if (i % 16 === 0) renderer.receive(midi);
      renderer.receive(credit);
    }
  };
}

const subjects = { stream: streamAlone, plugin: pluginLoop, live: liveRenderer };

/** Bytes in use, array buffers included. */
function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const [subject = '', count = ''] = process.argv.slice(2);
const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined || !(subject in subjects))
  throw new Error('usage: blocks.js stream|plugin|live BLOCKS');
const play = await subjects[subject as keyof typeof subjects]();
for (let part = 0; part < WARM_UP_PARTS; part += 1) await play(BLOCKS_PER_PART);
const allocated: number[] = [];
const kept: number[] = [];
for (let quarter = 0; quarter < 4; quarter += 1) {
  collect();
  const before = used();
  for (let done = 0; done < Number(count) / 4; done += BLOCKS_PER_PART) {
    const start = used();
    await play(BLOCKS_PER_PART);
    allocated.push((used() - start) / BLOCKS_PER_PART);
  }
  collect();
  kept.push(used() - before);
}
/** A part during which garbage was collected counts for nothing. */
const bytes = allocated.filter((value) => value >= 0).sort((a, b) => a - b);
process.stdout.write(
  JSON.stringify({
    // What grows with the blocks does so in all quarters. On a busy machine code that V8 compiles late and buffers that are freed
    // late came to 1.6 MB in both halves.
    keptBytes: 4 * Math.min(...kept),
    bytesPerBlock: bytes[bytes.length >> 1] ?? Infinity,
    parts: bytes.length,
  }),
);
process.exit(0);
