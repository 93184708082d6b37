import { decodePieces } from '../../../src/engine/audio/decode.js';
import { StereoWav } from '../../../src/ui/audio/stereo-wav.js';

describe('a stereo WAV file', () => {
  it('holds every sample bit for bit, in a WAV file that the engine reads', async () => {
    const recording = new StereoWav(48_000);
    const count = 70_000;
    const left = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.37) * 1.2);
    const right = left.map((value, i) => (i % 7 === 0 ? -value : value * 0.5));
    for (let at = 0; at < count; at += 256) {
      const end = Math.min(count, at + 256);
      expect(recording.add([left.subarray(at, end), right.subarray(at, end)], end - at)).toBe(true);
    }
    expect(recording.seconds).toBeCloseTo(count / 48_000, 9);
    const bytes = new Uint8Array(await recording.file().arrayBuffer());
    const source = {
      size: bytes.length,
      close: () => undefined,
      read: (at: number, length: number) => bytes.subarray(at, Math.min(bytes.length, at + length)),
    };
    const { pieces } = await decodePieces(source, 'recording.wav', () => undefined);
    const heard: number[][] = [[], []];
    for (const { channelData, sampleRate } of pieces) {
      expect(sampleRate).toBe(48_000);
      channelData.forEach((channel, side) => channel.forEach((value) => heard[side]?.push(value)));
    }
    expect(Float32Array.from(heard[0] ?? [])).toEqual(left);
    expect(Float32Array.from(heard[1] ?? [])).toEqual(right);
  });

  it('repeats a single channel on both sides', async () => {
    const recording = new StereoWav(44_100);
    recording.add([Float32Array.of(0.25, -0.5)], 2);
    const bytes = await recording.file().arrayBuffer();
    expect([...new Float32Array(bytes.slice(58))]).toEqual([0.25, 0.25, -0.5, -0.5]);
  });
});
