import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The small models of `test/fixtures/models`, made by its `generate.py`. */
export const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'models');

export const FIXTURE_NAMES = [
  'mono',
  'stereo',
  'sides',
  'resampled',
  'oscillator',
  'blockwise',
  'identity',
  'delay',
] as const;
export type FixtureName = (typeof FIXTURE_NAMES)[number];

export interface FixtureMeta {
  readonly frames: number;
  readonly batch: number;
  readonly blocks: number;
  readonly hop: number;
  readonly channels: number;
  readonly latents: number;
  readonly rate: number;
  readonly streaming: boolean;
  readonly parameters: number;
  readonly delaySamples?: number;
}

export function fixturePath(name: FixtureName): string {
  return join(FIXTURES, `${name}.torchscript`);
}

export function fixtureMeta(name: FixtureName): FixtureMeta {
  return JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as FixtureMeta;
}

/** One of a model's recordings: `x`, or `z` and `y` under a noise setting. */
export function fixtureData(name: FixtureName, kind: string): Float32Array {
  const path = join(FIXTURES, `${name}.${kind}.f32`);
  if (!existsSync(path) || statSync(path).size === 0) throw new Error(`${path} is missing or empty`);
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
