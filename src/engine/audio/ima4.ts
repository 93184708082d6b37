import decodeAiff from '@audio/decode-aiff';
import type { AiffChunks } from './aiff-chunks.js';
import type { ByteSource } from './byte-source.js';

/** Apple's IMA ADPCM ("ima4"): packets of 34 bytes per channel with 64 samples each, which can be decoded separately. */

const PACKET_BYTES = 34;
const PREAMBLE_BYTES = 2;
const PACKET_SAMPLES = 64;
const PACKETS_PER_PIECE = 512;

/** Number of packets per channel in the file. */
export function ima4Packets({ channels, frames, data }: AiffChunks): number {
  const present = Math.floor(data.bytes / (PACKET_BYTES * Math.max(1, channels)));
  return frames === 0 ? present : Math.min(frames, present);
}

/** Samples of all channels together. */
export const ima4Samples = (chunks: AiffChunks): number =>
  ima4Packets(chunks) * PACKET_SAMPLES * chunks.channels;

/**
 * Decodes the packets in pieces.
 * @param reading called with the offset in bytes up to which the file has been read
 */
export function* decodeIma4(
  file: ByteSource,
  chunks: AiffChunks,
  reading: (at: number) => void,
): Generator<{ channelData: Float32Array[]; sampleRate: number }, void, undefined> {
  const { channels, rate, data } = chunks;
  const packets = ima4Packets(chunks);
  const bytes = PACKET_BYTES * channels;
  for (let first = 0; first < packets; first += PACKETS_PER_PIECE) {
    const count = Math.min(PACKETS_PER_PIECE, packets - first);
    const at = data.start + first * bytes;
    reading(at);
    yield decodeAiff(plainFile(channels, rate, count, swapNibbles(file.read(at, count * bytes).slice())));
  }
}

/** Apple stores the first sample of a byte in its low nibble, and the decoder expects it in the high one. */
function swapNibbles(bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number;
    if (i % PACKET_BYTES >= PREAMBLE_BYTES) bytes[i] = (byte >> 4) | ((byte & 0x0f) << 4);
  }
  return bytes;
}

/** An AIFF-C of nothing but these packets. */
function plainFile(channels: number, rate: number, packets: number, data: Uint8Array): Uint8Array {
  const file = Buffer.alloc(12 + 8 + 24 + 16 + data.length);
  file.write('FORM', 0, 'latin1');
  file.writeUInt32BE(file.length - 8, 4);
  file.write('AIFCCOMM', 8, 'latin1');
  file.writeUInt32BE(24, 16);
  file.writeUInt16BE(channels, 20);
  file.writeUInt32BE(packets, 22);
  file.writeUInt16BE(16, 26);
  // An 80-bit float: the rate is below 2^32, with the binary point after the upper half of the mantissa.
  file.writeUInt16BE(16_383 + 31 - Math.clz32(rate), 28);
  file.writeUInt32BE((rate << Math.clz32(rate)) >>> 0, 30);
  file.write('ima4', 38, 'latin1');
  file.write('SSND', 44, 'latin1');
  file.writeUInt32BE(8 + data.length, 48);
  file.set(data, 60);
  return file;
}
