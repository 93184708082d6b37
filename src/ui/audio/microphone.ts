import { audioChannel, audioFrameBytes, FRAME, writeAudioHead } from '../../protocol/interface-frames.js';
import { client, store } from '../engine-client/page.js';
import { toast } from '../engine-client/toasts.js';
import { audioContext, closeSpeaker, openSpeaker } from './speaker.js';
import type { FromMicrophone } from './speaker-messages.js';

let stop: (() => void) | null = null;

/** Plays the microphone through the model. The browser asks the player for leave first. */
export async function chooseMicrophone(): Promise<void> {
  if (!(await openSpeaker())) return;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    if (!(await listenTo(stream))) return;
    if (await client.perform({ type: 'source', source: { kind: 'microphone' } }))
      await client.perform({ type: 'play', playing: true });
  } catch {
    toast(store, {
      level: 'warning',
      text: 'The microphone could not be opened.',
      hint: 'Allow the microphone for this page, and wear headphones.',
    });
    if (store.getState().live?.playing !== true) await closeSpeaker();
  }
}

/** Sends what the microphone hears to the engine; false where the speaker was closed while the browser asked. */
async function listenTo(stream: MediaStream): Promise<boolean> {
  const letGo = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    const context = audioContext();
    await context?.audioWorklet.addModule(new URL('./microphone-worklet.js', import.meta.url));
    if (context === null || context !== audioContext()) {
      letGo();
      return false;
    }
    const node = new AudioWorkletNode(context, 'tiller-microphone', { numberOfOutputs: 0 });
    const source = context.createMediaStreamSource(stream);
    source.connect(node);
    node.port.onmessage = ({ data }: MessageEvent<FromMicrophone>) => send(data);
    stop?.();
    stop = () => {
      source.disconnect();
      letGo();
      stop = null;
    };
    return true;
  } catch (error) {
    letGo();
    throw error;
  }
}

function send({ frames, channels }: FromMicrophone): void {
  const frame = new ArrayBuffer(audioFrameBytes(channels.length, frames));
  writeAudioHead(frame, FRAME.microphone, channels.length, frames);
  channels.forEach((side, i) => audioChannel(frame, i, frames).set(side));
  client.sendFrame(frame);
}

/**
 * Lets the microphone go when another source is chosen or the speaker closes. An engine that starts anew begins with
 * another source until the page has given it the microphone back.
 */
export function watchMicrophone(): void {
  store.subscribe(({ live, view }, before) => {
    const left =
      before.connection === 'open' &&
      before.live?.source.kind === 'microphone' &&
      live?.source.kind !== 'microphone';
    if (left || !view.speaking) stop?.();
  });
}
