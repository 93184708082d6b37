import fc from 'fast-check';
import {
  FRAME,
  audioChannel,
  audioFrameBytes,
  readAudioHead,
  readMap,
  TELEMETRY,
  TelemetryFrame,
  writeAudioHead,
  writeMap,
  type MapPicture,
} from '../../src/protocol/interface-frames.js';

const picture = (width: number, height: number, planes: number, extras: number): MapPicture => {
  const plane = (seed: number) => Uint8Array.from({ length: width * height }, (_, i) => (i * 7 + seed) % 256);
  return {
    mode: planes === 3 ? 'latents' : 'loudness',
    x: 3,
    y: 1,
    dimension: 255,
    width,
    height,
    low: -2.5,
    high: 3.25,
    values: Array.from({ length: planes }, (_, i) => plane(i)),
    confidence: (extras & 1) === 1 ? plane(11) : null,
    loud: (extras & 2) === 2 ? plane(12) : null,
  };
};

const bytes = (frame: Uint8Array): ArrayBuffer => frame.slice().buffer;

describe('binary frames', () => {
  it('contain every plane of a map', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(1, 3),
        fc.integer({ min: 0, max: 3 }),
        (width, height, planes, extras) => {
          const map = picture(width, height, planes, extras);
          expect(readMap(bytes(writeMap(map)))).toEqual(map);
        },
      ),
    );
  });

  it('are refused where truncated, too long or of another kind', () => {
    const map = bytes(writeMap(picture(4, 4, 3, 3)));
    expect(readMap(map.slice(0, -1))).toBeNull();
    expect(readMap(map.slice(0, 10))).toBeNull();
    expect(readMap(bytes(new TelemetryFrame(4, 2).frame))).toBeNull();
    expect(TelemetryFrame.read(map, null)).toBeNull();
  });

  it('contain telemetry, as views of one buffer', () => {
    const sent = new TelemetryFrame(2, 3);
    sent.scalars[TELEMETRY.faults] = 5;
    sent.encoded.set([1, 2]);
    sent.mapped.set([NaN, 4]);
    sent.decoded.set([5, 6]);
    sent.parameters.set([7, 8, 9]);
    const read = TelemetryFrame.read(bytes(sent.frame), null);
    expect(read?.scalars[TELEMETRY.faults]).toBe(5);
    expect([...(read?.encoded ?? [])]).toEqual([1, 2]);
    expect([...(read?.mapped ?? [])]).toEqual([NaN, 4]);
    expect([...(read?.decoded ?? [])]).toEqual([5, 6]);
    expect([...(read?.parameters ?? [])]).toEqual([7, 8, 9]);
  });

  it('contain audio, and are refused where header and size disagree', () => {
    const frame = new ArrayBuffer(audioFrameBytes(2, 5));
    writeAudioHead(frame, FRAME.audio, 2, 5);
    audioChannel(frame, 1, 5).fill(0.5);
    expect(readAudioHead(frame, FRAME.audio)).toEqual({ channels: 2, frames: 5 });
    expect([...audioChannel(frame, 0, 5)]).toEqual([0, 0, 0, 0, 0]);
    expect(readAudioHead(frame, FRAME.microphone)).toBeNull();
    expect(readAudioHead(frame.slice(0, -4), FRAME.audio)).toBeNull();
    writeAudioHead(frame, FRAME.audio, 7, 5);
    expect(readAudioHead(frame, FRAME.audio)).toBeNull();
  });
});
