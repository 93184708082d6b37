import type { Command } from 'commander';
import { constants, existsSync } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PresetStore } from '../../presets/preset-store.js';
import type { Context } from '../context.js';
import { contextOf } from '../context.js';
import { USER_PRESETS, bundledFolder } from '../../system/paths.js';
import { realtimeLimit } from '../../workers/thread-priority.js';
import { EXIT } from '../report.js';

/** The D-Bus service that gives real-time priority to users who have no right to it. */
const REALTIME_KIT = '/usr/share/dbus-1/system-services/org.freedesktop.RealtimeKit1.service';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Result, or what to do. */
  readonly detail: string;
  /** True where Tiller works without it. */
  readonly optional?: boolean;
}

async function attempt(
  name: string,
  check: () => Promise<string> | string,
  remedy: string,
  optional = false,
): Promise<Check> {
  try {
    return { name, ok: true, detail: await check(), optional };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { name, ok: false, detail: `${reason} ${remedy}`, optional };
  }
}

function writableFolder(name: string, folder: string): Promise<Check> {
  return attempt(
    name,
    async () => {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.R_OK | constants.W_OK);
      return folder;
    },
    'Check the folder’s permissions.',
  );
}

async function examine({ models }: Context): Promise<Check[]> {
  const require = createRequire(import.meta.url);
  const presets = new PresetStore(USER_PRESETS, bundledFolder('presets'));
  return [
    { name: 'node', ok: true, detail: `${process.version} on ${process.platform}-${process.arch}` },
    await attempt(
      'onnxruntime',
      () => {
        require('onnxruntime-node');
        return 'loads';
      },
      'Run npm ci in the project’s folder, or install the plugin again.',
    ),
    await writableFolder('model library', models.dir),
    await writableFolder('presets', USER_PRESETS),
    await attempt(
      'models',
      async () => {
        const names = (await models.list()).map(({ manifest }) => manifest.name);
        if (names.length === 0) throw new Error('The library is empty.');
        return names.join(', ');
      },
      'Import one: tiller import model.ts',
    ),
    await attempt(
      'preset files',
      async () => {
        const entries = await presets.list();
        const broken = entries.filter(({ problem }) => problem !== null);
        if (broken.length > 0) throw new Error(`${broken.map(({ id }) => id).join(', ')} cannot be read.`);
        return `${entries.length} readable`;
      },
      'Open them in an editor, or move them away.',
    ),
    await attempt(
      'interface',
      () => bundledFolder('ui') ?? Promise.reject(new Error('The page was not built.')),
      'Run npm run build.',
    ),
    await attempt(
      'real time',
      () => {
        const limit = realtimeLimit();
        if (limit === 0) {
          if (existsSync(REALTIME_KIT)) return 'the plugin asks RealtimeKit, which is installed';
          throw new Error('This user may not have real-time threads, and RealtimeKit is not installed.');
        }
        return limit === null
          ? 'not known on this system'
          : `the plugin’s engine may have real-time priority (up to ${limit})`;
      },
      'On a busy machine the plugin’s sound may drop out. Install rtkit, or join the group that may, often “audio”.',
      true,
    ),
    await attempt(
      'MIDI devices',
      () => {
        require('@julusian/midi');
        return 'the MIDI package loads';
      },
      'MIDI devices of the live session are off; the browser’s MIDI and the plugin’s work without it.',
      true,
    ),
  ];
}

/** `tiller doctor`: checks this installation. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check this installation')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const checks = await examine(context);
      if (checks.some(({ ok, optional }) => !ok && optional !== true)) process.exitCode = EXIT.failed;
      context.report.result(
        checks,
        checks.map(
          ({ name, ok, optional, detail }) =>
            `${ok ? 'ok  ' : optional ? 'none' : 'BAD '} ${name.padEnd(14)} ${detail}`,
        ),
      );
    });
}
