import type { LiveState, PortsState, RecorderState } from '../../protocol/interface.js';
import { RefusedError } from './client.js';
import { client, store } from './page.js';
import { toastFault } from './toasts.js';

/** The audio file that this window uploaded last: an engine that was restarted no longer has it. */
let audioFile: File | null = null;

export function rememberAudioFile(file: File): void {
  audioFile = file;
}

/**
 * A restarted engine restores the document and the recorder's take by itself. The page restores the rest: audio source, buffer,
 * MIDI and OSC ports, held latents, and whether the take loops.
 */
export function restoreAfterRestart(): void {
  client.onOpen((before) => {
    if (before.engine === '') return;
    const { live, ports, holds, recorder } = store.getState();
    const restore = async () => {
      if (before.live !== null && live !== null) await restoreLive(before.live, live);
      await restorePorts(before.ports, ports);
      restoreHolds(before.holds, holds);
      await restoreLoop(before.recorder, recorder);
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
  const { source } = before;
  if (JSON.stringify(source) === JSON.stringify(now.source)) return;
  if (source.kind !== 'file') await client.ask({ type: 'source', source });
  else if (audioFile !== null) await client.upload('audio', audioFile);
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
