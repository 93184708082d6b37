import type { InputSource } from '../../document/input.js';
import type { LfoShape } from '../../document/lfo-shapes.js';
import type { MusicalPosition } from './timeline.js';

export type LfoSource = Extract<InputSource, { kind: 'lfo' }>;

/**
 * The position of an input that moves by itself, 0..1, at a place in the music. It depends on the place alone, so that a bounce
 * from the middle of a song equals the middle of a bounce. Allocates nothing.
 */
export function lfoAt(source: LfoSource, place: Readonly<MusicalPosition>): number {
  const time = source.unit === 'beats' ? place.beat : place.seconds;
  const cycles = time / source.period + source.phase;
  const cycle = Math.floor(cycles);
  return shapeAt(source.shape, cycles - cycle, cycle, source.seed);
}

/** @param at 0..1 of the cycle @param cycle its number, which may be negative */
function shapeAt(shape: LfoShape, at: number, cycle: number, seed: number): number {
  switch (shape) {
    case 'sine':
      return 0.5 - 0.5 * Math.cos(2 * Math.PI * at);
    case 'triangle':
      return at < 0.5 ? 2 * at : 2 - 2 * at;
    case 'ramp':
      return at;
    case 'steps':
      return valueOf(cycle, seed);
    case 'random': {
      const from = valueOf(cycle, seed);
      return from + (valueOf(cycle + 1, seed) - from) * (0.5 - 0.5 * Math.cos(Math.PI * at));
    }
  }
}

/** A random value of a cycle, uniform in 0..1: the finalising hash of MurmurHash3 (Appleby, public domain) of both numbers. */
function valueOf(cycle: number, seed: number): number {
  let hash = Math.imul(cycle | 0, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0xffffffff;
}
