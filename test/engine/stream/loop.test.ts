import fc from 'fast-check';
import { LOOP_LENGTH_IDS, type LoopLengthId } from '../../../src/document/loop-lengths.js';
import { defaultOutput } from '../../../src/document/output.js';
import { PARAMETERS, PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { ChangeQueue } from '../../../src/engine/stream/change-queue.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { SEAM_FRAMES } from '../../../src/engine/time/recorded-loop.js';
import { LatentModel } from './fakes.js';
import { equalBlocks, prepareMono, randomBlocks } from './play.js';

const HOP = 64;
const RATE = 48_000;
/** A beat is 8000 samples: 125 latent frames. */
const TEMPO = 360;
const BEAT_FRAMES = 125;
const SAMPLES = 64 * HOP * 25;

/** Rises by 1e-5 with every sample, so that each latent frame says where in the track it was encoded. */
const track = Float32Array.from({ length: SAMPLES }, (_, n) => 1e-5 * n);

/** Plays the track with the loop switched on and off at samples of it, the transport at `beatAt`. */
function play(
  blocks: readonly number[],
  loopLength: LoopLengthId,
  switches: readonly (readonly [sample: number, on: boolean])[],
  beatAt: (sample: number) => number = (sample) => (sample * TEMPO) / 60 / RATE,
): { output: Float32Array; latencySamples: number } {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), loopLength, ceilingDb: 0 });
  const model = new LatentModel({ hop: HOP });
  const latencySamples = prepareMono(stream, model, RATE);
  const output = new Float32Array(SAMPLES);
  const changes = new ChangeQueue(PARAMETERS.length + switches.length, PARAMETERS.length);
  let at = 0;
  for (const size of blocks) {
    for (const [sample, on] of switches)
      if (sample >= at && sample < at + size) changes.push(sample - at, PARAMETER_INDEX.loop, Number(on));
    stream.setTime({ tempo: TEMPO, playing: true, beat: beatAt(at), beatsPerBar: 4, songSample: NaN });
    stream.process([track.subarray(at, at + size)], [output.subarray(at, at + size)], size, changes);
    at += size;
  }
  return { output, latencySamples };
}

/** The sample of the track that each latent frame of the output was encoded at. */
const encodedAt = ({ output, latencySamples }: ReturnType<typeof play>): number[] =>
  Array.from(
    { length: Math.floor((SAMPLES - latencySamples) / HOP) },
    (_, frame) => (output[latencySamples + frame * HOP + HOP / 2] as number) / 1e-5,
  );

describe('the latent loop in the stream', () => {
  it('repeats the last beat on the grid of the transport, and the input passes unheard', () => {
    const on = 700 * HOP + 13;
    const frames = encodedAt(play(equalBlocks(SAMPLES, 512), '1 beat', [[on, true]]));
    for (let frame = 0; frame < frames.length; frame += 1) {
      const within = frame % BEAT_FRAMES;
      // Switched on in the sixth beat: it repeats the fifth.
      if (frame < 700) expect(frames[frame]).toBeCloseTo(frame * HOP, 0);
      else if (frame >= 700 + SEAM_FRAMES && within < BEAT_FRAMES - SEAM_FRAMES)
        expect(frames[frame]).toBeCloseTo((4 * BEAT_FRAMES + within) * HOP, 0);
    }
  });

  it('follows a transport that starts elsewhere, and is on the grid to a latent frame', () => {
    // The song begins a third of a beat before its grid.
    const beatAt = (sample: number) => (sample * TEMPO) / 60 / RATE + 7 + 2 / 3;
    const frames = encodedAt(play(equalBlocks(SAMPLES, 480), '1 beat', [[700 * HOP, true]], beatAt));
    const seams = frames.flatMap((at, i) => (i > 705 && at < (frames[i - 1] ?? 0) - 20 * HOP ? [i] : []));
    // With the seam's fade: the largest step lies within it.
    expect(seams.length).toBeGreaterThan(3);
    for (const seam of seams) {
      const beat = beatAt(seam * HOP);
      const beyond = Math.abs(beat - Math.round(beat)) * BEAT_FRAMES;
      expect(beyond).toBeLessThanOrEqual(SEAM_FRAMES);
    }
    expect(new Set(frames.slice(900).map((at) => Math.floor(at / HOP))).size).toBeLessThanOrEqual(
      2 * BEAT_FRAMES,
    );
  });

  it('does not depend on the blocks, bit for bit', () => {
    const switches = [
      [333 * HOP, true],
      [801 * HOP, false],
      [960 * HOP, true],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...LOOP_LENGTH_IDS),
        fc.integer(),
        fc.constantFrom(7, 600, 5000),
        (length, seed, largest) => {
          const { output } = play(equalBlocks(SAMPLES, 512), length, switches);
          expect(play(randomBlocks(SAMPLES, largest, seed), length, switches).output).toEqual(output);
        },
      ),
      { numRuns: 15, seed: 3 },
    );
  });
});
