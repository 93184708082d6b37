import type { ByteSource } from './byte-source.js';
import type { SampleData } from './sample-data.js';
import { MAX_FORMAT_BYTES, wholeBytes } from './wav-chunks.js';

/** Sony Wave64, which editors write for recordings of more than 4 GB: RIFF's chunks with GUIDs for names and sizes of 64 bits. */

const GUID_BYTES = 16;
const CHUNK_HEAD_BYTES = GUID_BYTES + 8;
const HEADER_BYTES = CHUNK_HEAD_BYTES + GUID_BYTES;
/** Chunks start at multiples of this, and their sizes include their heads. */
const ALIGNMENT = 8;
/** Of the GUIDs "riff" and, in all others, the part behind the four letters. */
const RIFF_GUID = '726966662e91cf11a5d628db04c10000';
const GUID_REST = 'f3acd3118cd100c04f8edb8a';

const guid = (bytes: Uint8Array, at: number): string =>
  Buffer.from(bytes.subarray(at, at + GUID_BYTES)).toString('hex');
const named = (name: string): string => Buffer.from(name, 'latin1').toString('hex') + GUID_REST;
const FORMAT = named('fmt ');
const DATA = named('data');

/** Whether a file begins as Sony Wave64 does. */
export const isWave64 = (bytes: Uint8Array): boolean => guid(bytes, 0) === RIFF_GUID;

/** Finds the chunks in any order and among any others; null where one of them is missing. */
export function findWave64Chunks(file: ByteSource): SampleData | null {
  let format: Uint8Array | null = null;
  let data: SampleData['data'] | null = null;
  for (let at = HEADER_BYTES; at + CHUNK_HEAD_BYTES <= file.size && (format === null || data === null);) {
    const head = file.read(at, CHUNK_HEAD_BYTES);
    const name = guid(head, 0);
    const size = Number(Buffer.from(head).readBigUInt64LE(GUID_BYTES));
    const start = at + CHUNK_HEAD_BYTES;
    // A size below its own head's is damaged; one beyond the file's end was written before the length was known.
    if (size < CHUNK_HEAD_BYTES) break;
    const bytes = Math.min(size - CHUNK_HEAD_BYTES, file.size - start);
    if (name === FORMAT && bytes >= 16) format = file.read(start, Math.min(bytes, MAX_FORMAT_BYTES)).slice();
    if (name === DATA) data = { start, bytes };
    at += ALIGNMENT * Math.ceil(size / ALIGNMENT);
  }
  return format === null || data === null ? null : { format: wholeBytes(format), data, convert: null };
}
