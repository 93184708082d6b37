import { writeMidi, type MidiEvent } from 'midi-file';
import type { GestureMove } from '../stream/gesture.js';
import type { Input } from '../../document/input.js';
import { sourceValueOf } from '../../document/value-range.js';

const TICKS_PER_BEAT = 960;
/** 120 beats a minute, as readers take it where a file says nothing. */
const TICKS_PER_SECOND = 2 * TICKS_PER_BEAT;
/** General purpose controllers begin here: what an input without a controller of its own is written as. */
const FIRST_CONTROLLER = 16;

/** Controller, channel (0-based) and resolution that an input's moves are written with. */
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

/** Controllers and their values that stand for an input's move: coarse, then fine where it has one. */
function controllerValues(controller: number, bits: 7 | 14, travel: number): [number, number][] {
  if (bits === 7) return [[controller, Math.round(127 * travel)]];
  const value = Math.round(16_383 * travel);
  return [
    [controller, value >> 7],
    [controller + 32, value & 0x7f],
  ];
}

/**
 * A gesture as a Standard MIDI File of one track, at 120 beats a minute: what the inputs' controllers send to make
 * it, before an input bends their travel and lays it out. The track ends with the take, as a loop of it does.
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
    const travel = input === undefined ? Math.min(1, Math.max(0, value)) : sourceValueOf(input, value);
    return controllerValues(controller, bits, travel).map(([controllerType, position]): MidiEvent => ({
      type: 'controller',
      deltaTime: until(seconds),
      channel,
      controllerType,
      value: position,
    }));
  });
  events.push({ type: 'endOfTrack', deltaTime: until(lengthSeconds), meta: true });
  const bytes = writeMidi({
    header: { format: 0, numTracks: 1, ticksPerBeat: TICKS_PER_BEAT },
    tracks: [events],
  });
  return Uint8Array.from(bytes);
}
