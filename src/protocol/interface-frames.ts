import { MAX_INPUTS } from '../document/limits.js';
import type { MapMode } from './interface-commands.js';

/**
 * Binary frames between engine and page, little-endian. The first byte is the kind. Float data starts at a
 * multiple of four so that a view can be laid over it without copying.
 */
export const FRAME = { telemetry: 1, map: 2, audio: 3, microphone: 4 } as const;

/** Largest number of samples per channel in one microphone frame: a tenth of a second at 192 kHz fits. */
export const MAX_MICROPHONE_FRAMES = 32_768;

/** The scalars at the start of a telemetry frame, float32 each: levels and gain reduction in dB, loads 0..1. */
const SCALARS = [
  'inputPeakLeft',
  'inputPeakRight',
  'outputPeakLeft',
  'outputPeakRight',
  'inputRmsLeft',
  'inputRmsRight',
  'outputRmsLeft',
  'outputRmsRight',
  'gainReduction',
  'modelLoad',
  'totalLoad',
  /** 1 while the model is not called, since nothing would be heard of it; else 0. */
  'modelRests',
  'faults',
  'bufferedMilliseconds',
  /** What the speakers play of the live session's source; NaN where it has no position. */
  'positionSeconds',
  /** Of the streaming thread, 1..99 where it has that of an audio thread, 0 where an ordinary one; NaN where it is not known. */
  'realtimePriority',
  /** Quarter notes per minute. */
  'tempo',
  /** Quarter notes since the bar began, and per bar. */
  'beatOfBar',
  'beatsPerBar',
  /** 1 while the transport runs, in a plugin the host's; else 0. */
  'transportRuns',
] as const;
export type TelemetryScalar = (typeof SCALARS)[number];
export const TELEMETRY: Readonly<Record<TelemetryScalar, number>> = Object.fromEntries(
  SCALARS.map((name, offset) => [name, offset]),
) as Record<TelemetryScalar, number>;
export const TELEMETRY_SCALARS = SCALARS.length;

const HEADER_BYTES = 8;

/**
 * Lays out one telemetry frame: scalars, then `latents` values each of encoded, mapped and decoded, then the
 * parameters, then the ranges of the inputs that follow the audio. The writer's buffers are made once; `frame` is sent as it is.
 */
export class TelemetryFrame {
  readonly frame: Uint8Array;
  readonly scalars: Float32Array;
  readonly encoded: Float32Array;
  readonly mapped: Float32Array;
  readonly decoded: Float32Array;
  readonly parameters: Float32Array;
  /** Low and high of each input that follows the audio, in its descriptor's unit; NaN for other inputs. */
  readonly audioRanges: Float32Array;

  constructor(
    readonly latents: number,
    readonly parameterCount: number,
  ) {
    const floats = TELEMETRY_SCALARS + 3 * latents + parameterCount + 2 * MAX_INPUTS;
    const buffer = new ArrayBuffer(HEADER_BYTES + 4 * floats);
    this.frame = new Uint8Array(buffer);
    const head = new DataView(buffer);
    head.setUint8(0, FRAME.telemetry);
    head.setUint16(2, latents, true);
    head.setUint16(4, parameterCount, true);
    let offset = HEADER_BYTES;
    const next = (length: number) => {
      const view = new Float32Array(buffer, offset, length);
      offset += 4 * length;
      return view;
    };
    this.scalars = next(TELEMETRY_SCALARS);
    this.encoded = next(latents);
    this.mapped = next(latents);
    this.decoded = next(latents);
    this.parameters = next(parameterCount);
    this.audioRanges = next(2 * MAX_INPUTS);
  }

  /** The frame of a received message, copied into a writer of the right size; null when it is not one. */
  static read(message: ArrayBuffer, into: TelemetryFrame | null): TelemetryFrame | null {
    if (message.byteLength < HEADER_BYTES) return null;
    const head = new DataView(message);
    if (head.getUint8(0) !== FRAME.telemetry) return null;
    const latents = head.getUint16(2, true);
    const parameters = head.getUint16(4, true);
    const fits = into !== null && into.latents === latents && into.parameterCount === parameters;
    const frame = fits ? into : new TelemetryFrame(latents, parameters);
    if (message.byteLength !== frame.frame.byteLength) return null;
    frame.frame.set(new Uint8Array(message));
    return frame;
  }
}

/** The painted map: `width` × `height` cells, row 0 at the bottom, each plane one byte a cell. */
export interface MapPicture {
  mode: MapMode;
  x: number;
  y: number;
  dimension: number;
  width: number;
  height: number;
  /** What 0 and 255 mean in the value planes: latent units, or dB. */
  low: number;
  high: number;
  /** Three planes for `latents`, one for the others. */
  values: Uint8Array[];
  /** Confidence of the regressors, 0..255; null where none of them gives one. */
  confidence: Uint8Array | null;
  /** 255 where the expected level exceeds the ceiling; null where levels are not known. */
  loud: Uint8Array | null;
}

const MODES: readonly MapMode[] = ['latents', 'dimension', 'confidence', 'loudness'];
const MAP_HEADER_BYTES = 24;

/** The binary frame of a map. */
export function writeMap(map: MapPicture): Uint8Array {
  const cells = map.width * map.height;
  const planes = [...map.values];
  if (map.confidence !== null) planes.push(map.confidence);
  if (map.loud !== null) planes.push(map.loud);
  const frame = new Uint8Array(MAP_HEADER_BYTES + cells * planes.length);
  const head = new DataView(frame.buffer);
  head.setUint8(0, FRAME.map);
  head.setUint8(1, MODES.indexOf(map.mode));
  head.setUint8(2, map.x);
  head.setUint8(3, map.y);
  head.setUint16(4, map.dimension, true);
  head.setUint16(6, map.width, true);
  head.setUint16(8, map.height, true);
  head.setUint8(10, map.values.length);
  head.setUint8(11, (map.confidence === null ? 0 : 1) | (map.loud === null ? 0 : 2));
  head.setFloat32(12, map.low, true);
  head.setFloat32(16, map.high, true);
  planes.forEach((plane, i) => frame.set(plane, MAP_HEADER_BYTES + i * cells));
  return frame;
}

/** The map in a received message, or null when it is not one. */
export function readMap(message: ArrayBuffer): MapPicture | null {
  if (message.byteLength < MAP_HEADER_BYTES) return null;
  const head = new DataView(message);
  const mode = MODES[head.getUint8(1)];
  if (head.getUint8(0) !== FRAME.map || mode === undefined) return null;
  const width = head.getUint16(6, true);
  const height = head.getUint16(8, true);
  const count = head.getUint8(10);
  const extras = head.getUint8(11);
  const cells = width * height;
  const planes = count + (extras & 1) + ((extras >> 1) & 1);
  if (message.byteLength !== MAP_HEADER_BYTES + cells * planes) return null;
  let offset = MAP_HEADER_BYTES;
  const next = () => {
    const plane = new Uint8Array(message, offset, cells);
    offset += cells;
    return plane;
  };
  return {
    mode,
    x: head.getUint8(2),
    y: head.getUint8(3),
    dimension: head.getUint16(4, true),
    width,
    height,
    low: head.getFloat32(12, true),
    high: head.getFloat32(16, true),
    values: Array.from({ length: count }, next),
    confidence: (extras & 1) === 1 ? next() : null,
    loud: (extras & 2) === 2 ? next() : null,
  };
}

const AUDIO_HEADER_BYTES = 8;

/** Bytes of an audio frame of `frames` samples a channel. */
export const audioFrameBytes = (channels: number, frames: number): number =>
  AUDIO_HEADER_BYTES + 4 * channels * frames;

/** Writes the header of an audio or microphone frame from byte `start` on; the samples follow, channel after channel. */
export function writeAudioHead(
  frame: ArrayBufferLike,
  kind: typeof FRAME.audio | typeof FRAME.microphone,
  channels: number,
  frames: number,
  start = 0,
): void {
  const head = new DataView(frame, start);
  head.setUint8(0, kind);
  head.setUint8(1, channels);
  head.setUint32(4, frames, true);
}

/** A view of one channel's samples in an audio frame that begins at byte `start`, a multiple of four. */
export function audioChannel(
  frame: ArrayBufferLike,
  channel: number,
  frames: number,
  start = 0,
): Float32Array {
  return new Float32Array(frame, start + AUDIO_HEADER_BYTES + 4 * channel * frames, frames);
}

/** Channels and samples per channel of a received audio frame; null where its size and header disagree. */
export function readAudioHead(
  frame: ArrayBuffer,
  kind: typeof FRAME.audio | typeof FRAME.microphone,
): { channels: number; frames: number } | null {
  if (frame.byteLength < AUDIO_HEADER_BYTES) return null;
  const head = new DataView(frame);
  const channels = head.getUint8(1);
  const frames = head.getUint32(4, true);
  const sound = head.getUint8(0) === kind && (channels === 1 || channels === 2) && frames > 0;
  return sound && frame.byteLength === audioFrameBytes(channels, frames) ? { channels, frames } : null;
}
