import { type Command, InvalidArgumentError } from 'commander';
import { emptyPreset } from '../../../document/default-preset.js';
import { MAX_RATE, MIN_RATE } from '../../../document/limits.js';
import { PARAMETERS, PARAMETER_INDEX } from '../../../document/parameters.js';
import { TillerError } from '../../../document/tiller-error.js';
import { useModel } from '../../../document/use-model.js';
import type { SoundStream } from '../../audio/sound-stream.js';
import { hasPrior } from '../../model/run/model-kind.js';
import { render } from '../../stream/render.js';
import { contextOf } from '../context.js';
import { checkOutput, checkSoundName, writeSound } from '../files.js';
import { wholeNumber } from '../numbers.js';

const MAX_SECONDS = 3600;
/** Samples of silence that are read at once. */
const PIECE = 65_536;

interface Options {
  output: string;
  force?: true;
  seconds: number;
  temperature: number;
  rate?: number;
}

/** `tiller generate MODEL -o OUT`. */
export function addGenerate(program: Command): void {
  program
    .command('generate')
    .description('let a model with a prior play by itself, into a WAV')
    .argument('<model>', 'name, start of the SHA-256, or .ts file (imported first)')
    .requiredOption('-o, --output <out.wav>', '32-bit float WAV to write')
    .option('-f, --force', 'replace an existing file')
    .option('--seconds <s>', `how long, 1 to ${MAX_SECONDS}`, wholeNumber(1, MAX_SECONDS), 10)
    .option(
      '--temperature <t>',
      'what the prior is given: 0 is what it was trained for, less is more regular',
      temperatureOf,
      0,
    )
    .option('--rate <hertz>', 'render at this rate instead of the model’s', wholeNumber(MIN_RATE, MAX_RATE))
    .action(generate);
}

async function generate(name: string, options: Options, command: Command): Promise<void> {
  const { report, models, noise } = contextOf(command);
  const { output, seconds, temperature } = options;
  checkSoundName(output);
  checkOutput(output, options.force);
  const model = await models.resolve(name);
  const { manifest } = model;
  if (!hasPrior(manifest))
    throw new TillerError(
      'model-interface',
      `“${manifest.name}” has no prior: it does not play by itself.`,
      'Render audio through it, or choose another model.',
    );
  const empty = useModel(emptyPreset(null, 0), manifest, manifest.latentRanges);
  const preset = { ...empty, output: { ...empty.output, prior: true, priorTemperature: temperature } };
  const channels = manifest.outputChannels === 2 ? 2 : 1;
  // Tracks have a least rate; a model may have less.
  const { sampleRate } = manifest;
  const rate = options.rate ?? sampleRate * Math.ceil(MIN_RATE / sampleRate);
  const input = silence(rate, channels, seconds * rate);
  const progress = report.progress('Playing');
  let done = 0;
  const rendered = await writeSound(output, rate, channels, (writer) =>
    render({
      input,
      output: (samples, count) => {
        writer.append(samples, count);
        done += count;
      },
      preset,
      model,
      noise,
      onProgress: () => progress.at(done / (seconds * rate)),
    }),
  ).finally(() => progress.done());
  const { faults, realTimeShare } = rendered;
  report.result({ output, seconds, rate, temperature, faults, realTimeShare }, [
    `${output}: ${seconds} s at ${rate} Hz; ${(100 * realTimeShare).toFixed(0)} % of real time; ${faults} faults`,
  ]);
}

function silence(rate: number, channels: number, length: number): SoundStream {
  let left = length;
  return {
    rate,
    channels,
    next: () => {
      const count = Math.min(PIECE, left);
      left -= count;
      return count === 0 ? null : Array.from({ length: channels }, () => new Float32Array(count));
    },
  };
}

function temperatureOf(text: string): number {
  const { min = 0, max = 0 } = PARAMETERS[PARAMETER_INDEX.priorTemperature] ?? {};
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new InvalidArgumentError(`It takes a number from ${min} to ${max}.`);
}
