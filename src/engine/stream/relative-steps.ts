import type { RelativeMode } from '../../document/assignment.js';

/**
 * Steps up (positive) or down of a relative encoder's message. The encodings are listed in Ableton Live's reference manual, "Mapping to
 * Relative MIDI Controllers".
 * @param value 0..127
 */
export function relativeSteps(mode: RelativeMode, value: number): number {
  switch (mode) {
    case 'sign-magnitude':
      return value > 64 ? 64 - value : value % 64;
    case 'sign-magnitude-inverse':
      return value > 64 ? value - 64 : 0 - (value % 64);
    case 'binary-offset':
      return value - 64;
    case 'twos-complement':
      return value > 64 ? value - 128 : value;
  }
}
