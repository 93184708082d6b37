import type { Command } from 'commander';

type Add = (program: Command) => void;

/** The modules of the commands, in the order of the help. */
const LOADERS: readonly (readonly [names: readonly string[], load: () => Promise<Add>])[] = [
  [['serve'], async () => (await import('./commands/serve.js')).addServe],
  [['render'], async () => (await import('./commands/render.js')).addRender],
  [['generate'], async () => (await import('./commands/generate.js')).addGenerate],
  [['import'], async () => (await import('./commands/import.js')).addImport],
  [['inspect'], async () => (await import('./commands/inspect.js')).addInspect],
  [['encode', 'decode'], async () => (await import('./commands/codec.js')).addCodec],
  [['train'], async () => (await import('./commands/train.js')).addTrain],
  [['map'], async () => (await import('./commands/map.js')).addMap],
  [['listen'], async () => (await import('./commands/listen.js')).addListen],
  [['examples'], async () => (await import('./commands/examples.js')).addExamples],
  [['bench'], async () => (await import('./commands/bench.js')).addBench],
  [['doctor'], async () => (await import('./commands/doctor.js')).addDoctor],
  [['demo'], async () => (await import('./commands/demo.js')).addDemo],
  [['host'], async () => (await import('./commands/host.js')).addHost],
];

/**
 * Adds the commands that may be meant by a command line: those whose names stand in it, since loading all takes several times as
 * long as most commands do; all where none does, for the help and for the names that an unknown one resembles.
 */
export async function addCommands(program: Command, args: readonly string[]): Promise<void> {
  const named = LOADERS.filter(([names]) => names.some((name) => args.includes(name)));
  for (const [, load] of named.length > 0 ? named : LOADERS) (await load())(program);
}
