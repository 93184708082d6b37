import type { ControllerMapFile } from '../persistence/controller-map.js';
import type { Programs } from '../persistence/programs.js';
import type { Trainer } from '../mapping/trainer.js';
import type { PresetStore } from '../presets/preset-store.js';
import type { ModelSource } from '../instrument/instrument-state.js';
import { Instrument } from '../instrument/instrument.js';
import { HostLatency } from '../host/host-latency.js';
import { HostSession, type ModelList } from '../host/host-session.js';
import type { PipeLink } from '../host/pipe-link.js';
import { openControllers, type PlayerControllers } from './player-controllers.js';

export interface HostServices {
  readonly presets: PresetStore;
  readonly models: ModelSource & ModelList;
  readonly trainer: Trainer;
  readonly programs: Programs;
  readonly controllerMap: ControllerMapFile;
  /** Starts serving the page of `instrument`; called when its window opens for the first time. */
  readonly serve: (
    instrument: Instrument,
    latency: HostLatency,
    playerControllers: PlayerControllers,
  ) => Promise<{ url: string; close(): Promise<void> }>;
}

const PARENT_CHECK_MILLISECONDS = 1000;
const EXIT_BROKEN = 1;

/**
 * Runs the engine of a plugin: stdin and stdout are the plugin's pipes, and the process ends when they close. Nothing else
 * may use them (`cli/host.ts` ensures it); the plugin shows the last lines of stderr when the engine fails.
 */
export function runHost(link: PipeLink, services: HostServices): void {
  let interfaceUrl: Promise<string> | null = null;
  const instrument = new Instrument({ ...services, link });
  const latency = new HostLatency(link, (error) => instrument.notify(error));
  const controllers = openControllers(instrument, services.presets, null, services.controllerMap);
  const session = new HostSession({
    latency,
    link,
    instrument,
    presets: services.presets,
    models: services.models,
    programs: services.programs,
    openInterface: () => {
      interfaceUrl ??= services.serve(instrument, latency, controllers).then(
        ({ url }) => url,
        (error: unknown) => {
          interfaceUrl = null;
          throw error;
        },
      );
      return interfaceUrl;
    },
  });
  services.programs.onError((error) => instrument.notify(error));
  services.programs.open().catch((error: unknown) => instrument.notify(error));
  link.listen((message) => {
    if (message.type === 'ended') end(message.reason);
    else void session.receive(message);
  });

  // The pipe's end is not noticed while the streaming thread hangs.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, PARENT_CHECK_MILLISECONDS);
}

function end(reason: string | null): never {
  if (reason !== null) process.stderr.write(`${reason}\n`);
  process.exit(reason === null ? 0 : EXIT_BROKEN);
}
