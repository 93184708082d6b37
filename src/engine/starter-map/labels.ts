import type { Descriptors } from '../descriptors/descriptors.js';

/** Noisiness from which a sound is called noise, and grain. */
const NOISE = 0.6;
const GRAIN = 0.3;
/** Below this pitch a tone is called a hum. */
const HUM_HZ = 130;
const NOTES = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'] as const;

/** What a player would call a sound, such as "dark hum A2" or "bright noise". @param pitchHz null for none */
export function labelFor(
  sound: Pick<Descriptors, 'brightnessHz' | 'noisiness'>,
  pitchHz: number | null,
): string {
  return `${brightnessWord(sound.brightnessHz)} ${soundWord(sound.noisiness, pitchHz)}`;
}

/** Labels of which no two are equal: the second of a kind gets a 2. */
export function distinct(labels: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return labels.map((label) => {
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    return count === 1 ? label : `${label} ${count}`;
  });
}

function brightnessWord(hz: number): string {
  if (hz < 300) return 'dark';
  if (hz < 900) return 'warm';
  return hz < 2500 ? 'clear' : 'bright';
}

function soundWord(noisiness: number, pitchHz: number | null): string {
  if (noisiness >= NOISE) return 'noise';
  if (pitchHz !== null) return `${pitchHz < HUM_HZ ? 'hum' : 'tone'} ${noteName(pitchHz)}`;
  return noisiness >= GRAIN ? 'grain' : 'ring';
}

/** The nearest note of twelve-tone equal temperament, A4 = 440 Hz, C4 the middle C. */
export function noteName(hz: number): string {
  const note = Math.round(69 + 12 * Math.log2(hz / 440));
  return `${NOTES[((note % 12) + 12) % 12]}${Math.floor(note / 12) - 1}`;
}
