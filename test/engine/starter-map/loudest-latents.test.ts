import { wholeSound } from '../../../src/engine/audio/sound-stream.js';
import { loudestOf } from '../../../src/engine/starter-map/loudest-latents.js';
import { SINE_RATE, sineModel } from './sine-model.js';

/** Seconds of a tone of 440 Hz. */
const tone = (seconds: number, amplitude: (at: number) => number) =>
  Float32Array.from(
    { length: seconds * SINE_RATE },
    (_, n) => amplitude(n / SINE_RATE) * Math.sin((2 * Math.PI * 440 * n) / SINE_RATE),
  );

/** A model whose second latent is the level of what it encodes, and whose first one counts the calls. */
function levelModel() {
  const model = sineModel(3);
  const { frames, hop } = model.shape;
  let calls = 0;
  model.encode = () => {
    for (let frame = 0; frame < frames; frame += 1) {
      const power = model.audioIn
        .subarray(frame * hop, (frame + 1) * hop)
        .reduce((sum, value) => sum + value * value, 0);
      model.encoded[frame] = calls / 1000;
      model.encoded[frames + frame] = 10 * Math.sqrt(power / hop);
    }
    calls += 1;
  };
  return model;
}

describe('the latents of a sound where it is loudest', () => {
  it('are those of its loudest tenth of a second, not of a click', async () => {
    const sound = tone(3, (at) => (at > 1.5 && at < 1.7 ? 0.5 : 0.1));
    sound[Math.round(0.5 * SINE_RATE)] = 1;
    const model = levelModel();
    const latents = await loudestOf(model, wholeSound(SINE_RATE, [sound, sound]));
    const second = ((latents[0] ?? 0) * 1000 * model.shape.hop * model.shape.frames) / SINE_RATE;
    expect(second).toBeGreaterThan(1.45);
    expect(second).toBeLessThan(1.75);
    expect(latents[1]).toBeCloseTo((10 * 0.5) / Math.SQRT2, 0);
    expect(latents).toHaveLength(3);
  });

  it('are found in a sound shorter than a call, and not in silence', async () => {
    const short = await loudestOf(levelModel(), wholeSound(SINE_RATE, [tone(0.01, () => 0.5)]));
    expect(short[1]).toBeGreaterThan(0.5);
    const silence = wholeSound(SINE_RATE, [new Float32Array(SINE_RATE)]);
    await expect(loudestOf(levelModel(), silence)).rejects.toMatchObject({ code: 'audio-unreadable' });
  });
});
