import fc from 'fast-check';
import type { Assignment } from '../../../src/document/assignment.js';
import { Player } from '../../../src/engine/stream/player.js';
import { equalBlocks, noiseTrack, randomBlocks } from './play.js';

const SAMPLES = 9000;
const track = noiseTrack(SAMPLES, 0.3, 3);
const assign = (id: string, controller: number, mode: Assignment['mode']): Assignment => ({
  id,
  action: { id },
  source: { kind: 'cc', channel: 0, controller, bits: 7 },
  mode,
  range: [0, 1],
  feedback: false,
});
/** The fader picks the gain up on its way down; the encoder turns the ceiling; the button bypasses, and ends that; then panic. */
const MESSAGES: readonly (readonly [sample: number, controller: number, value: number])[] = [
  [100, 7, 127],
  [1003, 7, 40],
  [2222, 8, 120],
  [2223, 8, 120],
  [3333, 7, 80],
  [5001, 9, 127],
  [5002, 9, 0],
  [7777, 9, 127],
  [7779, 9, 0],
  [8123, 10, 127],
];

function bounce(blocks: readonly number[], messages = MESSAGES): Float32Array {
  const player = new Player(() => undefined);
  const assignments = [
    assign('outputGain', 7, 'pick-up'),
    assign('ceiling', 8, 'twos-complement'),
    assign('bypass', 9, 'press'),
    assign('panic', 10, 'press'),
  ];
  void player.apply({ type: 'controllers', assignments });
  player.prepare(48_000, 8192, 1);
  const output = new Float32Array(SAMPLES);
  let at = 0;
  for (const size of blocks) {
    for (const [sample, controller, value] of messages)
      if (sample >= at && sample < at + size) player.midi(sample - at, 0xb0, controller, value);
    player.process([track.subarray(at, at + size)], [output.subarray(at, at + size)], size);
    at += size;
  }
  player.close();
  return output;
}

describe('a bounce with assigned controllers', () => {
  it('is the same bit for bit, whatever the blocks', () => {
    const reference = bounce(equalBlocks(SAMPLES, 512));
    expect(reference).not.toEqual(bounce(equalBlocks(SAMPLES, 512), []));
    // Without the message that tells where the fader is, the second one picks nothing up.
    expect(reference).not.toEqual(bounce(equalBlocks(SAMPLES, 512), MESSAGES.slice(1)));
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(7, 300, 5000), (seed, largest) => {
        expect(bounce(randomBlocks(SAMPLES, largest, seed))).toEqual(reference);
      }),
      { numRuns: 12, seed: 2 },
    );
  });
});
