import { join } from 'node:path';
import { readAudio } from '../../../src/engine/audio/read.js';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Half a second of 440 Hz at 0.5 on the left and 660 Hz at 0.25 on the right, written by libsndfile 1.2.2. */
const FIXTURES = 'test/fixtures/audio';

/** Amplitude of a sine of `frequency` Hz, over the middle of the samples: lossy coders smear both ends. */
function amplitude(samples: Float32Array, rate: number, frequency: number): number {
  const [from, to] = [Math.floor(samples.length / 4), Math.floor((3 * samples.length) / 4)];
  let [re, im] = [0, 0];
  for (let i = from; i < to; i++) {
    const phase = (2 * Math.PI * frequency * i) / rate;
    re += (samples[i] ?? 0) * Math.cos(phase);
    im += (samples[i] ?? 0) * Math.sin(phase);
  }
  return (2 * Math.hypot(re, im)) / (to - from);
}

describe('a compressed file', () => {
  it.each([
    ['tone.mp3', 44_100],
    ['tone.ogg', 44_100],
    ['tone.opus', 48_000],
  ])('%s is decoded whole, at its own rate', async (name, rate) => {
    const audio = await readAudio(join(FIXTURES, name));
    expect(audio.rate).toBe(rate);
    expect(audio.channels.map(({ length }) => length)).toEqual([rate / 2, rate / 2]);
    const [left = new Float32Array(), right = new Float32Array()] = audio.channels;
    expect(amplitude(left, rate, 440)).toBeCloseTo(0.5, 1);
    expect(amplitude(right, rate, 660)).toBeCloseTo(0.25, 1);
    expect(amplitude(left, rate, 660)).toBeLessThan(0.02);
  });

  it('is refused with a reason where it is no audio, or of a kind that only browsers decode', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiller-compressed-'));
    const path = join(folder, 'x.m4a');
    writeFileSync(path, '\0\0\0\u0020ftypM4A \0\0\0\0');
    await expect(readAudio(path)).rejects.toMatchObject({
      code: 'audio-unreadable',
      hint: expect.stringContaining('browser') as string,
    });
    // Headers alone, without a packet of sound.
    writeFileSync(path, readFileSync(join(FIXTURES, 'tone.ogg')).subarray(0, 60));
    await expect(readAudio(path)).rejects.toMatchObject({ code: 'audio-unreadable' });
    rmSync(folder, { recursive: true });
  });
});
