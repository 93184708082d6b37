import type { LiveState, PortsState, RecorderState } from '../../protocol/interface.js';
import { RefusedError } from './client.js';
import { client, store } from './page.js';
import { toastFault } from './toasts.js';

/** The audio file that this window sent last: an engine that starts anew no longer has it. */
let audioFile: File | null = null;

export function rememberAudioFile(file: File): void {
  audioFile = file;
}

/**
 * An engine keeps its document and the recorder's take from one start to the next, the page what else was set: source,
 * buffer, ports, what the hand holds and whether the take loops are given back to an engine that was started again.
 */
export function restoreAfterRestart(): void {
  client.onOpen((before) => {
    if (before.engine === '') return;
    const { live, ports, holds, recorder } = store.getState();
    const settle = async () => {
      if (before.live !== null && live !== null) await giveBackLive(before.live, live);
      await giveBackPorts(before.ports, ports);
      giveBackHolds(before.holds, holds);
      await giveBackLoop(before.recorder, recorder);
    };
    settle().catch((error: unknown) => {
      if (!(error instanceof RefusedError)) throw error;
      toastFault(store, error.fault);
    });
  });
}

async function giveBackLive(before: LiveState, now: LiveState): Promise<void> {
  if (before.bufferMilliseconds !== now.bufferMilliseconds)
    await client.ask({ type: 'buffer', milliseconds: before.bufferMilliseconds });
  const { source } = before;
  if (JSON.stringify(source) === JSON.stringify(now.source)) return;
  if (source.kind !== 'file') await client.ask({ type: 'source', source });
  else if (audioFile !== null) await client.upload('audio', audioFile);
}

async function giveBackPorts({ midi, osc }: PortsState, now: PortsState): Promise<void> {
  if (midi.chosen !== null && now.midi.chosen === null)
    await client.ask({ type: 'midi-port', name: midi.chosen });
  const { error, ...settings } = osc;
  if (error === null && (settings.receive || settings.send) && !now.osc.receive && !now.osc.send)
    await client.ask({ type: 'osc', settings });
}

function giveBackHolds(before: readonly (number | null)[], now: readonly (number | null)[]): void {
  if (before.length !== now.length || now.some((held) => held !== null)) return;
  before.forEach((value, dimension) => {
    if (value !== null) client.send({ type: 'hold', dimension, value });
  });
}

async function giveBackLoop(before: RecorderState, now: RecorderState): Promise<void> {
  const looped = before.state === 'playing' || before.state === 'overdubbing';
  if (looped && now.state === 'stopped') await client.ask({ type: 'recorder', action: 'play' });
}
