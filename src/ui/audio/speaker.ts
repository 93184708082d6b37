import type { LiveState } from '../../protocol/interface.js';
import { FRAME, audioChannel, readAudioHead } from '../../protocol/interface-frames.js';
import { RefusedError } from '../engine-client/client.js';
import { saveBlob } from '../engine-client/download.js';
import { client, store } from '../engine-client/page.js';
import { toast, toastFault } from '../engine-client/toasts.js';
import { setView } from '../engine-client/view.js';
import { StereoWav } from './stereo-wav.js';
import type { FromSpeaker, ToSpeaker } from './speaker-messages.js';
import { UnderrunWatch } from './underrun-watch.js';

let open: { context: AudioContext; node: AudioWorkletNode } | null = null;
let opening: Promise<boolean> | null = null;
let recording: StereoWav | null = null;
const watch = new UnderrunWatch();
const MAX_BUFFER_MILLISECONDS = 500;

/** The speaker's audio context, which the microphone shares; null while the speaker is closed. */
export const audioContext = (): AudioContext | null => open?.context ?? null;

/** Latency of the browser and the system behind the page's buffer, in milliseconds; 0 while the speaker is closed. */
export const speakerMilliseconds = (): number =>
  open === null ? 0 : 1000 * (open.context.baseLatency + (open.context.outputLatency || 0));

/**
 * Opens the speaker unless it is open. A failure is shown as a toast.
 * @returns whether it is open
 */
export function openSpeaker(): Promise<boolean> {
  if (open !== null && opening === null) return Promise.resolve(true);
  opening ??= tryToOpen().finally(() => (opening = null));
  return opening;
}

async function tryToOpen(): Promise<boolean> {
  try {
    const context = new AudioContext({ latencyHint: 'interactive' });
    await context.audioWorklet.addModule(new URL('./speaker-worklet.js', import.meta.url));
    const node = new AudioWorkletNode(context, 'tiller-speaker', {
      numberOfInputs: 0,
      outputChannelCount: [2],
    });
    node.connect(context.destination);
    node.port.onmessage = ({ data }: MessageEvent<FromSpeaker>) => {
      client.send({ type: 'audio-credit', frames: data.credit, underruns: data.underruns });
    };
    open = { context, node };
    client.onAudio(play);
    await context.resume();
    await start();
    setView(store, { speaking: true });
    return true;
  } catch (error) {
    await closeSpeaker();
    if (error instanceof RefusedError) toastFault(store, error.fault);
    else {
      toast(store, {
        level: 'error',
        text: 'The browser could not open its audio output.',
        hint: 'Check the sound settings of this machine, then press play again.',
      });
    }
    return false;
  }
}

/** Makes this window the engine's speaker and starts the worklet's requests. */
async function start(): Promise<void> {
  if (open === null) return;
  watch.open(performance.now());
  await client.ask({ type: 'audio-open', rate: open.context.sampleRate });
  const bufferMilliseconds = store.getState().live?.bufferMilliseconds ?? 80;
  post({ kind: 'start', targetFrames: Math.ceil((bufferMilliseconds / 1000) * open.context.sampleRate) });
}

function post(message: ToSpeaker, transfer: Transferable[] = []): void {
  open?.node.port.postMessage(message, transfer);
}

/** Passes an audio message of the engine on to the worklet. */
function play(frame: ArrayBuffer): void {
  const head = readAudioHead(frame, FRAME.audio);
  if (head === null) return;
  const channels = Array.from({ length: head.channels }, (_, i) => audioChannel(frame, i, head.frames));
  if (recording?.add(channels, head.frames) === false) finishRecording();
  post({ kind: 'audio', frames: head.frames, channels }, [frame]);
}

/** Records the engine's samples from now on, as the open speaker gets them, until the speaker is closed or `finishRecording`. */
export function startRecording(): void {
  if (open === null) return;
  recording = new StereoWav(open.context.sampleRate);
  setView(store, { recording: true });
}

/** Ends the recording, if there is one, and lets the browser save it. */
export function finishRecording(): void {
  const finished = recording;
  recording = null;
  setView(store, { recording: false });
  if (finished === null || finished.frames === 0) return;
  const name = `tiller ${new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '-')}.wav`;
  saveBlob(finished.file(), name);
  toast(store, { level: 'info', text: `${finished.seconds.toFixed(1)} s were recorded.`, hint: name });
}

/** Closes the speaker, if it is open. */
export async function closeSpeaker(): Promise<void> {
  finishRecording();
  const closing = open;
  open = null;
  client.onAudio(null);
  client.send({ type: 'audio-close' });
  setView(store, { speaking: false });
  closing?.node.disconnect();
  await closing?.context.close();
}

/** Restarts the speaker after a reconnection, applies changes of the buffer, and closes the speaker when another window takes over. */
export function watchSpeaker(): void {
  client.onOpen((before) => {
    if (open !== null) void restart(before.live?.playing === true);
  });
  store.subscribe((state, before) => {
    if (before.view.speaking && !state.view.speaking && open !== null) void closeSpeaker();
    if (state.view.speaking) watchUnderruns(state.live);
    const milliseconds = state.live?.bufferMilliseconds;
    if (milliseconds === undefined || milliseconds === before.live?.bufferMilliseconds || open === null)
      return;
    post({ kind: 'target', targetFrames: Math.ceil((milliseconds / 1000) * open.context.sampleRate) });
  });
}

/** Offers a larger buffer where underruns are frequent. */
function watchUnderruns(live: LiveState | null): void {
  if (live === null || !watch.count(live.underruns, performance.now())) return;
  const milliseconds = Math.min(MAX_BUFFER_MILLISECONDS, 2 * live.bufferMilliseconds);
  toast(store, {
    level: 'warning',
    text: 'The sound has gaps: this machine is busy.',
    hint: 'A larger buffer avoids them, with more latency.',
    actions: [
      {
        label: `Use ${milliseconds} ms`,
        run: () => void client.perform({ type: 'buffer', milliseconds }),
      },
    ],
  });
}

/** Becomes the speaker of a restarted engine, and continues playing where the old one played. */
async function restart(playing: boolean): Promise<void> {
  try {
    await start();
    if (playing) await client.ask({ type: 'play', playing: true });
  } catch (error) {
    if (error instanceof RefusedError) toastFault(store, error.fault);
    await closeSpeaker();
  }
}
