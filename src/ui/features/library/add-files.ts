import type { Fault, UploadKind } from '../../../protocol/interface.js';
import { RefusedError } from '../../engine-client/client.js';
import { client, store } from '../../engine-client/page.js';
import { rememberAudioFile } from '../../engine-client/restore-after-restart.js';
import { toast, toastFault } from '../../engine-client/toasts.js';
import { openPreset } from './library-commands.js';

const ENDINGS: readonly [RegExp, UploadKind][] = [
  [/\.ts$/i, 'model'],
  [/\.(tiller|json)$/i, 'preset'],
  [/\.(wav|aiff?|flac)$/i, 'audio'],
];

const kindOf = ({ name }: File): UploadKind | undefined => ENDINGS.find(([ending]) => ending.test(name))?.[1];

/** A file that is in the library now. */
interface Filed {
  name: string;
  /** A model's SHA-256, or a preset's identifier. */
  id: string;
}

/** What came of files that were dropped or chosen together. */
interface Outcome {
  filed: Filed[];
  refused: Fault[];
  /** Set where one was cancelled: those behind it are left out. */
  cancelled: Fault | null;
  leftOut: string[];
}

let taking: Promise<void> = Promise.resolve();

/**
 * Takes in files that were dropped or chosen together, once those of before are in: models first, since presets may want
 * them, then presets, then audio. Of several the last one plays, and a preset rather than a model.
 */
export function addFiles(files: Iterable<File>): void {
  const together = [...files];
  const take = () => takeTogether(together);
  taking = taking.then(take, take);
}

async function takeTogether(files: readonly File[]): Promise<void> {
  const of = (kind: UploadKind | undefined) => files.filter((file) => kindOf(file) === kind);
  const outcome: Outcome = { filed: [], refused: of(undefined).map(unusable), cancelled: null, leftOut: [] };
  const models = await send('model', of('model'), outcome);
  const presets = await send('preset', of('preset'), outcome);
  // The engine holds one file.
  const audio = of('audio');
  await send('audio', audio.slice(-1), outcome);
  if (audio.length > 1) tellOneSource(audio);
  tell(outcome, await playLast(models, presets));
}

/** Sends the files one after the other; resolves to those that are in the library then. */
async function send(kind: UploadKind, files: readonly File[], outcome: Outcome): Promise<Filed[]> {
  const filed: Filed[] = [];
  for (const file of files) {
    if (outcome.cancelled !== null) {
      outcome.leftOut.push(file.name);
      continue;
    }
    try {
      const id = await client.upload(kind, file);
      if (kind === 'audio') rememberAudioFile(file);
      if (id !== null) filed.push({ name: file.name, id });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (error.fault.code === 'import-cancelled') outcome.cancelled = error.fault;
      else outcome.refused.push(error.fault);
    }
  }
  outcome.filed.push(...filed);
  return filed;
}

/** Plays the last preset, else the model that is missing or the last one; resolves to the name of what plays. */
async function playLast(models: readonly Filed[], presets: readonly Filed[]): Promise<string | null> {
  const preset = presets.at(-1);
  if (preset !== undefined) return (await openPreset(preset.id)) ? preset.name : null;
  const { missing } = store.getState().model;
  const model = models.find(({ id }) => id === missing?.sha256) ?? models.at(-1);
  if (model === undefined) return null;
  return (await client.perform({ type: 'select-model', sha256: model.id })) ? model.name : null;
}

const unusable = ({ name }: File): Fault => ({
  code: 'argument-invalid',
  message: `Tiller cannot use ${name}.`,
  hint: 'Drop a RAVE model (.ts), a preset (.tiller) or audio (WAV, AIFF, FLAC).',
});

function tellOneSource(audio: readonly File[]): void {
  const names = audio.map(({ name }) => name);
  toast(store, {
    level: 'info',
    text: `One audio file plays at a time: ${names.at(-1) ?? ''}.`,
    hint: `Left out: ${names.slice(0, -1).join(', ')}.`,
  });
}

/** Says what was done in one message, and what was not in another. */
function tell({ filed, refused, cancelled, leftOut }: Outcome, plays: string | null): void {
  const [first] = filed;
  if (filed.length === 1 && first !== undefined)
    toast(store, {
      level: 'info',
      text: `${first.name} is in the library${plays === null ? '' : ' and plays now'}.`,
      hint: null,
    });
  else if (filed.length > 1)
    toast(store, {
      level: 'info',
      text: `${filed.length} files are in the library${plays === null ? '' : `; ${plays} plays now`}.`,
      hint: `${filed.map(({ name }) => name).join(', ')}.`,
    });
  if (cancelled !== null)
    toast(store, {
      level: 'info',
      text: cancelled.message,
      hint: leftOut.length === 0 ? (cancelled.hint ?? null) : `Left out: ${leftOut.join(', ')}.`,
    });
  const [refusal] = refused;
  if (refused.length === 1 && refusal !== undefined) toastFault(store, refusal);
  else if (refused.length > 1)
    toast(store, {
      level: 'error',
      text: `${refused.length} files were not taken.`,
      hint: refused.map(({ message }) => message).join('\n'),
    });
}
