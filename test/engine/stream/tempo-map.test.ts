import { defaultInput } from '../../../src/document/default-preset.js';
import type { KeptLoop } from '../../../src/document/kept-loop.js';
import { defaultOutput } from '../../../src/document/output.js';
import { pack } from '../../../src/document/packing.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { sentLoops } from '../../../src/engine/stream/loop-blend.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { SEAM_FRAMES } from '../../../src/engine/time/recorded-loop.js';
import { placeIn, type Section } from '../../daw/song-model.js';
import { LatentModel } from './fakes.js';
import { equalBlocks, prepareMono } from './play.js';

const RATE = 48_000;
const HOP = 64;
/** Blocks of the host; every change of the song lies on one of them. */
const BLOCK = 512;
const SAMPLES = 192 * BLOCK;
const tempoOf = (samplesPerBeat: number) => (60 * RATE) / samplesPerBeat;

/** Three tempos and two meters: 32 blocks of four beats, 36 of six in bars of three, and so on in bars of four. */
const SONG: readonly Section[] = [
  { beat: 0, tempo: tempoOf(8 * BLOCK), beatsPerBar: 4 },
  { beat: 4, tempo: tempoOf(6 * BLOCK), beatsPerBar: 3 },
  { beat: 10, tempo: tempoOf(12 * BLOCK), beatsPerBar: 4 },
];
/** Quarter note at which a sample lies on the grid of the song: an own sum over the blocks. */
function beatOf(sample: number): number {
  const block = sample / BLOCK;
  if (block < 32) return block / 8;
  // The bar that begins at the fourth beat is the second bar of three, that at the tenth the third of four.
  if (block < 68) return 3 + (block - 32) / 6;
  return 8 + (block - 68) / 12;
}

/** The song from one of its samples on; latent 0 is the first input where `mode` is `override`, else what was encoded. */
function play(from: number, prepare: (stream: Stream) => void): number[] {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0 });
  prepare(stream);
  const latencySamples = prepareMono(stream, new LatentModel({ hop: HOP, latentDims: 1 }), RATE);
  const output = new Float32Array(SAMPLES - from + latencySamples);
  let at = 0;
  for (const size of equalBlocks(output.length, BLOCK)) {
    stream.setTime(placeIn(SONG, RATE, from + at));
    stream.process([new Float32Array(size)], [output.subarray(at, at + size)], size, null);
    at += size;
  }
  const frames = Math.floor((SAMPLES - from) / HOP);
  return Array.from({ length: frames }, (_, j) => output[latencySamples + j * HOP + HOP / 2] ?? NaN);
}

/** An input that a triangle of a beat and a half moves, or of as many seconds. */
function motion(stream: Stream, unit: 'beats' | 'seconds' = 'beats'): void {
  const source = { kind: 'lfo', shape: 'triangle', period: 1.5, unit, phase: 0, seed: 0 } as const;
  const dimensions = [{ ...defaultDimension(), mode: 'override' as const }];
  stream.setSteering({ amount: 1, glideSeconds: 0, dimensions });
  stream.setMapping({ evaluate: (inputs, latents) => void (latents[0] = inputs[0] as number) });
  // Below the ceiling, which steps from one latent frame to the next exceed otherwise.
  stream.setMotions([{ ...defaultInput('motion'), source, range: [0, 0.5] }]);
}

/** A kept loop of two beats that rises from 0 to a half. */
const FRAMES = 50;
function loop(stream: Stream): void {
  const latents = pack(
    Float32Array.from({ length: FRAMES }, (_, i) => i / FRAMES / 2),
    'float32',
  );
  const kept: KeptLoop = { name: '', frames: FRAMES, rows: 1, beats: 2, inputs: null, latents };
  stream.setLoops(sentLoops([kept]));
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0, loop: true, loopSlot: 1 });
}

const phaseOf = (frame: number, beats: number) => (beatOf(frame * HOP) / beats) % 1;

describe('a song of several tempos and meters', () => {
  it('moves an input on its grid, in every latent frame', () => {
    play(0, motion).forEach((value, frame) => {
      const phase = phaseOf(frame, 1.5);
      expect(value).toBeCloseTo(phase < 0.5 ? phase : 1 - phase, 5);
    });
  });

  it('moves an input by the song’s seconds, in every latent frame', () => {
    play(0, (stream) => motion(stream, 'seconds')).forEach((value, frame) => {
      const phase = ((frame * HOP) / RATE / 1.5) % 1;
      expect(value).toBeCloseTo(phase < 0.5 ? phase : 1 - phase, 5);
    });
  });

  // From where the tempo had changed on, it began at another phase than the whole song had there.
  it('gives an input in seconds the same bits from the middle on as in the whole', () => {
    const inSeconds = (stream: Stream) => motion(stream, 'seconds');
    const whole = play(0, inSeconds);
    for (const from of [24 * BLOCK, 50 * BLOCK, 100 * BLOCK])
      expect(play(from, inSeconds)).toEqual(whole.slice(from / HOP));
  });

  it('plays a kept loop on its grid, in every latent frame', () => {
    play(0, loop).forEach((value, frame) => {
      const at = phaseOf(frame, 2) * FRAMES;
      // Faded in at the beginning; between its last latent frame and the first it goes back.
      if (frame >= SEAM_FRAMES && at <= FRAMES - 1) expect(value).toBeCloseTo(at / FRAMES / 2, 5);
    });
  });

  it.each([
    ['the input', motion, 0],
    ['the loop', loop, SEAM_FRAMES],
  ] as const)('gives %s the same from the middle on as in the whole', (_, prepare, settled) => {
    const whole = play(0, prepare);
    for (const from of [24 * BLOCK, 50 * BLOCK, 100 * BLOCK])
      play(from, prepare).forEach((value, frame) => {
        if (frame >= settled) expect(value).toBeCloseTo(whole[from / HOP + frame] ?? NaN, 5);
      });
  });
});
