import type { Command } from 'commander';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { AudioStream } from '../../audio/read.js';
import { gatherSound, wholeSound } from '../../audio/sound-stream.js';
import { TillerError } from '../../../document/tiller-error.js';
import { fromFileError } from '../../system/file-error.js';
import type { Preset } from '../../../document/preset.js';
import { readPresetFile } from '../../presets/preset-file.js';
import type { Gesture } from '../../stream/gesture.js';
import { render } from '../../stream/render.js';
import type { Context } from '../context.js';
import { contextOf } from '../context.js';
import { writeSound } from '../files.js';
import { bundledFolder } from '../../system/paths.js';
import { atRate } from '../../audio/at-rate.js';
import { spectrogramPng } from '../spectrogram.js';
import { modelOf, readGesture } from './render.js';

/** What is played, one after the other: a bundled loop as it is, then through a preset steered by the gesture of the same name. */
const SCENES = [
  { loop: 'kit-beat', preset: 'drum-garden' },
  { loop: 'choir-pad', preset: 'held-choir' },
  { loop: 'machine-room', preset: 'engine-room' },
  { loop: 'bells', preset: 'vibraphone-keys' },
] as const;
const CHANNELS = 2;

interface Scene {
  readonly loop: string;
  readonly preset: Preset;
  readonly model: Awaited<ReturnType<typeof modelOf>>;
  readonly gesture: Gesture;
  readonly before: Float32Array[];
}

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

async function openScene(
  names: (typeof SCENES)[number],
  rate: number | null,
  context: Context,
): Promise<Scene> {
  const preset = await readPresetFile(shipped('presets', `${names.preset}.tiller.json`));
  const model = await modelOf(preset, context);
  const loop = await AudioStream.open(shipped('loops', `${names.loop}.wav`));
  const before = gatherSound(atRate(loop, rate ?? model.manifest.sampleRate));
  loop.close();
  const gesture = await readGesture(shipped('presets', join('gestures', `${names.preset}.csv`)), preset);
  return { loop: names.loop, preset, model, gesture, before };
}

/** The first two channels, or a single one twice. */
const stereo = ([left, right]: readonly Float32Array[]): Float32Array[] =>
  left === undefined ? [] : [left, right ?? left];

const samplesOf = ({ before }: Scene): number => before[0]?.length ?? 0;

/** `tiller demo`: renders bundled material. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('render the bundled loops through four presets, steered by recorded gestures')
    .option('-o, --output <folder>', 'folder to write into', 'out')
    .action(async (options: { output: string }, command: Command) => {
      const context = contextOf(command);
      if (options.output === '')
        throw new TillerError('argument-invalid', 'The output has no name.', 'Name a folder.');
      const scenes: Scene[] = [];
      for (const names of SCENES)
        scenes.push(await openScene(names, scenes[0]?.model.manifest.sampleRate ?? null, context));
      const rate = scenes[0]?.model.manifest.sampleRate ?? 0;
      try {
        await mkdir(options.output, { recursive: true });
      } catch (error) {
        throw fromFileError(error, options.output);
      }
      const wav = join(options.output, 'tiller-demo.wav');
      const png = join(options.output, 'tiller-demo.png');
      // Each loop is heard twice, as it is and through its preset; the picture shows both, one above the other.
      const total = scenes.reduce((sum, scene) => sum + samplesOf(scene), 0);
      const [dry, wet] = [new Float32Array(total), new Float32Array(total)];
      let done = 0;
      let busy = 0;
      const progress = context.report.progress('Rendering');
      await writeSound(wav, rate, CHANNELS, async (writer) => {
        for (const scene of scenes) {
          writer.append(stereo(scene.before), samplesOf(scene));
          dry.set(scene.before[0] ?? [], done);
          const { realTimeShare } = await render({
            ...scene,
            input: wholeSound(rate, scene.before),
            output: (sound, count) => {
              writer.append(stereo(sound), count);
              wet.set((sound[0] ?? new Float32Array(0)).subarray(0, count), done);
              done += count;
            },
            onProgress: () => progress.at(done / total),
          });
          busy += realTimeShare * samplesOf(scene);
        }
      }).finally(() => progress.done());
      try {
        await writeFileAtomic(png, spectrogramPng([dry, wet], rate));
      } catch (error) {
        throw fromFileError(error, png);
      }
      const seconds = (2 * total) / rate;
      const realTimeShare = busy / total;
      context.report.result(
        { wav, png, seconds, realTimeShare, presets: scenes.map(({ preset }) => preset.name) },
        [
          ...scenes.map(
            ({ loop, preset, model, gesture }) =>
              `${loop}.wav as it is, then through “${preset.name}” (model “${model.manifest.name}”, inputs: ${preset.inputs.length}, ` +
              `examples: ${preset.examples.length}, moves of the gesture: ${gesture.moves.length})`,
          ),
          `Rendering took ${(100 * realTimeShare).toFixed(0)} % of real time on one thread.`,
          `The result is ${wav} (${seconds.toFixed(0)} s); ${png} shows the loops (above) and the results (below).`,
        ],
      );
    });
}
