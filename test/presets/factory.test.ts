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
const sources = JSON.parse(readFileSync('presets/factory.json', 'utf8')) as {
  file: string;
  model: string;
  loop: string;
  use: string;
}[];

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
      const csv = `0,${preset.inputs.map(() => value).join(',')}\n`;
      const gesture = parseGestureCsv(csv, preset.inputs.length);
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

describe('the gestures of the factory presets', () => {
  it.each(sources)(
    'the one of $file moves each of its inputs, for as long as its loop',
    async ({ file, loop }) => {
      const { inputs } = await readPresetFile(join('presets', `${file}.tiller.json`));
      const csv = readFileSync(join('presets', 'gestures', `${file}.csv`), 'utf8');
      const { moves } = parseGestureCsv(csv, inputs.length);
      expect(new Set(moves.map(({ input }) => input)).size).toBe(inputs.length);
      const { channels, rate } = await readAudio(join('models', 'loops', `${loop}.wav`));
      const seconds = (channels[0]?.length ?? 0) / rate;
      expect(Math.abs((moves.at(-1)?.seconds ?? 0) - seconds)).toBeLessThan(0.2);
    },
  );

  it('include four presets each for producers, for decks and to be played', () => {
    const uses = new Map<string, number>();
    for (const { use } of sources) uses.set(use, (uses.get(use) ?? 0) + 1);
    expect(Object.fromEntries(uses)).toEqual({ deck: 4, producer: 4, instrument: 4 });
  });
});
