import { writeMidi, type MidiEvent } from 'midi-file';
import type { GestureMove } from '../stream/gesture.js';
import type { Input } from '../../document/input.js';
import { sourceValueOf } from '../../document/value-range.js';

const TICKS_PER_BEAT = 960;
/** At 120 beats per minute, the tempo of a file without a tempo event (Standard MIDI Files 1.0). */
const TICKS_PER_SECOND = 2 * TICKS_PER_BEAT;
/** First general-purpose controller: an input without a controller of its own is written as this one plus its index. */
const FIRST_CONTROLLER = 16;

/** Controller, channel (0..15) and resolution in bits with which an input's moves are written. */
function controllerOf(
  input: Input | undefined,
  index: number,
): { channel: number; controller: number; bits: 7 | 14 } {
  const source = input?.source;
  if (source?.kind !== 'cc') return { channel: 0, controller: FIRST_CONTROLLER + index, bits: 7 };
  const { controller, bits } = source;
  return {
    channel: Math.max(0, source.channel - 1),
    controller: bits === 14 ? controller % 32 : controller,
    bits,
  };
}

/** Controllers and values (0..127) for one move: MSB, then LSB where there is one. `position` is the controller's, 0..1. */
function controllerValues(controller: number, bits: 7 | 14, position: number): [number, number][] {
  if (bits === 7) return [[controller, Math.round(127 * position)]];
  const value = Math.round(16_383 * position);
  return [
    [controller, value >> 7],
    [controller + 32, value & 0x7f],
  ];
}

/**
 * Formats a gesture as a Standard MIDI File of one track at 120 beats per minute: the messages that the inputs' controllers
 * would have to send, that is, before each input applies its range, curve and inversion.
 * @param moves sorted by time; `value` is the input's, 0..1
 * @param lengthSeconds time of the end of the track
 */
export function gestureMidiFile(
  moves: readonly GestureMove[],
  inputs: readonly Input[],
  lengthSeconds: number,
): Uint8Array {
  let tick = 0;
  const until = (seconds: number) => {
    const deltaTime = Math.max(0, Math.round(seconds * TICKS_PER_SECOND) - tick);
    tick += deltaTime;
    return deltaTime;
  };
  const events: MidiEvent[] = moves.flatMap(({ seconds, input: index, value }) => {
    const input = inputs[index];
    const { channel, controller, bits } = controllerOf(input, index);
    const position = input === undefined ? Math.min(1, Math.max(0, value)) : sourceValueOf(input, value);
    return controllerValues(controller, bits, position).map(([controllerType, data]): MidiEvent => ({
      type: 'controller',
      deltaTime: until(seconds),
      channel,
      controllerType,
      value: data,
    }));
  });
  events.push({ type: 'endOfTrack', deltaTime: until(lengthSeconds), meta: true });
  const bytes = writeMidi({
    header: { format: 0, numTracks: 1, ticksPerBeat: TICKS_PER_BEAT },
    tracks: [events],
  });
  return Uint8Array.from(bytes);
}
