import { jest } from '@jest/globals';
import { wholeSound } from '../../../src/engine/audio/sound-stream.js';
import { emptyPreset } from '../../../src/document/default-preset.js';
import { render } from '../../../src/engine/stream/render.js';
import { openHere } from '../../../src/engine/stream/model-opener.js';
import { Player } from '../../../src/engine/stream/player.js';
import { whiteNoise } from '../audio/signals.js';
import { FailingModel } from './fakes.js';

const RATE = 48_000;
const preset = emptyPreset(null, 8);

/** The dry track rendered, whole. */
async function dry(sound: Float32Array, block: number) {
  const pieces: number[] = [];
  const { samples, latencySamples } = await render({
    input: wholeSound(RATE, [sound]),
    output: ([piece], count) => {
      expect(piece).toHaveLength(count);
      pieces.push(...(piece ?? []));
    },
    preset,
    model: null,
    block,
  });
  return { pieces: Float32Array.from(pieces), samples, latencySamples };
}

describe('render', () => {
  it.each([1, 511, 512, 513, 1024, 5000])('gives all of %i samples, in time with them', async (length) => {
    const sound = whiteNoise(length, 0.5, 3);
    for (const block of [64, 512, 8192]) {
      const { pieces, samples, latencySamples } = await dry(sound, block);
      expect(latencySamples).toBeGreaterThan(0);
      expect(samples).toBe(length);
      expect(pieces).toEqual(sound);
    }
  });

  // Ten minutes of stereo took 570 MB, the file, its sound and what came of it.
  it('writes as it reads, so that nothing of a long sound is kept', async () => {
    const piece = whiteNoise(3000, 0.5, 1);
    let [read, written, most] = [0, 0, 0];
    const input = {
      rate: RATE,
      channels: 1,
      next: () => {
        if (read === 100 * piece.length) return null;
        read += piece.length;
        return [piece];
      },
    };
    const output = (_: unknown, count: number) => {
      written += count;
      most = Math.max(most, read - written);
    };
    const { latencySamples } = await render({ input, output, preset, model: null });
    expect(written).toBe(100 * piece.length);
    expect(most).toBeLessThanOrEqual(latencySamples + piece.length + 512);
  });

  afterEach(() => jest.restoreAllMocks());

  // Faults were taken from reports, of which there are thirty a second: those of the last 33 ms were lost.
  it('counts the faults of the last calls', async () => {
    const sound = whiteNoise(20 * 512, 0.5, 1);
    const calls = new FailingModel('throw-decode', () => false);
    const failing = new FailingModel('throw-decode', (call) => call === count - 1);
    const open = jest.spyOn(openHere, 'open').mockImplementation((_, __, done) => done(calls));
    const manifest = { ...calls.shape, sha256: 'a'.repeat(64) };
    const model = { dir: '', manifest: manifest as never };
    const options = { input: wholeSound(RATE, [sound]), output: () => undefined, preset, model };
    expect((await render(options)).faults).toBe(0);
    const count = calls.life;
    open.mockImplementation((_, __, done) => done(failing));
    const { faults } = await render({ ...options, input: wholeSound(RATE, [sound]) });
    expect(failing.life).toBe(count);
    expect(faults).toBe(1);
  });

  it('closes the model where it cannot begin', async () => {
    const close = jest.spyOn(Player.prototype, 'close');
    const input = wholeSound(1, [new Float32Array(8)]);
    await expect(render({ input, output: () => undefined, preset, model: null })).rejects.toThrow(RangeError);
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('ends where its input cannot be read on', async () => {
    const next = () => {
      throw new Error('gone');
    };
    const input = { rate: RATE, channels: 2, next };
    await expect(render({ input, output: () => undefined, preset, model: null })).rejects.toThrow('gone');
  });
});
