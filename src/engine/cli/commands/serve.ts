import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { importInThread } from '../../model/import/import-thread.js';
import type { Preset } from '../../../document/preset.js';
import { isPresetId, readPresetFile } from '../../presets/preset-file.js';
import { Programs } from '../../persistence/programs.js';
import { PresetStore } from '../../presets/preset-store.js';
import { newToken } from '../../http/guard.js';
import { startLiveSession } from '../../app/live-app.js';
import { openBrowser } from '../browser.js';
import { contextOf } from '../context.js';
import { userLibraryDir } from '../../model/library/model-folder.js';
import { ModelLibrary } from '../../model/library/model-library.js';
import { wholeNumber } from '../numbers.js';
import {
  AUTOSAVE,
  CONTROLLERS,
  DECK,
  FAVOURITES,
  USER_PRESETS,
  bundledFolder,
  controllerMapFile,
  programsFile,
} from '../../system/paths.js';
import { Supervisor, type Serving } from '../supervisor.js';
import { VERSION } from '../version.js';

interface Options {
  port: number;
  open: boolean;
  preset?: string;
  presets: string;
  resume: boolean;
  restart: boolean;
  document?: string;
}

/** `tiller serve`: the live session in the browser. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('play live: loops, files or the microphone through a model, in the browser')
    .option('--port <number>', 'port on this machine; 0 takes a free one', wholeNumber(0, 65_535), 0)
    .option('--no-open', 'only print the address')
    .option('-p, --preset <preset>', 'preset to start with: a file, or an id such as factory/drum-garden')
    .option('--presets <dir>', 'folder of your presets', USER_PRESETS)
    .option('--no-resume', 'start a new session instead of the last one')
    .option('--no-restart', 'end when the engine ends instead of restarting it')
    .option('--document <file>', 'file that stores the session, instead of the usual one')
    .action((options: Options, command: Command) =>
      options.restart ? keepServing(options, command) : serve(options, command),
    );
}

/** Serves in this process until a signal or, below a supervisor, until the supervisor ends. */
async function serve(options: Options, command: Command): Promise<void> {
  const { library } = command.optsWithGlobals<{ library?: string }>();
  const document = options.document ?? (options.resume ? AUTOSAVE : undefined);
  const session = await startLiveSession({
    programs: new Programs(programsFile(options.presets)),
    presets: new PresetStore(options.presets, bundledFolder('presets')),
    models: new ModelLibrary(library ?? userLibraryDir(), bundledFolder('models'), importInThread),
    bundledModelsFolder: bundledFolder('models'),
    loopsFolder: bundledFolder('loops'),
    controllersPath: CONTROLLERS,
    controllerMapPath: controllerMapFile(options.presets),
    favouritesPath: FAVOURITES,
    deckPath: DECK,
    version: VERSION,
    port: options.port,
    ...(options.preset === undefined ? {} : { preset: await requestedPreset(options.preset) }),
    ...(document === undefined ? {} : { autosavePath: document }),
    // The supervisor passes its token to each engine, so that open pages reconnect.
    ...(process.env.TILLER_TOKEN === undefined ? {} : { token: process.env.TILLER_TOKEN }),
  });
  let ending: Promise<void> | null = null;
  const stop = () => {
    ending ??= session.close().finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  if (process.send === undefined) {
    process.on('SIGINT', stop);
    await announce(session, options, command);
    return;
  }
  // A terminal sends SIGINT to the whole process group: the supervisor ends this process by closing the channel.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', stop);
  if (!process.connected) stop();
  const serving: Serving = { url: session.url, port: session.port };
  process.send(serving);
}

/** A preset's identifier, or the content of a preset file. @throws TillerError as `readPresetFile` */
async function requestedPreset(preset: string): Promise<string | Preset> {
  return isPresetId(preset) ? preset : readPresetFile(preset);
}

/** Serves in a child process, which is restarted with its port, token and document where it ends. */
async function keepServing(options: Options, command: Command): Promise<void> {
  const { report } = contextOf(command);
  const { json, library } = command.optsWithGlobals<{ json?: true; library?: string }>();
  const token = process.env.TILLER_TOKEN ?? newToken();
  const own = options.resume ? null : await mkdtemp(join(tmpdir(), 'tiller-session-'));
  const document = options.document ?? (own === null ? AUTOSAVE : join(own, 'session.tiller.json'));
  const child = (port: number | null) =>
    spawn(
      process.execPath,
      [
        ...process.execArgv,
        process.argv[1] ?? '',
        ...(json === true ? ['--json'] : []),
        ...(library === undefined ? [] : ['--library', library]),
        ...['serve', '--no-restart', '--no-open', '--port', String(port ?? options.port)],
        ...['--presets', options.presets, '--document', document],
        // A restarted engine continues with its document.
        ...(port === null && options.preset !== undefined ? ['--preset', options.preset] : []),
      ],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, TILLER_TOKEN: token } },
    );
  const supervisor = new Supervisor(child, {
    ready: (serving) => void announce(serving, options, command),
    restarting: (how) => report.warn(`the engine ended (${how}) and is being restarted; nothing is lost`),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => supervisor.stop());
  try {
    process.exitCode = await supervisor.run();
  } finally {
    if (own !== null) await rm(own, { recursive: true, force: true });
  }
}

async function announce({ url, port }: Serving, options: Options, command: Command): Promise<void> {
  const opened = options.open && (await openBrowser(url));
  contextOf(command).report.result({ url, port, opened }, [
    opened ? `Playing in your browser: ${url}` : `Open this address in a browser: ${url}`,
    'Press Ctrl+C here to stop.',
  ]);
}
