import { parseGestureMidi } from '../../../src/engine/inputs/gesture-midi.js';
import type { Input } from '../../../src/document/input.js';
import { defaultInput } from '../../../src/document/default-preset.js';
import { gestureMidiFile } from '../../../src/engine/inputs/gesture-midi-file.js';

const controlled = (controller: number, bits: 7 | 14, more: Partial<Input> = {}): Input => ({
  ...defaultInput('x'),
  source: { kind: 'cc', channel: 3, controller, bits },
  ...more,
});

describe('gestureMidiFile', () => {
  const moves = [0.25, 0.4, 0.75, 0.5].map((value, seconds) => ({ seconds, input: 0, value }));

  it.each<[string, Input, number]>([
    ['a plain input', controlled(7, 7), 1 / 127],
    [
      'an input with curve, inversion and range',
      controlled(7, 7, { curve: 0.7, inverted: true, range: [0.2, 0.8] }),
      1 / 64,
    ],
    ['fourteen bits', controlled(1, 14), 1e-4],
    ['fourteen bits, named by the LSB controller', controlled(33, 14), 1e-4],
  ])('reads back as the same gesture: %s', (_, input, tolerance) => {
    const read = parseGestureMidi(gestureMidiFile(moves, [input], 4), [input]).moves;
    for (const { seconds, value } of moves) {
      const last = read.filter((move) => move.seconds <= seconds + 1e-6).at(-1)?.value ?? NaN;
      expect(Math.abs(last - value)).toBeLessThan(tolerance);
    }
  });
});
