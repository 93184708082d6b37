import { writeMidi, type MidiEvent } from 'midi-file';
import type { GestureMove } from '../performance/gesture.js';
import type { Input } from '../performance/schema.js';
import { sourceTravel } from '../performance/travel.js';

const TICKS_PER_BEAT = 960;
/** 120 beats a minute, as readers take it where a file says nothing. */
const TICKS_PER_SECOND = 2 * TICKS_PER_BEAT;
/** General purpose controllers begin here: what an input without a controller of its own is written as. */
const FIRST_CONTROLLER = 16;

/** Controller and channel (0-based) that an input's moves are written on. */
function controllerOf(input: Input | undefined, index: number): { channel: number; controller: number } {
  const source = input?.source;
  if (source?.kind === 'cc')
    return { channel: Math.max(0, source.channel - 1), controller: source.controller };
  return { channel: 0, controller: FIRST_CONTROLLER + index };
}

/**
 * A gesture as a Standard MIDI File of one track: controllers of seven bits, at 120 beats a minute, as the controller
 * was moved, so that an input shapes it again where it is played back. The track ends with the take, as a loop of it does.
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
  const events: MidiEvent[] = moves.map(({ seconds, input, value }) => {
    const deltaTime = until(seconds);
    const played = inputs[input];
    const { channel, controller } = controllerOf(played, input);
    const raw = played?.source.kind === 'cc' ? sourceTravel(played, value) : value;
    return {
      type: 'controller',
      deltaTime,
      channel,
      controllerType: controller,
      value: Math.round(127 * Math.min(1, Math.max(0, raw))),
    };
  });
  events.push({ type: 'endOfTrack', deltaTime: until(lengthSeconds), meta: true });
  const bytes = writeMidi({
    header: { format: 0, numTracks: 1, ticksPerBeat: TICKS_PER_BEAT },
    tracks: [events],
  });
  return Uint8Array.from(bytes);
}
