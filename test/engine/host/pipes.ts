import type { MessageLayout } from '../../../src/protocol/plugin.js';
import {
  FRAME_HEADER_BYTES,
  MIDI_EVENT,
  PARAMETER_EVENT,
  TO_ENGINE,
  TO_PLUGIN,
} from '../../../src/protocol/plugin.js';
import { FrameReader, type ReadSome } from '../../../src/engine/host/frame-reader.js';
import { FrameWriter, type WriteSome } from '../../../src/engine/host/frame-writer.js';
import { PipeLoop } from '../../../src/engine/host/pipe-loop.js';
import type { PipePlayer } from '../../../src/engine/host/pipe-player.js';

/** A pipe that holds what was put into it and gives it in pieces of at most `piece` bytes. */
export function readerOf(bytes: Buffer, piece = Infinity): FrameReader {
  let at = 0;
  return new FrameReader((target, offset, length) => {
    const count = Math.min(piece, length, bytes.length - at);
    bytes.copy(target, offset, at, at + count);
    at += count;
    return count;
  });
}

/** A writer that takes at most `piece` bytes at once, and everything it has written. */
export function capture(piece = Infinity): { writer: FrameWriter; bytes: () => Buffer } {
  const pieces: Buffer[] = [];
  const writer = new FrameWriter((bytes, offset, length) => {
    const count = Math.min(piece, length);
    pieces.push(Buffer.from(bytes.subarray(offset, offset + count)));
    return count;
  });
  return { writer, bytes: () => Buffer.concat(pieces) };
}

/** The plugin's loop over a pipe in memory, without a main thread. */
export const loopWithoutMain = (player: PipePlayer, read: ReadSome, write: WriteSome): PipeLoop =>
  new PipeLoop({
    reader: new FrameReader(read),
    writer: new FrameWriter(write),
    player,
    receive: () => undefined,
    post: () => undefined,
    deliver: () => undefined,
    mainBeats: () => 0,
    version: '',
  });

export interface ReadFrame {
  readonly name: string;
  readonly fields: Record<string, number>;
  readonly text: string;
  readonly payload: Buffer;
}

const layouts = Object.entries(TO_PLUGIN) as [string, MessageLayout][];

/** The frames of the engine in `bytes`. */
export function framesIn(bytes: Buffer): ReadFrame[] {
  const reader = readerOf(bytes);
  const frames: ReadFrame[] = [];
  while (reader.read()) {
    const found = layouts.find(([, layout]) => layout.type === reader.type);
    if (found === undefined) throw new Error(`unknown frame ${reader.type}`);
    const [name, layout] = found;
    const payload = Buffer.from(reader.bytes.subarray(reader.start, reader.start + reader.length));
    const fields = Object.fromEntries(
      layout.fields.map(([field, type]) => [
        field,
        type === 'u32' ? payload.readUInt32LE(layout.at[field]) : payload.readFloatLE(layout.at[field]),
      ]),
    );
    frames.push({ name, fields, text: payload.toString('utf8', layout.bytes), payload });
  }
  return frames;
}

/** The same of bytes that may end within a frame, which is left out. */
export function wholeFramesIn(bytes: Buffer): ReadFrame[] {
  let end = 0;
  while (end + FRAME_HEADER_BYTES <= bytes.length) {
    const next = end + FRAME_HEADER_BYTES + bytes.readUInt32LE(end);
    if (next > bytes.length) break;
    end = next;
  }
  return framesIn(bytes.subarray(0, end));
}

/** A frame as the plugin would send it. */
export function frame(layout: MessageLayout, fields: Record<string, number>, tail = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + layout.bytes + tail.length);
  bytes.writeUInt32LE(layout.bytes + tail.length, 0);
  bytes.writeUInt16LE(layout.type, 4);
  for (const [name, type] of layout.fields) {
    const at = FRAME_HEADER_BYTES + (layout.at[name] ?? 0);
    if (type === 'u32') bytes.writeUInt32LE(fields[name] ?? 0, at);
    else bytes.writeFloatLE(fields[name] ?? 0, at);
  }
  tail.copy(bytes, FRAME_HEADER_BYTES + layout.bytes);
  return bytes;
}

export interface BlockContent {
  epoch?: number;
  position: number;
  channels: readonly (readonly number[])[];
  flags?: number;
  recall?: number;
  parameters?: readonly (readonly [offset: number, index: number, value: number])[];
  midi?: readonly (readonly [offset: number, status: number, data1: number, data2: number])[];
  /** Of the host's transport; none where left out. */
  time?: {
    readonly tempo: number;
    readonly beat: number;
    readonly beatsPerBar: number;
    readonly songSample?: number;
  };
}

/** A block as the plugin would send it. */
export function blockFrame({
  epoch = 1,
  position,
  channels,
  flags = 0,
  recall = 0,
  parameters = [],
  midi = [],
  time,
}: BlockContent) {
  const events = Buffer.alloc(parameters.length * PARAMETER_EVENT.bytes + midi.length * MIDI_EVENT.bytes);
  let at = 0;
  for (const [offset, index, value] of parameters) {
    at = events.writeUInt32LE(offset, at);
    at = events.writeUInt32LE(index, at);
    at = events.writeFloatLE(value, at);
  }
  for (const [offset, status, data1, data2] of midi) {
    at = events.writeUInt32LE(offset, at);
    at = events.writeUInt32LE(status | (data1 << 8) | (data2 << 16), at);
  }
  const samples =
    (flags & 4) === 0 ? channels.map((channel) => Buffer.from(Float32Array.from(channel).buffer)) : [];
  return frame(
    TO_ENGINE.block,
    {
      epoch,
      position,
      frames: channels[0]?.length ?? 0,
      channels: channels.length,
      flags,
      parameterEvents: parameters.length,
      midiEvents: midi.length,
      recall,
      tempo: time?.tempo ?? 0,
      beat: Math.floor(time?.beat ?? 0) >>> 0,
      beatFraction: (time?.beat ?? 0) - Math.floor(time?.beat ?? 0),
      beatsPerBar: time?.beatsPerBar ?? 4,
      songSampleLow: Number(BigInt.asUintN(32, BigInt(time?.songSample ?? 0))),
      songSampleHigh: Number(BigInt.asUintN(32, BigInt(time?.songSample ?? 0) >> 32n)),
    },
    Buffer.concat([events, ...samples]),
  );
}
