import type { LiveSource, LiveState, PortsState, RecorderState } from '../../protocol/interface.js';
import { RefusedError } from './client.js';
import { client, store, values } from './page.js';
import { toastFault } from './toasts.js';

/** The audio files that this window uploaded, by their numbers: an engine that was restarted no longer has them. */
const audioFiles = new Map<number, File>();

/** Keeps an uploaded audio file, to upload it again to a restarted engine. */
export function rememberAudioFile(id: number, file: File): void {
  audioFiles.set(id, file);
}

/**
 * A restarted engine restores the document and the recorder's take by itself. The page restores the rest: audio files, source, buffer,
 * MIDI and OSC ports, the deck in the network, held latents, and whether the take loops.
 */
export function restoreAfterRestart(): void {
  client.onOpen((before) => {
    const { kind, live, ports, holds, recorder, networkDeck } = store.getState();
    if (before.engine === '' || kind === 'deck') return;
    const restore = async () => {
      if (before.live !== null && live !== null) await restoreLive(before.live, live);
      await restorePorts(before.ports, ports);
      restoreHolds(before.holds, holds);
      await restoreLoop(before.recorder, recorder);
      if (before.networkDeck.on && !networkDeck.on)
        await client.ask({ type: 'network-deck', settings: { on: true } });
    };
    restore().catch((error: unknown) => {
      if (!(error instanceof RefusedError)) throw error;
      toastFault(store, error.fault);
    });
  });
}

async function restoreLive(before: LiveState, now: LiveState): Promise<void> {
  if (before.bufferMilliseconds !== now.bufferMilliseconds)
    await client.ask({ type: 'buffer', milliseconds: before.bufferMilliseconds });
  if (before.order !== now.order) await client.ask({ type: 'play-order', order: before.order });
  if (before.tempo.follows === 'own') await client.ask({ type: 'tempo', perMinute: before.tempo.perMinute });
  const source = await restoreFiles(before);
  if (source === null) return;
  await client.ask({ type: 'source', source });
  await client.ask({ type: 'set-cue', seconds: before.cueSeconds });
  if (source.kind !== 'microphone') await client.ask({ type: 'seek', seconds: position(before) });
}

/** Sends the list of files again. @returns the source that played, where the engine can play it */
async function restoreFiles({ files, source }: LiveState): Promise<LiveSource | null> {
  let playing: LiveSource | null = source.kind === 'file' ? null : source;
  for (const { id } of files) {
    const file = audioFiles.get(id);
    if (file === undefined) continue;
    audioFiles.delete(id);
    const added = Number(await client.upload('audio', file));
    audioFiles.set(added, file);
    if (source.kind === 'file' && source.id === id) playing = { kind: 'file', id: added };
  }
  return playing;
}

/** How far the source had been heard, in seconds. */
function position({ playing, positionSeconds }: LiveState): number {
  const heard = values.scalar('positionSeconds');
  return playing && heard >= 0 ? heard : positionSeconds;
}

async function restorePorts({ midi, osc }: PortsState, now: PortsState): Promise<void> {
  if (midi.chosen !== null && now.midi.chosen === null)
    await client.ask({ type: 'midi-port', name: midi.chosen });
  const { error, ...settings } = osc;
  if (error === null && (settings.receive || settings.send) && !now.osc.receive && !now.osc.send)
    await client.ask({ type: 'osc', settings });
}

function restoreHolds(before: readonly (number | null)[], now: readonly (number | null)[]): void {
  if (before.length !== now.length || now.some((held) => held !== null)) return;
  before.forEach((value, dimension) => {
    if (value !== null) client.send({ type: 'hold', dimension, value });
  });
}

async function restoreLoop(before: RecorderState, now: RecorderState): Promise<void> {
  const looped = before.state === 'playing' || before.state === 'overdubbing';
  if (looped && now.state === 'stopped') await client.ask({ type: 'recorder', action: 'play' });
}
