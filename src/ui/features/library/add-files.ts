import { type Fault } from '../../../protocol/interface.js';
import {
  MAP_QUERY,
  PLACE_QUERY,
  RATE_QUERY,
  type UploadKind,
  uploadKindOf,
} from '../../../protocol/uploads.js';
import { decoded } from '../../audio/decode-file.js';
import { RefusedError } from '../../engine-client/client.js';
import { client, store } from '../../engine-client/page.js';
import { rememberAudioFile } from '../../engine-client/restore-after-restart.js';
import { perform } from '../../engine-client/commands.js';
import type { ToastAction } from '../../engine-client/page-state.js';
import { toast, toastFault } from '../../engine-client/toasts.js';
import { setView } from '../../engine-client/view.js';
import { mapRequest } from '../starter-map/map-request.js';
import { exampleInputs } from '../starter-map/place-on-pad.js';
import { newMap, newPreset, openPreset } from './library-commands.js';

/** A loop goes to a slot: it is imported where that is chosen. */
const kindOf = ({ name }: File): UploadKind | undefined => {
  const kind = uploadKindOf(name);
  return kind === 'loop' ? undefined : kind;
};

/** A file that was added to the library, or to the list of audio files. */
interface AddedFile {
  name: string;
  /** A model's SHA-256, a preset's identifier, or an audio file's number. */
  id: string;
}

/** The result of adding files that were dropped or chosen together. */
interface Outcome {
  added: AddedFile[];
  refused: Fault[];
  /** Set where an import was cancelled; the files after it are skipped. */
  cancelled: Fault | null;
  skipped: string[];
}

let adding: Promise<void> = Promise.resolve();

/**
 * Adds files that were dropped or chosen together, after the files added before: models first, since presets may need them,
 * then presets, then audio. The last preset is opened, or else the last model; of the audio, the first file plays.
 * @param onPad where on the pad (0..1 across and up) audio becomes examples in place of playing
 */
export function addFiles(files: Iterable<File>, onPad: [number, number] | null = null): void {
  const batch = [...files];
  const add = () => addBatch(batch, onPad);
  adding = adding.then(add, add);
}

/**
 * Adds the files of a folder that was dropped on the pad, after the files added before: its audio becomes a map of the present
 * model; models and presets in it are added as by `addFiles`.
 */
export function addFolder(files: readonly File[]): void {
  const audio = files.filter((file) => kindOf(file) === 'audio');
  const others = files.filter((file) => ['model', 'preset'].includes(kindOf(file) ?? ''));
  if (others.length > 0 || audio.length === 0) addFiles(others.length > 0 ? others : files);
  if (audio.length === 0) return;
  const add = () => mapFolder(audio);
  adding = adding.then(add, add);
}

async function mapFolder(audio: readonly File[]): Promise<void> {
  const outcome: Outcome = { added: [], refused: [], cancelled: null, skipped: [] };
  await upload('audio', audio, outcome, () => `?${MAP_QUERY}`);
  report(outcome, null, undefined);
  if (outcome.cancelled !== null || outcome.refused.length === audio.length) return;
  const { xInput, yInput } = store.getState().view;
  perform({ ...mapRequest(xInput, yInput, 'loudness'), gathered: true });
}

/**
 * Adds a model that does not state its sample rate, after the files added before.
 * @param rate in Hz
 */
export function addModelAt(rate: number, file: File): void {
  const add = () => addBatch([file], null, rate);
  adding = adding.then(add, add);
}

/** @param rate of the models in Hz; null where their files state it */
async function addBatch(
  files: readonly File[],
  onPad: [number, number] | null,
  rate: number | null = null,
): Promise<void> {
  const of = (kind: UploadKind | undefined) => files.filter((file) => kindOf(file) === kind);
  const outcome: Outcome = {
    added: [],
    refused: of(undefined).map(unsupported),
    cancelled: null,
    skipped: [],
  };
  const models = await upload('model', of('model'), outcome, () =>
    rate === null ? '' : `?${RATE_QUERY}=${rate}`,
  );
  const presets = await upload('preset', of('preset'), outcome);
  const opened = await playLast(models, presets);
  const audio = of('audio');
  if (onPad !== null) await upload('audio', audio, outcome, (n) => placeQuery(onPad, n));
  else {
    const [first] = await upload('audio', audio, outcome);
    if (first !== undefined)
      await client.perform({ type: 'source', source: { kind: 'file', id: Number(first.id) } });
  }
  report(outcome, opened, opened === null ? models.at(-1) : undefined);
}

/**
 * Uploads the files one after the other; resolves to those that were added to the library.
 * @param query of the n-th file's address, with its question mark
 */
async function upload(
  kind: UploadKind,
  files: readonly File[],
  outcome: Outcome,
  query: (n: number) => string = () => '',
): Promise<AddedFile[]> {
  const added: AddedFile[] = [];
  for (const [n, file] of files.entries()) {
    if (outcome.cancelled !== null) {
      outcome.skipped.push(file.name);
      continue;
    }
    try {
      const sent = kind === 'audio' ? await decoded(file) : file;
      const id = await client.upload(kind, sent, query(n));
      if (kind === 'audio' && id !== null) rememberAudioFile(Number(id), sent);
      if (id !== null) added.push({ name: file.name, id });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (['import-cancelled', 'map-cancelled'].includes(error.fault.code)) outcome.cancelled = error.fault;
      else if (error.fault.code === 'model-rate' && query(n) === '') askForRate(file);
      else outcome.refused.push(error.fault);
    }
  }
  if (kind !== 'audio') outcome.added.push(...added);
  return added;
}

/**
 * Opens the last preset, or else plays the last model where nothing plays or the preset misses it. An imported model never
 * replaces another that plays. Resolves to the name of the file that plays now, null where none does.
 */
async function playLast(models: readonly AddedFile[], presets: readonly AddedFile[]): Promise<string | null> {
  const preset = presets.at(-1);
  if (preset !== undefined) return (await openPreset(preset.id)) ? preset.name : null;
  const { missing, card } = store.getState().model;
  const present = (missing ?? card)?.sha256;
  const model = present === undefined ? models.at(-1) : models.find(({ id }) => id === present);
  if (model === undefined) return null;
  return (await client.perform({ type: 'select-model', sha256: model.id })) ? model.name : null;
}

function askForRate(file: File): void {
  const { modelsWithoutRate } = store.getState().view;
  setView(store, { modelsWithoutRate: [...modelsWithoutRate, file] });
}

/** What can be done with an imported model that does not play. */
const offersFor = ({ id }: AddedFile): ToastAction[] => [
  { label: 'Play here', run: () => perform({ type: 'select-model', sha256: id }) },
  { label: 'New instrument on it', run: () => void newPreset(id) },
  { label: 'Map it', run: () => void newMap(id) },
];

const placeQuery = (onPad: readonly [number, number], n: number): string =>
  `?${PLACE_QUERY}=${exampleInputs(onPad, n, store.getState()).join(',')}`;

const unsupported = ({ name }: File): Fault => ({
  code: 'argument-invalid',
  message: `Tiller cannot use ${name}.`,
  hint: 'Drop a RAVE model (.ts), a preset (.tiller) or audio (WAV, AIFF, FLAC, MP3, Ogg, M4A).',
});

/**
 * Shows one toast for what was added, one for a cancelled import, and one for the refused files.
 * @param opened name of the file that plays now; null where nothing has changed
 * @param offered the model that is offered to be played
 */
function report(
  { added, refused, cancelled, skipped }: Outcome,
  opened: string | null,
  offered: AddedFile | undefined,
): void {
  const actions = offered === undefined ? [] : offersFor(offered);
  const [first] = added;
  if (added.length === 1 && first !== undefined)
    toast(store, {
      level: 'info',
      text: `${first.name} is in the library${opened === null ? '' : ' and plays now'}.`,
      hint: null,
      actions,
    });
  else if (added.length > 1)
    toast(store, {
      level: 'info',
      text: `${added.length} files are in the library${opened === null ? '' : `; ${opened} plays now`}.`,
      hint: `${added.map(({ name }) => name).join(', ')}.`,
      actions: actions.map(({ label, run }) => ({ label: `${label}: ${offered?.name ?? ''}`, run })),
    });
  if (cancelled !== null)
    toast(store, {
      level: 'info',
      text: cancelled.message,
      hint: skipped.length === 0 ? (cancelled.hint ?? null) : `Skipped: ${skipped.join(', ')}.`,
    });
  const [refusal] = refused;
  if (refused.length === 1 && refusal !== undefined) toastFault(store, refusal);
  else if (refused.length > 1)
    toast(store, {
      level: 'error',
      text: `${refused.length} files were not added.`,
      hint: refused.map(({ message }) => message).join('\n'),
    });
}
