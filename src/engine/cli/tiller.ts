#!/usr/bin/env node
import { Command, type CommanderError } from 'commander';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError, systemCode } from '../system/file-error.js';
import { addCommands } from './commands.js';
import { EXIT, Report } from './report.js';
import { VERSION } from './version.js';

// The reader of a pipe may have ended (`| head -1`), or the disk of a file be full.
process.stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE') new Report(false).error(fromFileError(error, 'The output'));
  process.exit();
});
process.stderr.on('error', () => undefined);

const json = process.argv.includes('--json');

/** Reports an invalid command line like other errors. */
function refuse({ exitCode, message }: CommanderError): never {
  if (exitCode === 0) process.exit(EXIT.ok);
  if (json)
    new Report(true).error(
      new TillerError(
        'argument-invalid',
        message === '(outputHelp)' ? 'A command is missing.' : message.replace(/^error: /, ''),
        'tiller --help shows the commands.',
      ),
    );
  process.exit(EXIT.usage);
}

const program = new Command('tiller')
  .description('Steer RAVE neural audio models by hand.')
  .version(VERSION)
  .option('--json', 'print the result as JSON')
  .option('--library <dir>', 'model library to use instead of your own')
  .option('--noise <setting>', 'silent | U,N (constants: uniform, normal) | seed:K', 'seed:1')
  .showHelpAfterError('(tiller --help shows the commands)')
  .configureOutput(json ? { writeErr: () => undefined } : {})
  .exitOverride(refuse);

try {
  await addCommands(program, process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  new Report(json).error(error);
}
