import { describe, expect, it } from '@jest/globals';
import type { ModelAttribute } from '../../../src/document/model-attribute.js';
import { defaultOutput } from '../../../src/document/output.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { FakeModel, streamNoise } from './fakes.js';
import { equalBlocks, play, randomBlocks } from './play.js';

const HOP = 128;
const RATE = 48_000;

/** Sounds as its first attribute, and notes what both attributes are in each call. */
class AttributeModel extends FakeModel {
  override readonly attributes = Float32Array.of(0.1, 0);
  readonly heard: number[][] = [];

  protected override sound(): void {
    this.heard.push([...this.attributes]);
    this.audioOut.fill(this.attributes[0] ?? NaN);
  }
}

const ATTRIBUTES: readonly ModelAttribute[] = [
  { name: 'level', kind: 'number', initial: 0.1, value: 0.1, range: [-0.5, 0.5] },
  { name: 'learn', kind: 'switch', initial: 0, value: 0, range: [0, 1] },
];

function attributeStream(frames: number): { stream: Stream; model: AttributeModel; latencySamples: number } {
  const stream = new Stream();
  const model = new AttributeModel({ sampleRate: RATE, hop: HOP, frames });
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0 });
  stream.setAttributes(ATTRIBUTES);
  const setup = { rate: RATE, maxBlock: 4096, channels: 1 as const, model, noise: streamNoise() };
  const { latencySamples } = stream.prepare(setup);
  return { stream, model, latencySamples };
}

describe('what a model lets be set', () => {
  it.each([1, 2, 4])('takes automation with the call that begins at or after it, of %i frames', (frames) => {
    const call = frames * HOP;
    for (const sample of [0, 1, call - 1, call, 2 * call + 5]) {
      for (const block of [1, 77, 4096]) {
        const { stream, latencySamples } = attributeStream(frames);
        const changes = [
          { sample, parameter: PARAMETER_INDEX.attribute, value: 0.9 },
          { sample, parameter: PARAMETER_INDEX.attribute + 1, value: 0.7 },
        ];
        const length = latencySamples + 5 * call;
        const [sound] = play(stream, [new Float32Array(length)], equalBlocks(length, block), changes);
        const first = (sound ?? []).findIndex((level) => level > 0.25);
        // The frame whose window holds the sample, where a call begins with it; else the next call.
        const expected =
          frames === 1 ? Math.floor(sample / call) : Math.ceil(Math.floor(sample / HOP) / frames);
        expect({ sample, block, first }).toEqual({
          sample,
          block,
          first: expected * call + latencySamples,
        });
      }
    }
  });

  it('is the same in every render, however the track is cut into blocks', () => {
    const changes = Array.from({ length: 40 }, (_, i) => ({
      sample: 211 * i,
      parameter: PARAMETER_INDEX.attribute + (i % 2),
      value: (i * 0.37) % 1,
    }));
    const renders = [equalBlocks(9000, 4096), randomBlocks(9000, 700, 3)].map((blocks) => {
      const { stream, model } = attributeStream(2);
      const [sound] = play(stream, [new Float32Array(9000)], blocks, changes);
      return { sound, heard: model.heard };
    });
    expect(renders[0]?.heard.some(([, learn]) => learn === 1)).toBe(true);
    expect(renders[1]).toEqual(renders[0]);
  });

  it('does not change under a model that is left, nor where a parameter has no attribute', () => {
    const { stream, model } = attributeStream(1);
    play(stream, [new Float32Array(4 * HOP)], [4 * HOP]);
    const coming = new AttributeModel({ sampleRate: RATE, hop: HOP });
    stream.exchange(coming, streamNoise());
    stream.setAttributes([{ ...(ATTRIBUTES[0] as ModelAttribute), value: 0.4 }]);
    stream.setParameter(PARAMETER_INDEX.attribute + 5, 1);
    play(stream, [new Float32Array(4 * HOP)], [4 * HOP]);
    expect(model.heard.every(([level]) => level === Math.fround(0.1))).toBe(true);
    expect(coming.heard.every(([level]) => level === Math.fround(0.4))).toBe(true);
    expect(coming.heard.length).toBeGreaterThan(0);
  });
});
