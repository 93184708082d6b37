import { parseMidi } from 'midi-file';
import type { MidiEvent } from 'midi-file';
import { TillerError } from '../../document/tiller-error.js';
import type { Gesture, GestureMove } from '../stream/gesture.js';
import { MAX_GESTURE_SECONDS } from '../stream/gesture.js';
import { MidiRouter } from '../stream/midi-router.js';
import type { Input } from '../../document/input.js';

/** Microseconds per quarter note until the first tempo event: 120 beats per minute. */
const DEFAULT_TEMPO = 500_000;

const unreadable = (cause?: unknown) =>
  new TillerError('gesture-unreadable', 'This is not a Standard MIDI File.', 'Export it again, or use CSV.', {
    cause,
  });

/**
 * Reads a gesture from a Standard MIDI File: its messages move `inputs` through the inputs' own sources, as live ones would.
 * Tracks are merged; tempo changes are applied.
 * @throws TillerError `gesture-unreadable` for a damaged file, or one that moves none of the inputs.
 */
export function parseGestureMidi(bytes: Uint8Array, inputs: readonly Input[]): Gesture {
  let file;
  try {
    file = parseMidi(bytes);
  } catch (error) {
    throw unreadable(error);
  }
  const moves: GestureMove[] = [];
  let seconds = 0;
  const router = new MidiRouter({
    input: (_offset, input, value) => moves.push({ seconds, input, value }),
    program: () => undefined,
  });
  router.configure(inputs);

  const events = mergeTracks(file.tracks);
  let tick = 0;
  let tempo = DEFAULT_TEMPO;
  const { ticksPerBeat, framesPerSecond, ticksPerFrame } = file.header;
  for (const { at, event } of events) {
    const secondsPerTick = ticksPerBeat
      ? tempo / 1e6 / ticksPerBeat
      : 1 / Math.max(1, (framesPerSecond ?? 25) * (ticksPerFrame ?? 40));
    seconds += (at - tick) * secondsPerTick;
    tick = at;
    if (!(seconds <= MAX_GESTURE_SECONDS)) throw unreadable();
    if (event.type === 'setTempo') tempo = event.microsecondsPerBeat;
    const message = rawMessage(event);
    if (message) router.message(0, ...message);
  }
  if (moves.length === 0)
    throw new TillerError(
      'gesture-unreadable',
      'The MIDI file moves none of the preset’s inputs.',
      'Give an input the file’s controller as its source (MIDI learn), or use CSV.',
    );
  return { inputs: inputs.length, moves };
}

function mergeTracks(tracks: MidiEvent[][]): { at: number; event: MidiEvent }[] {
  const events: { at: number; event: MidiEvent }[] = [];
  for (const track of tracks) {
    let at = 0;
    for (const event of track) {
      at += event.deltaTime;
      events.push({ at, event });
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

function rawMessage(event: MidiEvent): [status: number, data1: number, data2: number] | null {
  switch (event.type) {
    case 'noteOn':
      return [0x90 | event.channel, event.noteNumber, event.velocity];
    case 'noteAftertouch':
      return [0xa0 | event.channel, event.noteNumber, event.amount];
    case 'controller':
      return [0xb0 | event.channel, event.controllerType, event.value];
    case 'channelAftertouch':
      return [0xd0 | event.channel, event.amount, 0];
    case 'pitchBend': {
      const bend = event.value + 8192;
      return [0xe0 | event.channel, bend & 0x7f, (bend >> 7) & 0x7f];
    }
    default:
      return null;
  }
}
