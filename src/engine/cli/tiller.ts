#!/usr/bin/env node
import { Command } from 'commander';
import { addBench } from './commands/bench.js';
import { addCodec } from './commands/codec.js';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { addHost } from './commands/host.js';
import { addImport } from './commands/import.js';
import { addInspect } from './commands/inspect.js';
import { addRender } from './commands/render.js';
import { addServe } from './commands/serve.js';
import { addTrain } from './commands/train.js';
import { EXIT, Report } from './report.js';
import { VERSION } from './version.js';

const program = new Command('tiller')
  .description('Steer RAVE neural audio models by hand.')
  .version(VERSION)
  .option('--json', 'print the result as JSON')
  .option('--library <dir>', 'model library to use instead of your own')
  .option('--noise <setting>', 'silent | U,N (constants: uniform, normal) | seed:K', 'seed:1')
  .showHelpAfterError('(tiller --help shows the commands)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));

for (const add of [
  addServe,
  addRender,
  addImport,
  addInspect,
  addCodec,
  addTrain,
  addBench,
  addDoctor,
  addDemo,
  addHost,
])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  new Report(program.opts<{ json?: true }>().json === true).error(error);
}
