import type { Command } from 'commander';
import { PresetStore } from '../../preset/store.js';
import { startLiveSession } from '../../server/session.js';
import { openBrowser } from '../browser.js';
import { contextOf } from '../context.js';
import { wholeNumber } from '../numbers.js';
import { AUTOSAVE, USER_PRESETS, shippedFolder } from '../places.js';
import { VERSION } from '../version.js';

interface Options {
  port: number;
  open: boolean;
  preset?: string;
  presets: string;
  resume: boolean;
}

/** `tiller serve`: the live session in the browser. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('play live: loops, files or the microphone through a model, in the browser')
    .option('--port <number>', 'port on this machine; 0 takes a free one', wholeNumber(0, 65_535), 0)
    .option('--no-open', 'only print the address')
    .option('-p, --preset <id>', 'preset to start with, such as factory/drum-garden')
    .option('--presets <dir>', 'folder of your presets', USER_PRESETS)
    .option('--no-resume', 'start anew instead of where the last session ended')
    .action(async (options: Options, command: Command) => {
      const { report, models } = contextOf(command);
      const session = await startLiveSession({
        presets: new PresetStore(options.presets, shippedFolder('presets')),
        models,
        bundledModelsFolder: shippedFolder('models'),
        loopsFolder: shippedFolder('loops'),
        version: VERSION,
        port: options.port,
        ...(options.preset === undefined ? {} : { presetId: options.preset }),
        ...(options.resume ? { autosavePath: AUTOSAVE } : {}),
        // Whoever starts the engine again after it died keeps the token, so that open pages reconnect.
        ...(process.env.TILLER_TOKEN === undefined ? {} : { token: process.env.TILLER_TOKEN }),
      });
      const opened = options.open && (await openBrowser(session.url));
      report.result({ url: session.url, port: session.port, opened }, [
        opened ? `Playing in your browser: ${session.url}` : `Open this address in a browser: ${session.url}`,
        'Press Ctrl+C here to stop.',
      ]);
      const stop = () => void session.close().finally(() => process.exit(0));
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
    });
}
