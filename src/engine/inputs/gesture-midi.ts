import { TillerError } from '../../document/tiller-error.js';
import type { Gesture, GestureMove } from '../stream/gesture.js';
import { MAX_GESTURE_SECONDS } from '../stream/gesture.js';
import { MidiRouter } from '../stream/midi-router.js';
import type { Input } from '../../document/input.js';
import { readMidiFile } from './midi-file-reader.js';

/**
 * Reads a gesture from a Standard MIDI File: its messages move `inputs` through the inputs' own sources, as live ones would.
 * Tracks are merged; tempo changes are applied.
 *
 * @throws TillerError `gesture-unreadable` for another file, one that is too long, or one that moves none of the inputs.
 */
export function parseGestureMidi(bytes: Uint8Array, inputs: readonly Input[]): Gesture {
  const messages = readMidiFile(bytes);
  if (messages === null)
    throw new TillerError(
      'gesture-unreadable',
      'This is not a Standard MIDI File.',
      'Export it again, or use CSV.',
    );
  const moves: GestureMove[] = [];
  let now = 0;
  const router = new MidiRouter({
    input: (_offset, input, value) => moves.push({ seconds: now, input, value }),
    control: () => undefined,
    steps: () => undefined,
    program: () => undefined,
  });
  router.configure(inputs);
  for (const { seconds, message } of messages) {
    now = seconds;
    router.message(0, ...message);
  }
  if (moves.length === 0)
    throw new TillerError(
      'gesture-unreadable',
      'The MIDI file moves none of the preset’s inputs.',
      'Give an input the file’s controller as its source (MIDI learn), or use CSV.',
    );
  if (now > MAX_GESTURE_SECONDS)
    throw new TillerError(
      'gesture-unreadable',
      `The MIDI file is longer than ${MAX_GESTURE_SECONDS / 3600} hours.`,
      'Export the part that you need.',
    );
  return { inputs: inputs.length, moves };
}
