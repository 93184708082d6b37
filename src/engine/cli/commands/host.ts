import type { Command } from 'commander';
import { runHost } from '../../host/run-host.js';
import { Trainer } from '../../mapping/trainer.js';
import { PresetStore } from '../../preset/store.js';
import { serveInstrument } from '../../server/session.js';
import { contextOf } from '../context.js';
import { USER_PRESETS, shippedFolder } from '../places.js';
import { VERSION } from '../version.js';

/** `tiller host`: the engine inside the plugin, which starts it; nothing for people to type. */
export function addHost(program: Command): void {
  program.command('host', { hidden: true }).action((_options: unknown, command: Command) => {
    const { models } = contextOf(command);
    const presets = new PresetStore(USER_PRESETS, shippedFolder('presets'));
    runHost({
      presets,
      models,
      trainer: new Trainer(),
      version: VERSION,
      serve: (instrument) =>
        serveInstrument(instrument, {
          kind: 'plugin',
          presets,
          models,
          bundledModelsFolder: shippedFolder('models'),
          version: VERSION,
        }),
    });
  });
}
