import type { Command } from 'commander';
import { readAudio } from '../../audio/read.js';
import { TillerError } from '../../errors.js';
import { openModel } from '../../model/run.js';
import { streamNoise } from '../../session/player.js';
import { contextOf } from '../context.js';
import { checkOutput, writeSound } from '../files.js';
import { readNpy, writeNpy } from '../npy.js';
import { toRate } from '../rates.js';

interface Options {
  output: string;
  force?: true;
}

/** `tiller encode MODEL IN -o Z` and `tiller decode MODEL Z -o OUT`. */
export function addCodec(program: Command): void {
  program
    .command('encode')
    .description('turn audio into latents, streaming in the model’s block')
    .argument('<model>', 'name, start of the SHA-256, or .ts file')
    .argument('<in>', 'WAV, AIFF or FLAC')
    .requiredOption('-o, --output <z.npy>', 'float32 array [dimensions, frames] to write')
    .option('-f, --force', 'replace a file of that name')
    .action(encode);
  program
    .command('decode')
    .description('turn latents into audio, streaming in the model’s block')
    .argument('<model>', 'name, start of the SHA-256, or .ts file')
    .argument('<z.npy>', 'float32 array [dimensions, frames]')
    .requiredOption('-o, --output <out.wav>', '32-bit float WAV to write')
    .option('-f, --force', 'replace a file of that name')
    .action(decode);
}

async function encode(name: string, path: string, options: Options, command: Command): Promise<void> {
  const { report, models, noise } = contextOf(command);
  checkOutput(options.output, options.force);
  const { dir, manifest } = await models.resolve(name);
  const { hop, inputChannels, latentDims, sampleRate } = manifest;
  const audio = toRate(await readAudio(path), sampleRate);
  const length = audio.channels[0]?.length ?? 0;
  const frames = Math.floor(length / hop);
  const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
  const source = streamNoise(noise).model;
  const data = new Float32Array(latentDims * frames);
  const progress = report.progress('Encoding');
  const channels = matchChannels(audio.channels, inputChannels);
  for (let frame = 0; frame < frames; frame++) {
    channels.forEach((samples, c) =>
      model.audioIn.set(samples.subarray(frame * hop, (frame + 1) * hop), c * hop),
    );
    model.encode(source);
    for (let d = 0; d < latentDims; d++) data[d * frames + frame] = model.encoded[d] ?? 0;
    progress.at(frame / frames);
  }
  progress.done();
  model.close();
  await writeNpy(options.output, { rows: latentDims, columns: frames, data });
  report.result({ output: options.output, dimensions: latentDims, frames, hop, rate: sampleRate }, [
    `${options.output}: ${latentDims} dimensions × ${frames} frames of ${hop} samples at ${sampleRate} Hz`,
  ]);
}

async function decode(name: string, path: string, options: Options, command: Command): Promise<void> {
  const { report, models, noise } = contextOf(command);
  checkOutput(options.output, options.force);
  const { dir, manifest } = await models.resolve(name);
  const { hop, outputChannels, latentDims, sampleRate } = manifest;
  const { rows, columns, data } = await readNpy(path);
  if (rows !== latentDims)
    throw new TillerError(
      'array-unreadable',
      `The array has ${rows} rows; ${manifest.name} has ${latentDims} latent dimensions.`,
      'Encode it with the same model.',
    );
  const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
  const source = streamNoise(noise).model;
  const channels = Array.from({ length: outputChannels }, () => new Float32Array(columns * hop));
  const progress = report.progress('Decoding');
  for (let frame = 0; frame < columns; frame++) {
    for (let d = 0; d < latentDims; d++) model.latents[d] = data[d * columns + frame] ?? 0;
    model.decode(source);
    channels.forEach((samples, c) =>
      samples.set(model.audioOut.subarray(c * hop, (c + 1) * hop), frame * hop),
    );
    progress.at(frame / columns);
  }
  progress.done();
  model.close();
  writeSound(options.output, { channels, rate: sampleRate });
  report.result({ output: options.output, seconds: (columns * hop) / sampleRate, rate: sampleRate }, [
    `${options.output}: ${((columns * hop) / sampleRate).toFixed(2)} s at ${sampleRate} Hz`,
  ]);
}

/** A file's channels as the model takes them: their mean for one, the first twice for two. */
function matchChannels(channels: readonly Float32Array[], wanted: number): Float32Array[] {
  const [first, second] = channels;
  if (first === undefined)
    throw new TillerError('audio-unreadable', 'The file has no sound in it.', 'Choose another.');
  if (wanted === 2) return [first, second ?? first];
  if (second === undefined) return [first];
  return [
    first.map(
      (sample, i) => channels.reduce((sum, channel) => sum + (channel[i] ?? 0), 0 * sample) / channels.length,
    ),
  ];
}
