import { type Command, InvalidArgumentError, Option } from 'commander';
import { basename } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { formatPreset } from '../../../document/parse-preset.js';
import { Trainer } from '../../mapping/trainer.js';
import { axisNotes, LAYOUTS, type Layout } from '../../starter-map/layout.js';
import { mapModel } from '../../starter-map/map-model.js';
import { DEFAULT_CANDIDATES, DEFAULT_ZONES, MAX_ZONES, type Zone } from '../../starter-map/starter-map.js';
import { starterPreset } from '../../starter-map/starter-preset.js';
import { fromFileError } from '../../system/file-error.js';
import { contextOf } from '../context.js';
import { checkOutput, soundFiles } from '../files.js';

interface Options {
  output: string;
  force?: true;
  zones: number;
  layout: Layout;
  seed: number;
}

const whole =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`It takes a whole number from ${low} to ${high}.`);
    return value;
  };

/** `tiller map MODEL [AUDIO…] -o PRESET`. */
export function addMap(program: Command): void {
  program
    .command('map')
    .description('place sounds of a model on the pad, learned and ready to play')
    .argument('<model>', 'name, start of the SHA-256, or .ts file (imported first)')
    .argument(
      '[audio...]',
      'WAV, AIFF, FLAC, MP3 or Ogg files, or folders of them, that the model should play (else the bundled loops)',
    )
    .requiredOption('-o, --output <preset>', 'preset file to write')
    .option('-f, --force', 'replace a file of that name')
    .option('--zones <n>', `sounds to place, 2 to ${MAX_ZONES}`, whole(2, MAX_ZONES), DEFAULT_ZONES)
    .addOption(
      new Option('--layout <layout>', 'what the pad’s vertical axis means, or neighbours that sound alike')
        .choices(LAYOUTS)
        .default('loudness'),
    )
    .option('--seed <k>', 'of the draws: another seed, another map', whole(0, 0xffffffff), 1)
    .action(async (name: string, audio: string[], options: Options, command: Command) => {
      const { report, models } = contextOf(command);
      const { output, zones: count, layout, seed } = options;
      const files = soundFiles(audio);
      checkOutput(output, options.force);
      const { dir, manifest } = await models.resolve(name);
      const progress = report.progress('Listening');
      const empty = starterPreset(manifest, [], layout);
      const { zones, order } = await mapModel(dir, manifest, {
        files,
        zones: count,
        candidates: DEFAULT_CANDIDATES,
        layout,
        seed,
        ceilingDb: empty.output.ceilingDb,
        onProgress: (share) => progress.at(share),
      }).finally(() => progress.done());
      const preset = starterPreset(manifest, zones, layout);
      const trainer = new Trainer();
      const { trained } = await trainer
        .train({
          examples: preset.examples,
          learning: preset.learning,
          inputCount: preset.inputs.length,
          latentCount: manifest.latentDims,
        })
        .finally(() => trainer.close());
      try {
        await writeFileAtomic(output, formatPreset({ ...preset, trained }));
      } catch (error) {
        throw fromFileError(error, output);
      }
      report.result({ output, model: manifest.name, layout, seed, order, zones: zones.map(figures) }, [
        `${basename(output)}: ${zones.length} sounds of “${manifest.name}” on the pad, ${preset.inputs.map((input) => input.name.toLowerCase()).join(' and ')}`,
        ...zones.map(line),
        ...axisNotes(layout, order),
      ]);
    });
}

const figures = ({ label, hue, place, loudnessLufs, brightnessHz, noisiness, pitchHz, latents }: Zone) => ({
  label,
  hue,
  place,
  loudnessLufs,
  brightnessHz,
  noisiness,
  pitchHz,
  latents: Array.from(latents),
});

const line = ({ label, place: [x, y], loudnessLufs, brightnessHz, noisiness }: Zone) =>
  `${label.padEnd(20)} at ${x.toFixed(2)}, ${y.toFixed(2)}   ${loudnessLufs.toFixed(1).padStart(6)} LUFS  ${brightnessHz.toFixed(0).padStart(5)} Hz  noisiness ${noisiness.toFixed(2)}`;
