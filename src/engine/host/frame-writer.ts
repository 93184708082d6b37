import { writeSync } from 'node:fs';
import type { MessageLayout } from '../../protocol/plugin.js';
import { FRAME_HEADER_BYTES, MAX_PAYLOAD_BYTES, MAX_TEXT_BYTES, TO_PLUGIN } from '../../protocol/plugin.js';

/** Messages whose text may have megabytes, and `recalled`, which refers to the `state` before it. */
export type DocumentMessage = Extract<keyof typeof TO_PLUGIN, 'state' | 'undoHistory' | 'recalled'>;

/** Writes some of `bytes` from `offset`, waiting for room; returns how many. */
export type WriteSome = (bytes: Buffer, offset: number, length: number) => number;

/** Writes to a file descriptor of this thread's own, waiting. */
export const writeDescriptor =
  (fd: number): WriteSome =>
  (bytes, offset, length) =>
    writeSync(fd, bytes, offset, length, null);

/** Writes frames of the plugin protocol from one preallocated buffer, waiting until they are written. Streaming thread. */
export class FrameWriter {
  private readonly bytes = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + MAX_PAYLOAD_BYTES);
  private readonly floats = new Float32Array(this.bytes.buffer, 0, this.bytes.length >> 2);

  constructor(private readonly writeSome: WriteSome) {}

  /** A frame of fixed fields and text. @throws RangeError for a text beyond the protocol's bound */
  message<Field extends string>(
    layout: MessageLayout<Field>,
    fields: Readonly<Record<Field, number>>,
    text = '',
  ): void {
    this.writeFields(layout, fields);
    const textBytes = Buffer.byteLength(text);
    if (textBytes > MAX_TEXT_BYTES)
      throw new RangeError(`a text of ${textBytes} bytes is too long for a frame`);
    this.bytes.write(text, FRAME_HEADER_BYTES + layout.bytes);
    this.send(layout.type, layout.bytes + textBytes);
  }

  /** A part of a long text: `length` bytes of `text` from `from` on. `remaining` follow after it. */
  textPart(text: Uint8Array, from: number, length: number, remaining: number): void {
    const { type, bytes: headBytes, at } = TO_PLUGIN.textPart;
    this.bytes.writeUInt32LE(remaining, FRAME_HEADER_BYTES + at.remaining);
    this.copyText(text, from, length, FRAME_HEADER_BYTES + headBytes);
    this.send(type, headBytes + length);
  }

  /** A document's message with its text from `from` on: what is before it has been sent in parts. */
  document(
    message: DocumentMessage,
    fields: Readonly<Record<string, number>>,
    text: Uint8Array,
    from: number,
  ): void {
    const layout: MessageLayout = TO_PLUGIN[message];
    this.writeFields(layout, fields);
    const length = text.length - from;
    this.copyText(text, from, length, FRAME_HEADER_BYTES + layout.bytes);
    this.send(layout.type, layout.bytes + length);
  }

  /** The answer to a block. Allocates nothing. `channels[c]` is at least `frames` samples long. */
  samples(epoch: number, position: number, frames: number, channels: readonly Float32Array[]): void {
    const { at: fieldAt, bytes: headBytes, type } = TO_PLUGIN.samples;
    const { bytes } = this;
    bytes.writeUInt32LE(epoch, FRAME_HEADER_BYTES + fieldAt.epoch);
    bytes.writeUInt32LE(position, FRAME_HEADER_BYTES + fieldAt.position);
    bytes.writeUInt32LE(frames, FRAME_HEADER_BYTES + fieldAt.frames);
    bytes.writeUInt32LE(channels.length, FRAME_HEADER_BYTES + fieldAt.channels);
    let at = (FRAME_HEADER_BYTES + headBytes) / Float32Array.BYTES_PER_ELEMENT;
    for (let c = 0; c < channels.length; c++) {
      const channel = channels[c] as Float32Array;
      for (let i = 0; i < frames; i++) this.floats[at++] = channel[i] as number;
    }
    this.send(type, at * Float32Array.BYTES_PER_ELEMENT - FRAME_HEADER_BYTES);
  }

  private writeFields<Field extends string>(
    layout: MessageLayout<Field>,
    fields: Readonly<Record<Field, number>>,
  ): void {
    for (const [name, type] of layout.fields) {
      const offset = FRAME_HEADER_BYTES + layout.at[name];
      if (type === 'u32') this.bytes.writeUInt32LE(fields[name] >>> 0, offset);
      else this.bytes.writeFloatLE(fields[name], offset);
    }
  }

  private copyText(text: Uint8Array, from: number, length: number, to: number): void {
    if (length > MAX_TEXT_BYTES) throw new RangeError(`a text of ${length} bytes is too long for a frame`);
    this.bytes.set(text.subarray(from, from + length), to);
  }

  private send(type: number, payloadBytes: number): void {
    this.bytes.writeUInt32LE(payloadBytes, 0);
    this.bytes.writeUInt16LE(type, 4);
    this.bytes.writeUInt16LE(0, 6);
    const total = FRAME_HEADER_BYTES + payloadBytes;
    for (let sent = 0; sent < total;) sent += this.writeSome(this.bytes, sent, total - sent);
  }
}
