import type { Command } from 'commander';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AudioStream } from '../../audio/read.js';
import { SoundReader } from '../../audio/sound-stream.js';
import { TillerError } from '../../../document/tiller-error.js';
import { zeroNonFinite } from '../../model/run/non-finite.js';
import { requireEncoder, requireLatents } from '../../model/run/model-kind.js';
import { openModel } from '../../model/run/open-model.js';
import { streamNoise } from '../../stream/stream-noise.js';
import { contextOf } from '../context.js';
import { checkInput, checkOutput, checkSoundName, writeSound } from '../files.js';
import { readNpy, writeNpy } from '../../audio/npy.js';
import { atRate } from '../../audio/at-rate.js';

/** Latent frames after which the event loop runs, so that signals are handled. */
const FRAMES_PER_TURN = 64;

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
    .argument('<in>', 'WAV, AIFF, FLAC, MP3 or Ogg')
    .requiredOption('-o, --output <z.npy>', 'float32 array [dimensions, frames] to write')
    .option('-f, --force', 'replace an existing file')
    .action(encode);
  program
    .command('decode')
    .description('turn latents into audio, streaming in the model’s block')
    .argument('<model>', 'name, start of the SHA-256, or .ts file')
    .argument('<z.npy>', 'float32 array [dimensions, frames]')
    .requiredOption('-o, --output <out.wav>', '32-bit float WAV to write')
    .option('-f, --force', 'replace an existing file')
    .action(decode);
}

async function encode(name: string, path: string, options: Options, command: Command): Promise<void> {
  const { report, models, noise } = contextOf(command);
  checkOutput(options.output, options.force);
  const { dir, manifest } = await models.resolve(name);
  requireEncoder(manifest);
  const { hop, inputChannels, latentDims, sampleRate, delaySamples } = manifest;
  const file = await AudioStream.open(path);
  const input = atRate(file, sampleRate);
  const reader = new SoundReader(input);
  const block = Array.from({ length: input.channels }, () => new Float32Array(hop));
  const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
  const source = streamNoise(noise).model;
  const encoded: Float32Array[] = [];
  let samples = 0;
  const progress = report.progress('Encoding');
  for (let ended = false; !ended || encoded.length * hop < samples + delaySamples;) {
    for (const channel of block) channel.fill(0);
    if (!ended) {
      const count = reader.read(block, hop);
      samples += count;
      ended = count < hop;
      if (count === 0) continue;
    }
    feed(model.audioIn, block, inputChannels, hop);
    model.encode(source);
    zeroNonFinite(model.encoded);
    encoded.push(model.encoded.slice(0, latentDims));
    progress.at(file.share);
    if (encoded.length % FRAMES_PER_TURN === 0) await nextTurn();
  }
  progress.done();
  model.close();
  file.close();
  const frames = encoded.length;
  const data = new Float32Array(latentDims * frames);
  encoded.forEach((latents, frame) => latents.forEach((value, d) => (data[d * frames + frame] = value)));
  await writeNpy(options.output, { rows: latentDims, columns: frames, data });
  report.result(
    { output: options.output, dimensions: latentDims, frames, hop, rate: sampleRate, samples, delaySamples },
    [
      `${options.output}: ${latentDims} dimensions × ${frames} frames of ${hop} samples at ${sampleRate} Hz`,
      `after decoding, the ${samples} samples are ${delaySamples} samples later, by the model’s own delay`,
    ],
  );
}

async function decode(name: string, path: string, options: Options, command: Command): Promise<void> {
  const { report, models, noise } = contextOf(command);
  checkInput(path);
  checkSoundName(options.output);
  checkOutput(options.output, options.force);
  const { dir, manifest } = await models.resolve(name);
  requireLatents(manifest);
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
  const sound = Array.from({ length: outputChannels }, (_, c) =>
    model.audioOut.subarray(c * hop, (c + 1) * hop),
  );
  const progress = report.progress('Decoding');
  await writeSound(options.output, sampleRate, outputChannels, async (writer) => {
    for (let frame = 0; frame < columns; frame++) {
      for (let d = 0; d < latentDims; d++) model.latents[d] = data[d * columns + frame] ?? 0;
      model.decode(source);
      writer.append(sound, hop);
      progress.at(frame / columns);
      if (frame % FRAMES_PER_TURN === 0) await nextTurn();
    }
  }).finally(() => progress.done());
  model.close();
  report.result({ output: options.output, seconds: (columns * hop) / sampleRate, rate: sampleRate }, [
    `${options.output}: ${((columns * hop) / sampleRate).toFixed(2)} s at ${sampleRate} Hz`,
  ]);
}

/** Writes one hop of a file to the model's input: the mean of the channels for mono, one channel twice for stereo. */
function feed(audioIn: Float32Array, block: readonly Float32Array[], wanted: number, hop: number): void {
  const [first, second] = block;
  if (first === undefined) return;
  if (wanted === 2) {
    audioIn.set(first, 0);
    audioIn.set(second ?? first, hop);
  } else
    for (let i = 0; i < hop; i++)
      audioIn[i] = second === undefined ? (first[i] ?? 0) : ((first[i] ?? 0) + (second[i] ?? 0)) / 2;
}
