// Runs a command that installs packages in the folder of the first argument, and shows its progress on stderr: a line that is
// updated on a terminal, a new line every ten seconds elsewhere. Ends with the command's status.
//   node scripts/install.mjs FOLDER COMMAND [ARGUMENTS]
import { spawn } from 'node:child_process';
import { clearInterval, setInterval } from 'node:timers';
import { countInstalled } from './lock-file.mjs';

const [folder, command, ...args] = process.argv.slice(2);
const isTerminal = process.stderr.isTTY === true;
const started = Date.now();

function progress() {
  const { done, total } = countInstalled(folder);
  const seconds = Math.round((Date.now() - started) / 1000);
  const text = `Installing packages: ${done} of ${total} after ${seconds} s`;
  process.stderr.write(isTerminal ? `\r${text}` : `${text}\n`);
}

const timer = setInterval(progress, isTerminal ? 500 : 10_000);
function end(status) {
  clearInterval(timer);
  progress();
  if (isTerminal) process.stderr.write('\n');
  process.exitCode = status;
}

// Nothing on stdout, which belongs to the command that follows the installation.
spawn(command, args, {
  cwd: folder,
  shell: process.platform === 'win32',
  stdio: ['inherit', process.stderr, 'inherit'],
})
  .on('error', (error) => {
    console.error(`${command} could not be started: ${error.message}`);
    end(1);
  })
  .on('exit', (status) => end(status ?? 1));
