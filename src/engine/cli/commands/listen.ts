import type { Command } from 'commander';
import { resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { applyEdit } from '../../../document/apply-edit.js';
import { pack } from '../../../document/packing.js';
import { formatPreset } from '../../../document/parse-preset.js';
import { TillerError } from '../../../document/tiller-error.js';
import { prepareListener } from '../../listen-with/prepare-listener.js';
import { fitsDecoder } from '../../model/run/listener.js';
import { requireEncoder } from '../../model/run/model-kind.js';
import { readPresetFile } from '../../presets/preset-file.js';
import { fromFileError } from '../../system/file-error.js';
import { contextOf } from '../context.js';
import { checkInput, checkOutput } from '../files.js';
import { modelOf } from './render.js';

interface Options {
  output: string;
  force?: true;
  asIs?: true;
}

/** `tiller listen PRESET MODEL -o OUT`. */
export function addListen(program: Command): void {
  program
    .command('listen')
    .description('have another model’s encoder hear what a preset plays')
    .argument('<preset>', 'preset file')
    .argument('<model>', 'whose encoder: name, start of the SHA-256, or .ts file (imported first)')
    .requiredOption('-o, --output <preset>', 'preset file to write; may be the same')
    .option('-f, --force', 'replace another file of that name')
    .option('--as-is', 'take its latents as they are, where they are as many')
    .action(listen);
}

async function listen(path: string, name: string, options: Options, command: Command): Promise<void> {
  const context = contextOf(command);
  const { report, models } = context;
  const { output } = options;
  checkInput(path);
  checkOutput(output, options.force === true || resolve(output) === resolve(path));
  const preset = await readPresetFile(path);
  const player = await modelOf(preset, context);
  const listened = await models.resolve(name);
  const { sha256, latentDims } = listened.manifest;
  const isAdapted = options.asIs !== true;
  if (isAdapted) requireEncoder(player.manifest);
  const isSameCount = latentDims === player.manifest.latentDims;
  if (!fitsDecoder(listened.manifest, player.manifest) || !(isAdapted || isSameCount))
    throw new TillerError(
      'argument-invalid',
      `The encoder of “${listened.manifest.name}” does not fit “${player.manifest.name}”.`,
      'It needs the same sample rate, hop and input channels, and with --as-is as many latents.',
    );
  const progress = report.progress('Listening');
  const { delaySamples, adapter } = await prepareListener(player, listened, isAdapted, (share) =>
    progress.at(share),
  ).finally(() => progress.done());
  const listenWith = {
    model: { name: listened.manifest.name, sha256 },
    delaySamples,
    adapter: adapter && { inputs: latentDims, weights: pack(adapter, 'float32') },
  };
  try {
    await writeFileAtomic(output, formatPreset(applyEdit(preset, { type: 'listen-with', listenWith })));
  } catch (error) {
    throw fromFileError(error, output);
  }
  report.result({ output, model: listened.manifest.name, adapted: isAdapted, delaySamples }, [
    `${output}: “${player.manifest.name}” with the encoder of “${listened.manifest.name}”, ${isAdapted ? 'adapted' : 'as it is'}`,
  ]);
}
