/** Bytes of a chunk's name and size. */
const HEAD_BYTES = 8;

/** A RIFF chunk, padded to an even length. */
function chunk(name, payload) {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(name, 0, 'latin1');
  head.writeUInt32LE(payload.length, 4);
  return Buffer.concat([head, payload, Buffer.alloc(payload.length % 2)]);
}

/** The image data of a still, lossy WebP, as a chunk. */
function imageData(still) {
  for (let at = 12; at + HEAD_BYTES <= still.length;) {
    const bytes = still.readUInt32LE(at + 4);
    if (still.toString('latin1', at, at + 4) === 'VP8 ')
      return chunk('VP8 ', still.subarray(at + HEAD_BYTES, at + HEAD_BYTES + bytes));
    at += HEAD_BYTES + bytes + (bytes % 2);
  }
  throw new Error('The picture is no lossy WebP.');
}

function uint24(value) {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(value, 0, 3);
  return bytes;
}

/**
 * Joins still, lossy WebP pictures of one size into an animation that repeats for ever (WebP Container Specification, "Extended
 * File Format" and "Animation").
 * @param stills of `width` × `height` pixels, without transparency
 * @param milliseconds that each is shown
 */
export function animatedWebp(stills, width, height, milliseconds) {
  const size = [uint24(width - 1), uint24(height - 1)];
  const isAnimation = Buffer.from([0x02, 0, 0, 0]);
  const blackForEver = Buffer.from([0, 0, 0, 0xff, 0, 0]);
  const place = [uint24(0), uint24(0)];
  const opaque = Buffer.from([0x02]);
  const parts = [
    chunk('VP8X', Buffer.concat([isAnimation, ...size])),
    chunk('ANIM', blackForEver),
    ...stills.map((still) =>
      chunk('ANMF', Buffer.concat([...place, ...size, uint24(milliseconds), opaque, imageData(still)])),
    ),
  ];
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP', 'latin1'), ...parts]));
}
