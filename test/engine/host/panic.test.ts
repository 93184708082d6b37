import type { Assignment } from '../../../src/document/assignment.js';
import { TO_ENGINE, PLUGIN_PROTOCOL_VERSION } from '../../../src/protocol/plugin.js';
import { random } from '../audio/signals.js';
import { idlePlayer } from '../stream/idle-player.js';
import { blockFrame, frame, framesIn, loopWithoutMain } from './pipes.js';

const RATE = 48_000;
/** Ten milliseconds. */
const LIMIT = 0.01 * RATE;
/** Does not divide the hop. */
const BLOCK = 441;
const BLOCKS = 60;
const shape = {
  ...{ sampleRate: RATE, hop: 512, frames: 1, batch: 1, inputChannels: 1, outputChannels: 1 },
  ...{ latentDims: 4, delaySamples: 0 },
};
const panic: Assignment = {
  id: 'panic',
  action: { id: 'panic' },
  source: { kind: 'cc', channel: 0, controller: 20, bits: 7 },
  mode: 'press',
  range: [0, 1],
  feedback: false,
};

describe('panic in a plugin', () => {
  it.each([0, 100, BLOCK - 1])(
    'is the dry track, bit for bit, 10 ms after the sample of its MIDI (%p of its block), and not before it',
    async (offset) => {
      const player = idlePlayer({ rate: RATE, maxBlock: BLOCK, shape, output: { outputGainDb: -12 } });
      await player.apply({ type: 'controllers', assignments: [panic] });
      const draw = random(5);
      const track = Float32Array.from({ length: BLOCKS * BLOCK }, () => 0.2 * (2 * draw() - 1));
      const pressed = 40;
      const start = Buffer.concat([
        frame(TO_ENGINE.hello, { protocol: PLUGIN_PROTOCOL_VERSION }),
        frame(TO_ENGINE.prepare, { epoch: 1, rate: RATE, maxBlock: BLOCK, channels: 2 }),
      ]);
      const blocks = Array.from({ length: BLOCKS }, (_, i) => {
        const side = [...track.subarray(i * BLOCK, (i + 1) * BLOCK)];
        return blockFrame({
          position: i * BLOCK,
          channels: [side, side],
          midi: i === pressed ? [[offset, 0xb0, 20, 127]] : [],
        });
      });
      const sent = [start, ...blocks];
      const written: Buffer[] = [];
      const loop = loopWithoutMain(
        player,
        (bytes, at) => sent.shift()?.copy(bytes, at) ?? 0,
        (bytes, at, length) => written.push(Buffer.from(bytes.subarray(at, at + length))) && length,
      );
      await loop.run();
      const frames = framesIn(Buffer.concat(written));
      const latency = player.latencySamples;
      const heard = new Float32Array(track.length);
      for (const { name, payload } of frames)
        if (name === 'samples')
          for (let i = 0; i < BLOCK; i += 1)
            heard[payload.readUInt32LE(4) + i] = payload.readFloatLE(16 + 4 * i);
      const before = pressed * BLOCK + offset;
      const dryFrom = before + LIMIT;
      const dry = (from: number, to: number) => track.slice(from - latency, to - latency);
      expect(latency).toBeGreaterThan(0);
      expect(heard.slice(dryFrom)).toEqual(dry(dryFrom, track.length));
      expect(heard.slice(before - 1000, before)).not.toEqual(dry(before - 1000, before));
      expect(heard[before - 1]).toBeCloseTo((track[before - 1 - latency] ?? NaN) * 10 ** (-12 / 20), 3);
      player.close();
    },
  );
});
