import { Command } from 'commander';
import { addCommands } from '../../../src/engine/cli/commands.js';

// The bundler inserts it.
Object.assign(globalThis, { __TILLER_VERSION__: 'test' });

async function namesFor(...args: string[]): Promise<string[]> {
  const program = new Command();
  await addCommands(program, args);
  return program.commands.map((command) => command.name());
}

test('only the commands that stand in the command line are loaded', async () => {
  expect(await namesFor('--json', 'inspect', 'percussion')).toEqual(['inspect']);
  expect(await namesFor('decode', 'a.npy')).toEqual(['encode', 'decode']);
  // The library's folder has a command's name.
  expect(await namesFor('--library', 'render', 'inspect', 'percussion')).toEqual(['render', 'inspect']);
});

test('without a command all are loaded, and each is found by its own name', async () => {
  const all = await namesFor('--help');
  expect(all).toContain('serve');
  for (const name of all) expect(await namesFor(name)).toContain(name);
});
