import { z } from 'zod';
import { FRAME, audioChannel, audioFrameBytes, writeAudioHead } from '../../protocol/interface-frames.js';
import { int32Schema, uint8Schema } from '../workers/messages.js';
import { LIVE_BLOCK, LIVE_CHANNELS } from './messages.js';

/** Blocks that fit: 2.7 s at 48 kHz, more than a speaker grants in advance. */
const SLOTS = 512;
const SLOT_BYTES = audioFrameBytes(LIVE_CHANNELS, LIVE_BLOCK);

export const audioRingSchema = z.strictObject({ messages: uint8Schema, taken: int32Schema });

/**
 * Rendered audio in memory that the live worker and the main thread share, as audio messages of the page's protocol, one after
 * another in a ring: the worker allocates nothing to render or to send a block.
 */
export interface AudioRingMemory {
  /** [SLOTS, SLOT_BYTES] */
  readonly messages: Uint8Array;
  /** One counter: blocks that the main thread has taken, modulo 2³². */
  readonly taken: Int32Array;
}

/** Memory for a ring, to be shared with the worker. */
export function createAudioRing(): AudioRingMemory {
  return {
    messages: new Uint8Array(new SharedArrayBuffer(SLOTS * SLOT_BYTES)),
    taken: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  };
}

/** The live worker's end. Allocates nothing after construction. */
export class AudioRingWriter {
  private readonly slots: Float32Array[][];
  private written = 0;

  constructor(private readonly memory: AudioRingMemory) {
    const { buffer } = memory.messages;
    this.slots = Array.from({ length: SLOTS }, (_, slot) => {
      const start = slot * SLOT_BYTES;
      writeAudioHead(buffer, FRAME.audio, LIVE_CHANNELS, LIVE_BLOCK, start);
      return Array.from({ length: LIVE_CHANNELS }, (_, c) => audioChannel(buffer, c, LIVE_BLOCK, start));
    });
  }

  /** False while the main thread has taken too little for another block. */
  get hasRoom(): boolean {
    return ((this.written - Atomics.load(this.memory.taken, 0)) | 0) < SLOTS;
  }

  /** The channels of the next block, to be filled and then `commit`ted. Only while there is room. */
  get next(): readonly Float32Array[] {
    return this.slots[this.written % SLOTS] as Float32Array[];
  }

  /** The next block is complete. The main thread must be notified. */
  commit(): void {
    this.written += 1;
  }
}

/** The main thread's end. */
export class AudioRingReader {
  private taken = 0;

  constructor(private readonly memory: AudioRingMemory) {}

  /** Takes the next block, which the worker has reported as complete. @returns a copy of the audio message */
  take(): ArrayBuffer {
    const start = (this.taken % SLOTS) * SLOT_BYTES;
    const message = new ArrayBuffer(SLOT_BYTES);
    new Uint8Array(message).set(this.memory.messages.subarray(start, start + SLOT_BYTES));
    this.taken += 1;
    Atomics.store(this.memory.taken, 0, this.taken | 0);
    return message;
  }
}
