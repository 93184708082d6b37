/** Samples in a file, in a layout that the WAV decoder supports after `convert`. */
export interface SampleData {
  /** `fmt ` chunk of a WAV, little-endian. */
  readonly format: Uint8Array;
  /** Offset and length of the samples in the file. */
  readonly data: { readonly start: number; readonly bytes: number };
  /** Converts a piece of the file's samples in place to the layout of `format`; null where they have it. */
  readonly convert: ((bytes: Uint8Array) => void) | null;
}

/** Encodings of samples, by their numbers in a `fmt ` chunk. */
export const ENCODING = { pcm: 1, float: 3, alaw: 6, ulaw: 7 } as const;

/**
 * A `fmt ` chunk of 16 bytes.
 * @param encoding one of ENCODING; the decoder refuses others
 * @param channels 1..255
 * @param rate in Hz
 * @param bytes per sample, 1..8
 */
export function waveFormat(encoding: number, channels: number, rate: number, bytes: number): Uint8Array {
  const format = new Uint8Array(16);
  const view = new DataView(format.buffer);
  view.setUint16(0, encoding, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, rate, true);
  view.setUint32(8, rate * channels * bytes, true);
  view.setUint16(12, channels * bytes, true);
  view.setUint16(14, 8 * bytes, true);
  return format;
}

/** Reverses the bytes of each sample of `width` bytes; null for single bytes. */
export function byteSwap(width: number): SampleData['convert'] {
  if (width < 2) return null;
  return (bytes) => {
    for (let at = 0; at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  };
}

/** Changes between signed and unsigned samples of one byte. */
export function flipSign(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = (bytes[i] as number) ^ 0x80;
}
