import { FRAME, audioChannel, readAudioHead } from '../../../src/protocol/interface-frames.js';
import { AudioRingReader, AudioRingWriter, createAudioRing } from '../../../src/engine/live/audio-ring.js';
import { LiveRenderer } from '../../../src/engine/live/live-renderer.js';
import { LIVE_BLOCK, type FromLiveWorker } from '../../../src/engine/live/messages.js';
import { createSourcePosition, SourcePosition } from '../../../src/engine/live/source-position.js';
import { random } from '../audio/signals.js';
import { idlePlayer } from '../stream/idle-player.js';

const RATE = 48_000;
/** Ten milliseconds. */
const LIMIT = 0.01 * RATE;
const BLOCKS = 100;
const shape = {
  ...{ sampleRate: RATE, hop: 512, frames: 1, batch: 1, inputChannels: 1, outputChannels: 1 },
  ...{ latentDims: 4, delaySamples: 0 },
};

describe('panic in the live session', () => {
  it('is the dry sound, bit for bit, 10 ms after the next sample that is rendered', () => {
    const player = idlePlayer({ rate: RATE, maxBlock: LIVE_BLOCK, shape, output: { outputGainDb: -12 } });
    const posted: FromLiveWorker[] = [];
    const ring = createAudioRing();
    const audio = new AudioRingReader(ring);
    const renderer = new LiveRenderer(
      player,
      () => undefined,
      (message) => posted.push({ ...message }),
      new AudioRingWriter(ring),
      new SourcePosition(createSourcePosition()),
    );
    const draw = random(5);
    const track = Float32Array.from({ length: BLOCKS * LIVE_BLOCK }, () => 0.2 * (2 * draw() - 1));
    renderer.receive({ type: 'source', source: { kind: 'file', rate: RATE, channels: [track] } });
    renderer.receive({ type: 'open', rate: RATE });
    renderer.receive({ type: 'play', playing: true });
    const heard: number[] = [];
    const render = (blocks: number) => {
      for (let i = 0; i < blocks; i += 1) {
        renderer.receive({ type: 'credit', frames: LIVE_BLOCK });
        const block = audio.take();
        expect(readAudioHead(block, FRAME.audio)).toEqual({ channels: 2, frames: LIVE_BLOCK });
        heard.push(...audioChannel(block, 0, LIVE_BLOCK));
      }
    };
    render(60);
    const latency = player.latencySamples;
    const pressed = heard.length;
    renderer.receive({ type: 'command', command: { type: 'panic' } });
    render(30);
    const dry = (at: number) => track[at - latency] ?? NaN;
    for (let at = pressed + LIMIT; at < heard.length; at += 1) expect(heard[at]).toBe(dry(at));
    for (let at = pressed - 300; at < pressed; at += 1)
      expect(heard[at]).toBeCloseTo(dry(at) * 10 ** (-12 / 20), 3);
    // No click on the way: every sample lies between the two sounds.
    for (let at = pressed; at < pressed + LIMIT; at += 1) {
      const ends = [dry(at), dry(at) * 10 ** (-12 / 20)];
      expect(heard[at]).toBeGreaterThanOrEqual(Math.min(...ends) - 1e-3);
      expect(heard[at]).toBeLessThanOrEqual(Math.max(...ends) + 1e-3);
    }
    player.close();
  });
});
