import type { Command } from 'commander';
import { PipeLink } from '../../host/pipe-link.js';
import { runHost } from '../../app/plugin-app.js';
import { Trainer } from '../../mapping/trainer.js';
import { importInThread } from '../../model/import/import-thread.js';
import { ControllerMapFile } from '../../persistence/controller-map.js';
import { Programs } from '../../persistence/programs.js';
import { PresetStore } from '../../presets/preset-store.js';
import { userLibraryDir } from '../../model/library/model-folder.js';
import { ModelLibrary } from '../../model/library/model-library.js';
import {
  FAVOURITES,
  USER_PRESETS,
  VIEW,
  bundledFolder,
  controllerMapFile,
  programsFile,
} from '../../system/paths.js';
import { VERSION } from '../version.js';

/** Runs the engine in the plugin. Modules for the page are loaded with the first window, so that a restart is fast. */
export function hostEngine(link: PipeLink): void {
  const presets = new PresetStore(USER_PRESETS, bundledFolder('presets'));
  const models = new ModelLibrary(userLibraryDir(), bundledFolder('models'), importInThread);
  const programs = new Programs(programsFile(USER_PRESETS));
  runHost(link, {
    presets,
    programs,
    controllerMap: new ControllerMapFile(controllerMapFile(USER_PRESETS)),
    models,
    trainer: new Trainer(),
    serve: async (instrument, hostLatency, playerControllers) => {
      const { serveInstrument } = await import('../../app/live-app.js');
      return serveInstrument(instrument, {
        kind: 'plugin',
        hostLatency,
        playerControllers,
        presets,
        programs,
        models,
        bundledModelsFolder: bundledFolder('models'),
        favouritesPath: FAVOURITES,
        viewPath: VIEW,
        version: VERSION,
      });
    },
  });
}

/** `tiller host`: the same as `cli/host.ts`, for tests; hidden from the help. */
export function addHost(program: Command): void {
  program.command('host', { hidden: true }).action(() => hostEngine(new PipeLink(VERSION)));
}
