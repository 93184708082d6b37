import { HeldMeter, descriptorDistance } from '../../../src/engine/carry/held-descriptors.js';
import type { RunningModel } from '../../../src/engine/model/run/running-model.js';

const RATE = 44_100;
const HOP = 512;

/** A model whose latents are a sine's level in dB and its frequency in Hz; NaN where the level is above 0. */
function sineModel(): RunningModel {
  let position = 0;
  const latents = new Float32Array(2);
  const audioOut = new Float32Array(HOP);
  return {
    shape: {
      ...{ sampleRate: RATE, hop: HOP, frames: 1, batch: 1, inputChannels: 1, outputChannels: 1 },
      ...{ latentDims: 2, delaySamples: 0 },
    },
    attributes: new Float32Array(0),
    priorIn: new Float32Array(0),
    generate: () => undefined,
    audioIn: new Float32Array(HOP),
    encoded: new Float32Array(2),
    latents,
    audioOut,
    encode: () => undefined,
    decode: () => {
      const [level = 0, hertz = 0] = latents;
      for (let i = 0; i < HOP; i++)
        audioOut[i] =
          level > 0 ? NaN : 10 ** (level / 20) * Math.sin((2 * Math.PI * hertz * position++) / RATE);
    },
    decodeAgain: () => undefined,
    reset: () => (position = 0),
    close: () => undefined,
  };
}

describe('how held latents sound', () => {
  const meter = new HeldMeter(sineModel());
  const measure = (level: number, hertz: number) => {
    const measured = meter.measure([level, hertz]);
    if (measured === null) throw new Error('not finite');
    return measured;
  };

  it('is measured as the decoder plays them', () => {
    const { loudnessLufs, brightnessOctaves, noisiness, pitchOctaves } = measure(-20, 440);
    expect(loudnessLufs - measure(-32, 440).loudnessLufs).toBeCloseTo(12, 1);
    expect(brightnessOctaves).toBeCloseTo(Math.log2(440), 1);
    expect(noisiness).toBeLessThan(0.2);
    expect(pitchOctaves).toBeCloseTo(Math.log2(440), 2);
    // Measuring another sound leaves nothing behind.
    measure(-3, 3000);
    expect(measure(-20, 440)).toEqual({ loudnessLufs, brightnessOctaves, noisiness, pitchOctaves });
  });

  it('is nothing where the decoder gives no finite values', () => {
    expect(meter.measure([1, 440])).toBeNull();
  });

  it('is far from what is louder, brighter, or of another pitch', () => {
    const here = measure(-20, 440);
    expect(descriptorDistance(here, here)).toBe(0);
    expect(descriptorDistance(here, measure(-26, 440))).toBeCloseTo(1, 1);
    expect(descriptorDistance(here, measure(-20, 880))).toBeGreaterThan(3);
    expect(descriptorDistance(here, { ...here, pitchOctaves: null })).toBe(3);
    expect(descriptorDistance({ ...here, noisiness: 1 }, here)).toBeGreaterThan(3);
  });
});
