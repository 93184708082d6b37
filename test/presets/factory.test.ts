import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readAudio } from '../../src/engine/audio/read.js';
import { wholeSound } from '../../src/engine/audio/sound-stream.js';
import { compileMapping } from '../../src/engine/mapping/evaluate.js';
import { ModelFolder } from '../../src/engine/model/library/model-folder.js';
import { parseGestureCsv } from '../../src/engine/inputs/gesture-csv.js';
import { readPresetFile } from '../../src/engine/presets/preset-file.js';
import { render } from '../../src/engine/stream/render.js';

const names = readdirSync('presets').filter((name) => name.endsWith('.tiller.json'));
const sources = JSON.parse(readFileSync('presets/factory.json', 'utf8')) as { file: string; model: string }[];

describe('the factory presets', () => {
  it('are the ones that presets/factory.json describes', () => {
    expect(names.sort()).toEqual(sources.map(({ file }) => `${file}.tiller.json`).sort());
    expect(names.length).toBeGreaterThan(1);
  });

  it.each(names)('%s uses its bundled model, with a trained mapping', async (name) => {
    const preset = await readPresetFile(join('presets', name));
    const model = sources.find(({ file }) => name.startsWith(file))?.model ?? '';
    const sha256 = createHash('sha256')
      .update(readFileSync(join('models', model, `${model}.ts`)))
      .digest('hex');
    // After a model has changed, its presets must be generated again: npm run presets.
    expect(preset.model?.sha256).toBe(sha256);
    expect(preset.examples.length).toBeGreaterThanOrEqual(6);
    expect(new Set(preset.examples.map(({ label }) => label)).size).toBe(preset.examples.length);
    if (preset.trained === null) throw new Error('nothing was learned');
    const mapping = compileMapping(preset.trained);
    const latents = new Float32Array(mapping.latents);
    for (const example of preset.examples) {
      mapping.evaluate(Float64Array.from(example.inputs), latents);
      // The mapping reproduces each example, within a third of half the latent's range.
      const misses = example.latents.map((latent, d) => Math.abs(latent - (latents[d] ?? NaN)));
      expect(Math.max(...misses)).toBeLessThan(1);
    }
  });

  it.each(names)('%s gives sound that differs between its ends, below its ceiling', async (name) => {
    const preset = await readPresetFile(join('presets', name));
    const model = await new ModelFolder('dist/models').get(preset.model?.sha256 ?? '');
    const { channels, rate } = await readAudio('models/loops/kit-beat.wav');
    const input = channels.map((samples) => samples.subarray(0, rate));
    const play = async (value: number) => {
      const hand = `0,${preset.inputs.map(() => value).join(',')}\n`;
      const gesture = parseGestureCsv(hand, preset.inputs.length);
      const left: number[] = [];
      const { faults } = await render({
        input: wholeSound(rate, input),
        output: ([samples]) => left.push(...(samples ?? [])),
        preset,
        model,
        gesture,
      });
      expect(faults).toBe(0);
      return Float32Array.from(left);
    };
    const [low, high] = [await play(0), await play(1)];
    const rms = (samples: Float32Array) =>
      Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
    const ceiling = 10 ** (preset.output.ceilingDb / 20);
    for (const sound of [low, high]) expect(sound.every((sample) => Math.abs(sample) <= ceiling)).toBe(true);
    expect(rms(high)).toBeGreaterThan(0.003);
    expect(rms(low.map((sample, i) => sample - (high[i] ?? 0)))).toBeGreaterThan(0.25 * rms(high));
  });
});

describe('the demo gesture', () => {
  it('has as many inputs as its preset', async () => {
    const { inputs } = await readPresetFile('presets/drum-garden.tiller.json');
    const { moves } = parseGestureCsv(readFileSync('presets/demo-gesture.csv', 'utf8'), inputs.length);
    expect(new Set(moves.map(({ input }) => input)).size).toBe(inputs.length);
  });
});
