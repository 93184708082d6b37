import { TillerError } from '../../document/tiller-error.js';
import type { NoiseSetting } from '../model/run/noise.js';

/** `--noise silent`, `--noise U,N` or `--noise seed:K`. @throws TillerError `argument-invalid`. */
export function parseNoise(text: string): NoiseSetting {
  if (text === 'silent') return { kind: 'silent' };
  const seeded = /^seed:(\d{1,10})$/.exec(text);
  if (seeded) {
    const seed = Number(seeded[1]);
    if (seed <= 0xffffffff) return { kind: 'seed', seed };
  }
  const [uniform, normal, ...rest] = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (uniform !== undefined && normal !== undefined && rest.length === 0) {
    if (uniform >= 0 && uniform <= 1 && Math.abs(normal) <= 10) return { kind: 'constant', uniform, normal };
  }
  throw new TillerError(
    'argument-invalid',
    `“${text}” is no noise setting.`,
    'Use silent, two constants such as 0.75,0.1 (uniform 0..1, normal within ±10), or seed:K.',
  );
}
