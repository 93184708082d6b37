import {
  BLOCK_FLAG,
  MAX_BLOCK_EVENTS,
  MIDI_EVENT,
  PARAMETER_EVENT,
  TO_ENGINE,
} from '../../protocol/plugin.js';
import { TillerError } from '../../document/tiller-error.js';
import { MAX_BEATS_PER_BAR, MAX_BLOCK, MAX_CHANNELS, MAX_TEMPO, MIN_TEMPO } from '../../document/limits.js';
import { FREE_TIME, type MusicalTime } from '../time/musical-time.js';
import type { FrameReader } from './frame-reader.js';

const invalid = (what: string) =>
  new TillerError('message-invalid', `The plugin sent an invalid block: ${what}.`);

/**
 * One decoded block of the host, in buffers that every block reuses. The audio of channel c lies in `samples[c]`,
 * which `bytes[c]` views as bytes; events lie where the reader has them and are read through the accessors.
 */
export class Block {
  epoch = 0;
  position = 0;
  frames = 0;
  channels = 0;
  restart = false;
  offline = false;
  skipped = false;
  parameterEvents = 0;
  midiEvents = 0;
  /** Number of the last request for a preset, in this block or before it. */
  recall = 0;
  /** Whether the host gives the tempo, which is in `time` then. */
  hasTime = false;
  readonly time: MusicalTime = { ...FREE_TIME };
  readonly samples: readonly Float32Array[] = Array.from(
    { length: MAX_CHANNELS },
    () => new Float32Array(MAX_BLOCK),
  );
  private readonly bytes = this.samples.map((channel) => new Uint8Array(channel.buffer));
  private parametersAt = 0;
  private midiAt = 0;

  constructor(private readonly reader: FrameReader) {}

  /**
   * Takes the frame that the reader holds, checking every count against its bounds and the frame's length.
   * @throws TillerError `message-invalid`.
   */
  decode(): void {
    const { bytes, start, length } = this.reader;
    const { at } = TO_ENGINE.block;
    if (length < TO_ENGINE.block.bytes) throw invalid('it is cut short');
    this.epoch = bytes.readUInt32LE(start + at.epoch);
    this.position = bytes.readUInt32LE(start + at.position);
    this.frames = bytes.readUInt32LE(start + at.frames);
    this.channels = bytes.readUInt32LE(start + at.channels);
    const flags = bytes.readUInt32LE(start + at.flags);
    this.restart = (flags & BLOCK_FLAG.restart) !== 0;
    this.offline = (flags & BLOCK_FLAG.offline) !== 0;
    this.skipped = (flags & BLOCK_FLAG.skipped) !== 0;
    this.parameterEvents = bytes.readUInt32LE(start + at.parameterEvents);
    this.midiEvents = bytes.readUInt32LE(start + at.midiEvents);
    this.recall = bytes.readUInt32LE(start + at.recall);
    this.decodeTime(flags);
    if (this.frames > MAX_BLOCK) throw invalid(`${this.frames} samples long`);
    if (this.channels < 1 || this.channels > MAX_CHANNELS) throw invalid(`${this.channels} channels`);
    if (this.parameterEvents > MAX_BLOCK_EVENTS || this.midiEvents > MAX_BLOCK_EVENTS)
      throw invalid('too many events');
    this.parametersAt = start + TO_ENGINE.block.bytes;
    this.midiAt = this.parametersAt + this.parameterEvents * PARAMETER_EVENT.bytes;
    const audioAt = this.midiAt + this.midiEvents * MIDI_EVENT.bytes;
    const channelBytes = this.skipped ? 0 : this.frames * Float32Array.BYTES_PER_ELEMENT;
    if (audioAt + channelBytes * this.channels !== start + length)
      throw invalid('its length does not match its counts');
    for (let c = 0; c < this.channels; c++) {
      const target = this.bytes[c] as Uint8Array;
      const from = audioAt + c * channelBytes;
      // `copy` and `subarray` would allocate, and the samples may not be aligned.
      for (let i = 0; i < channelBytes; i++) target[i] = bytes[from + i] as number;
    }
  }

  private decodeTime(flags: number): void {
    const { bytes, start } = this.reader;
    const { at } = TO_ENGINE.block;
    const { time } = this;
    time.tempo = bytes.readFloatLE(start + at.tempo);
    time.playing = (flags & BLOCK_FLAG.playing) !== 0;
    time.beat = bytes.readInt32LE(start + at.beat) + bytes.readFloatLE(start + at.beatFraction);
    time.beatsPerBar = bytes.readFloatLE(start + at.beatsPerBar);
    const songSample =
      bytes.readInt32LE(start + at.songSampleHigh) * 2 ** 32 + bytes.readUInt32LE(start + at.songSampleLow);
    time.songSample = (flags & BLOCK_FLAG.songSample) !== 0 ? songSample : NaN;
    this.hasTime = time.tempo !== 0;
    if (!this.hasTime) return;
    if (!(time.tempo >= MIN_TEMPO && time.tempo <= MAX_TEMPO)) throw invalid(`a tempo of ${time.tempo}`);
    if (!(time.beatsPerBar > 0 && time.beatsPerBar <= MAX_BEATS_PER_BAR))
      throw invalid(`${time.beatsPerBar} quarter notes per bar`);
    if (!Number.isFinite(time.beat)) throw invalid('its musical position is not finite');
  }

  /** Sample of the block at which parameter event `i` acts. */
  parameterOffset(i: number): number {
    return this.reader.bytes.readUInt32LE(
      this.parametersAt + i * PARAMETER_EVENT.bytes + PARAMETER_EVENT.at.offset,
    );
  }

  /** Index of the parameter of event `i`; not checked against `PARAMETERS`. */
  parameterIndex(i: number): number {
    return this.reader.bytes.readUInt32LE(
      this.parametersAt + i * PARAMETER_EVENT.bytes + PARAMETER_EVENT.at.index,
    );
  }

  /** Value of parameter event `i`, in the parameter's own unit; may be no finite number. */
  parameterValue(i: number): number {
    return this.reader.bytes.readFloatLE(
      this.parametersAt + i * PARAMETER_EVENT.bytes + PARAMETER_EVENT.at.value,
    );
  }

  /** Sample of the block at which MIDI event `i` acts. */
  midiOffset(i: number): number {
    return this.reader.bytes.readUInt32LE(this.midiAt + i * MIDI_EVENT.bytes + MIDI_EVENT.at.offset);
  }

  /** status | data1 << 8 | data2 << 16 */
  midiMessage(i: number): number {
    return this.reader.bytes.readUInt32LE(this.midiAt + i * MIDI_EVENT.bytes + MIDI_EVENT.at.message);
  }
}
