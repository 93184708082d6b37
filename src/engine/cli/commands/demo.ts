import type { Command } from 'commander';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { AudioStream } from '../../audio/read.js';
import { gatherSound, wholeSound } from '../../audio/sound-stream.js';
import { TillerError } from '../../../document/tiller-error.js';
import { fromFileError } from '../../system/file-error.js';
import { readPresetFile } from '../../presets/preset-file.js';
import { render } from '../../stream/render.js';
import { contextOf } from '../context.js';
import { writeSound } from '../files.js';
import { bundledFolder } from '../../system/paths.js';
import { atRate } from '../rates.js';
import { spectrogramPng } from '../spectrogram.js';
import { modelOf, readGesture } from './render.js';

const LOOP = 'kit-beat.wav';
const PRESET = 'drum-garden.tiller.json';
const GESTURE = 'demo-gesture.csv';

function shipped(folder: 'loops' | 'presets', name: string): string {
  const found = bundledFolder(folder);
  if (found === null)
    throw new TillerError(
      'file-missing',
      `The folder of ${folder} does not come with this installation.`,
      'Install Tiller again.',
    );
  return join(found, name);
}

/** `tiller demo`: renders bundled material. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('render the bundled loop through the bundled model, steered by a recorded gesture')
    .option('-o, --output <folder>', 'folder to write into', 'out')
    .action(async (options: { output: string }, command: Command) => {
      const context = contextOf(command);
      if (options.output === '')
        throw new TillerError('argument-invalid', 'The output has no name.', 'Name a folder.');
      const preset = await readPresetFile(shipped('presets', PRESET));
      const { dir, manifest } = await modelOf(preset, context);
      const rate = manifest.sampleRate;
      const loop = await AudioStream.open(shipped('loops', LOOP));
      const before = gatherSound(atRate(loop, rate));
      loop.close();
      const gesture = await readGesture(shipped('presets', GESTURE), preset);
      try {
        await mkdir(options.output, { recursive: true });
      } catch (error) {
        throw fromFileError(error, options.output);
      }
      const wav = join(options.output, 'tiller-demo.wav');
      const png = join(options.output, 'tiller-demo.png');
      const after = new Float32Array(before[0]?.length ?? 0);
      let done = 0;
      const progress = context.report.progress('Rendering');
      const { samples, latencySamples, realTimeShare } = await writeSound(
        wav,
        rate,
        before.length,
        (writer) =>
          render({
            input: wholeSound(rate, before),
            output: (sound, count) => {
              writer.append(sound, count);
              after.set(sound[0] ?? [], done);
              done += count;
            },
            preset,
            model: { dir, manifest },
            gesture,
            onProgress: () => progress.at(done / after.length),
          }),
      ).finally(() => progress.done());
      try {
        await writeFileAtomic(png, spectrogramPng([before[0] ?? after, after], rate));
      } catch (error) {
        throw fromFileError(error, png);
      }
      const seconds = samples / rate;
      context.report.result({ wav, png, seconds, latencySamples, realTimeShare }, [
        `Rendered ${LOOP} (${seconds.toFixed(1)} s) with the model “${manifest.name}” (${manifest.latentDims} latents, hop ${manifest.hop}).`,
        `The preset “${preset.name}” maps ${preset.inputs.length} inputs onto the latents, learned from ${preset.examples.length} examples.`,
        `It was steered by a gesture of ${gesture.moves.length} moves; the latency of ${latencySamples} samples is compensated.`,
        `It took ${(100 * realTimeShare).toFixed(0)} % of real time on one thread.`,
        `The result is ${wav}; ${png} shows the loop (above) and the result (below).`,
      ]);
    });
}
