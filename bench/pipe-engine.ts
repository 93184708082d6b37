/**
 * The engine that `bench/pipe.ts` measures: the plugin's pipe, host session and instrument, without models, presets or
 * page. Edits the document every `process.argv[2]` milliseconds, as a player would.
 */
// The pipes must wait: why nothing may open a stream of Node's on them, `src/engine/cli/host.ts` says.
Object.defineProperty(process, 'stdin', { configurable: true, get: () => undefined });
Object.defineProperty(process, 'stdout', { configurable: true, get: () => process.stderr });

const { HostSession } = await import('../src/engine/host/host-session.js');
const { PipeLink } = await import('../src/engine/host/pipe-link.js');
const { Instrument } = await import('../src/engine/instrument/instrument.js');
const { HostLatency } = await import('../src/engine/host/host-latency.js');
const { Trainer } = await import('../src/engine/mapping/trainer.js');

const link = new PipeLink('bench', new URL('../engine/host-worker.js', import.meta.url));
const presets = {
  list: () => Promise.resolve([]),
  read: () => Promise.reject(new Error('there are no presets')),
  subscribe: () => () => undefined,
};
const models = { find: () => Promise.resolve(null), list: () => Promise.resolve([]) };
const instrument = new Instrument({
  link,
  presets: presets as never,
  models,
  trainer: new Trainer(new URL('../engine/train-worker.js', import.meta.url)),
});
const session = new HostSession({
  link,
  instrument,
  presets,
  models,
  latency: new HostLatency(link, (error) => instrument.notify(error)),
  openInterface: () => Promise.reject(new Error('there is no page')),
});
link.listen((message) => {
  if (message.type === 'ended') {
    if (message.reason !== null) process.stderr.write(`${message.reason}\n`);
    process.exit(message.reason === null ? 0 : 1);
  }
  void session.receive(message);
});
let seed = 1;
setInterval(() => instrument.edit({ type: 'set-seed', seed: ++seed }), Number(process.argv[2]));

export {};
