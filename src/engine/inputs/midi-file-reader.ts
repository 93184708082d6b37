/**
 * Reads Standard MIDI Files (Standard MIDI Files 1.0, MIDI Manufacturers Association 1988) as programs really write them:
 * wrapped in RIFF (RMID), with chunks of their own, with wrong lengths of tracks, without an end of track, or with real-time
 * bytes inside tracks.
 */

/** A channel message and its time. */
export interface TimedMidiMessage {
  readonly seconds: number;
  /** Status 0x80..0xef, data 0..127. */
  readonly message: readonly [status: number, data1: number, data2: number];
}

interface TrackEvent {
  readonly tick: number;
  /** A channel message, or a new tempo in microseconds per quarter note. */
  readonly message?: TimedMidiMessage['message'];
  readonly tempo?: number;
}

const CHUNK_HEAD_BYTES = 8;
/** Longest wrapper before the header: MacBinary has 128 bytes, RMID may have other chunks first. */
const MAX_WRAPPER_BYTES = 4096;
/** Microseconds per quarter note before the first tempo event: 120 beats per minute. */
const DEFAULT_TEMPO = 500_000;
/** For a file without a resolution: the most common one. */
const DEFAULT_TICKS_PER_BEAT = 480;
const META = { endOfTrack: 0x2f, tempo: 0x51 } as const;

/** Offset of the header `MThd`; −1 in other files. */
function headerOf(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_WRAPPER_BYTES)).indexOf(
    'MThd',
  );
}

/** Whether the bytes begin with a Standard MIDI File or with one in a wrapper. */
export function isMidiFile(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('MThd') || (start.startsWith('RIFF') && start.endsWith('RMID'))) return true;
  return bytes[0] === 0 && headerOf(bytes) === 128;
}

/** The channel messages of all tracks in order of time; null where the bytes contain no track of a MIDI file. */
export function readMidiFile(bytes: Uint8Array): TimedMidiMessage[] | null {
  const header = headerOf(bytes);
  if (header < 0 || header + 14 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tracks = readTracks(bytes, header + CHUNK_HEAD_BYTES + view.getUint32(header + 4));
  if (tracks.length === 0) return null;
  const events = tracks.flat().sort((a, b) => a.tick - b.tick);
  return inSeconds(events, view.getUint16(header + 12));
}

/** The events of each track. Other chunks are skipped, and the next track is searched for where a length is wrong. */
function readTracks(bytes: Uint8Array, start: number): TrackEvent[][] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const tracks: TrackEvent[][] = [];
  let at = start;
  while (at + CHUNK_HEAD_BYTES <= buffer.length) {
    const content = at + CHUNK_HEAD_BYTES;
    const stated = content + buffer.readUInt32BE(at + 4);
    if (buffer.toString('latin1', at, at + 4) !== 'MTrk') {
      at = startsChunk(buffer, stated) ? stated : trackAfter(buffer, at + 1);
      continue;
    }
    // Where neither a chunk nor the end of the file follows, the length is wrong.
    const isRight = startsChunk(buffer, stated);
    const { events, end } = readTrack(buffer, content, isRight ? stated : trackAfter(buffer, content));
    tracks.push(events);
    at = isRight ? stated : trackAfter(buffer, end);
  }
  return tracks;
}

const startsChunk = (buffer: Buffer, at: number): boolean =>
  at === buffer.length || /^[A-Za-z][\w ]{3}$/.test(buffer.toString('latin1', at, at + 4));

/** Offset of the next track from `at` on; the end of the file where there is none. */
function trackAfter(buffer: Buffer, at: number): number {
  const found = buffer.indexOf('MTrk', at);
  return found < 0 ? buffer.length : found;
}

/** Reads up to an end of track, to `limit`, or to the first byte that cannot be an event. */
function readTrack(buffer: Buffer, start: number, limit: number): { events: TrackEvent[]; end: number } {
  const events: TrackEvent[] = [];
  let at = start;
  let tick = 0;
  let running = 0;
  /** A quantity of up to four bytes with seven bits each. */
  const quantity = (): number => {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = buffer[at++] ?? 0;
      value = 128 * value + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < limit) {
    tick += quantity();
    let status = buffer[at] ?? 0;
    if (status < 0x80) status = running;
    else at += 1;
    if (status === 0xff) {
      const type = buffer[at++];
      const length = quantity();
      if (type === META.endOfTrack) break;
      const tempo = type === META.tempo && length >= 3 && at + 3 <= limit ? buffer.readUIntBE(at, 3) : 0;
      if (tempo > 0) events.push({ tick, tempo });
      at += length;
    } else if (status === 0xf0 || status === 0xf7) {
      const length = quantity();
      at += length;
    } else if (status >= 0xf0) {
      // Real-time and common messages belong to a cable, not into a file.
      at += status === 0xf2 ? 2 : status === 0xf1 || status === 0xf3 ? 1 : 0;
    } else if (status >= 0x80) {
      running = status;
      const data1 = (buffer[at++] ?? 0) & 0x7f;
      const data2 = (status & 0xe0) === 0xc0 ? 0 : (buffer[at++] ?? 0) & 0x7f;
      if (at <= limit) events.push({ tick, message: [status, data1, data2] });
    } else break;
  }
  return { events, end: Math.min(at, buffer.length) };
}

/** Seconds per tick at a tempo, by the header's division: ticks per quarter note, or SMPTE frames and ticks per frame. */
function tickSeconds(division: number, tempo: number): number {
  if (division < 0x8000) return tempo / 1e6 / (division || DEFAULT_TICKS_PER_BEAT);
  const frames = 256 - (division >> 8);
  // 29 stands for drop-frame time code, of 30000/1001 frames per second.
  const framesPerSecond = frames === 29 ? 30_000 / 1001 : frames;
  return 1 / (framesPerSecond * Math.max(1, division & 0xff));
}

function inSeconds(events: readonly TrackEvent[], division: number): TimedMidiMessage[] {
  let seconds = 0;
  let last = 0;
  let secondsPerTick = tickSeconds(division, DEFAULT_TEMPO);
  return events.flatMap(({ tick, message, tempo }) => {
    seconds += (tick - last) * secondsPerTick;
    last = tick;
    if (tempo !== undefined) secondsPerTick = tickSeconds(division, tempo);
    return message === undefined ? [] : [{ seconds, message }];
  });
}
