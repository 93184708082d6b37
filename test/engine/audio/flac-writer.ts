/** Remainder of `bytes` by a generator polynomial, most significant bit first. */
function crc(bytes: Uint8Array, bits: 8 | 16, polynomial: number): number {
  const mask = 2 ** bits - 1;
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (bits - 8);
    for (let i = 0; i < 8; i += 1)
      sum = (sum & (1 << (bits - 1)) ? (sum << 1) ^ polynomial : sum << 1) & mask;
  }
  return sum;
}

/**
 * A FLAC stream of stereo 16-bit samples at 48 kHz with verbatim blocks, the simplest that the format allows (RFC 9639), so that
 * the reader's test needs no encoder. `left` and `right` are whole numbers; at most 127 blocks.
 */
export function writeFlac(left: readonly number[], right: readonly number[], blockSize = 1000): Buffer {
  const info = Buffer.alloc(42);
  info.write('fLaC', 0);
  info[4] = 0x80;
  info.writeUIntBE(34, 5, 3);
  info.writeUInt16BE(blockSize, 8);
  info.writeUInt16BE(blockSize, 10);
  // 20 bits rate, 3 bits channels − 1, 5 bits sample size − 1, the top 4 bits of the length; then its lower 32.
  info.writeUInt32BE(((48_000 << 12) | (1 << 9) | (15 << 4)) >>> 0, 18);
  info.writeUInt32BE(left.length, 22);
  const blocks: Buffer[] = [];
  for (let at = 0; at < left.length; at += blockSize) {
    const sides = [left.slice(at, at + blockSize), right.slice(at, at + blockSize)];
    const length = sides[0]?.length ?? 0;
    const head = Buffer.from([
      0xff,
      0xf8,
      0x7a,
      0x18,
      blocks.length,
      (length - 1) >> 8,
      (length - 1) & 0xff,
      0,
    ]);
    head[7] = crc(head.subarray(0, 7), 8, 0x07);
    const subframes = sides.map((samples) => {
      const subframe = Buffer.alloc(1 + 2 * samples.length);
      subframe[0] = 0x02;
      samples.forEach((sample, i) => subframe.writeInt16BE(sample, 1 + 2 * i));
      return subframe;
    });
    const body = Buffer.concat([head, ...subframes]);
    const foot = Buffer.alloc(2);
    foot.writeUInt16BE(crc(body, 16, 0x8005));
    blocks.push(Buffer.concat([body, foot]));
  }
  return Buffer.concat([info, ...blocks]);
}
