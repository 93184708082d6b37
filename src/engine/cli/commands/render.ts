import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { AudioStream } from '../../audio/read.js';
import { TillerError } from '../../../document/tiller-error.js';
import { fromFileError } from '../../system/file-error.js';
import { MAX_RATE, MIN_RATE } from '../../../document/limits.js';
import { parseGestureMidi } from '../../inputs/gesture-midi.js';
import { isMidiFile } from '../../inputs/midi-file-reader.js';
import type { Gesture } from '../../stream/gesture.js';
import { parseGestureCsv } from '../../inputs/gesture-csv.js';
import type { Preset } from '../../../document/preset.js';
import { isPresetId, readPresetFile } from '../../presets/preset-file.js';
import { PresetStore } from '../../presets/preset-store.js';
import { lightFiles } from '../../model/manifest.js';
import { listenerOf, unheard } from '../../model/run/listener.js';
import { render } from '../../stream/render.js';
import type { Context } from '../context.js';
import { contextOf } from '../context.js';
import { checkInput, checkOutput, checkSoundName, writeSound } from '../files.js';
import { wholeNumber } from '../numbers.js';
import { USER_PRESETS, bundledFolder } from '../../system/paths.js';
import { atRate } from '../../audio/at-rate.js';

interface Options {
  output: string;
  force?: true;
  preset: string;
  gesture?: string;
  rate?: number;
  block: number;
  seed?: number;
  exact?: true;
}

/** Reads a gesture for `preset` from a CSV or a Standard MIDI File. @throws TillerError `gesture-unreadable`, `file-missing` */
export async function readGesture(path: string, preset: Preset): Promise<Gesture> {
  checkInput(path);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fromFileError(error, path);
  }
  return isMidiFile(bytes)
    ? parseGestureMidi(bytes, preset.inputs)
    : parseGestureCsv(textOf(bytes), preset.inputs.length);
}

/** Excel's “Unicode Text” is UTF-16. */
function textOf(bytes: Buffer): string {
  return bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
}

/** Reads a preset by its path or its identifier. @throws TillerError `preset-invalid`, `preset-missing`, `file-missing` */
async function presetOf(what: string): Promise<Preset> {
  checkInput(what);
  if (isPresetId(what)) return new PresetStore(USER_PRESETS, bundledFolder('presets')).read(what);
  return readPresetFile(what);
}

/** The model of a preset. @throws TillerError `model-missing` */
export async function modelOf(preset: Preset, { models }: Context) {
  if (preset.model === null)
    throw new TillerError(
      'model-missing',
      `The preset “${preset.name}” has no model.`,
      'Choose a model and save the preset.',
    );
  const found = await models.find(preset.model.sha256);
  if (found === null)
    throw new TillerError(
      'model-missing',
      `The preset needs the model “${preset.model.name}” (${preset.model.sha256.slice(0, 12)}), which is not in the library.`,
      'Import its .ts file: tiller import model.ts',
    );
  return found;
}

/** The preset's model, with the one that it listens with; where that is missing or does not fit, its own encoder plays, which is said. */
async function playedBy(preset: Preset, context: Context) {
  const model = await modelOf(preset, context);
  const { listenWith } = preset;
  if (listenWith === null) return model;
  const listened = await context.models.find(listenWith.model.sha256);
  const listener = listenerOf(listenWith, listened, model.manifest);
  if (listener === null) context.report.warn(unheard(listenWith, listened).message);
  return { ...model, listener };
}

const inExact = (preset: Preset): Preset => ({
  ...preset,
  output: { ...preset.output, precision: 'exact' },
});

/** `tiller render IN -o OUT --preset P`. */
export function addRender(program: Command): void {
  program
    .command('render')
    .description('play an audio file through a preset, steered by a gesture, into a WAV')
    .argument('<in>', 'WAV, AIFF, FLAC, MP3 or Ogg')
    .requiredOption('-o, --output <out.wav>', '32-bit float WAV to write')
    .requiredOption('-p, --preset <file>', 'preset file, or an id such as factory/drum-garden')
    .option('-f, --force', 'replace an existing file')
    .option('-g, --gesture <file>', 'CSV of seconds and one column per input, or a MIDI file')
    .option('--rate <hertz>', 'render at this rate instead of the file’s', wholeNumber(MIN_RATE, MAX_RATE))
    .option('--block <samples>', 'block size', wholeNumber(1, 8192), 512)
    .option('--seed <number>', 'seed of the noise instead of the preset’s', wholeNumber(0, 0xffffffff))
    .option('--exact', 'play the model exactly, also where the preset plays its light form')
    .action(async (path: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const { report } = context;
      checkSoundName(options.output);
      checkOutput(options.output, options.force);
      const stored = await presetOf(options.preset);
      const preset = options.exact === true ? inExact(stored) : stored;
      const model = await playedBy(preset, context);
      const gesture = options.gesture === undefined ? undefined : await readGesture(options.gesture, preset);
      const file = await AudioStream.open(path);
      const input = atRate(file, options.rate);
      const { rate, channels } = input;
      if (rate < MIN_RATE || rate > MAX_RATE)
        throw new TillerError(
          'argument-invalid',
          `${path} has a rate of ${rate} Hz; Tiller supports ${MIN_RATE} to ${MAX_RATE} Hz.`,
          'Add --rate 44100.',
        );
      if (preset.trained === null && preset.examples.length > 0)
        report.warn(
          `the mapping of this preset has not been trained, so its examples have no effect; use tiller train`,
        );
      const { precision, bounceExact } = preset.output;
      if (precision === 'light' && !bounceExact && lightFiles(model.manifest).length === 0)
        report.warn(`${model.manifest.name} has no light form here; it is played exactly`);
      const progress = report.progress('Rendering');
      const noise =
        options.seed !== undefined
          ? { kind: 'seed' as const, seed: options.seed }
          : context.noiseGiven
            ? context.noise
            : undefined;
      const rendered = await writeSound(options.output, rate, channels, (writer) =>
        render({
          input,
          output: (samples, count) => writer.append(samples, count),
          preset,
          model,
          block: options.block,
          ...(gesture ? { gesture } : {}),
          ...(noise ? { noise } : {}),
          onProgress: () => progress.at(file.share),
        }).finally(() => file.close()),
      ).finally(() => progress.done());
      if (file.notFinite > 0)
        report.warn(
          `${file.notFinite} samples of ${path} are not finite numbers; they were replaced by silence`,
        );
      const seconds = rendered.samples / rate;
      const gestureSeconds = gesture?.moves.at(-1)?.seconds ?? 0;
      if (gestureSeconds > seconds)
        report.warn(
          `the gesture lasts ${gestureSeconds.toFixed(1)} s, longer than the audio (${seconds.toFixed(1)} s); its end has no effect`,
        );
      const { latencySamples, faults, realTimeShare } = rendered;
      report.result({ output: options.output, seconds, rate, latencySamples, faults, realTimeShare }, [
        `${options.output}: ${seconds.toFixed(2)} s at ${rate} Hz`,
        `latency of ${latencySamples} samples, compensated; ${(100 * realTimeShare).toFixed(0)} % of real time; ${faults} faults`,
      ]);
    });
}
