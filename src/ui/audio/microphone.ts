import { audioChannel, audioFrameBytes, FRAME, writeAudioHead } from '../../protocol/interface-frames.js';
import { client, store } from '../engine-client/page.js';
import { toast } from '../engine-client/toasts.js';
import { audioContext, closeSpeaker, openSpeaker } from './speaker.js';
import type { FromMicrophone } from './speaker-messages.js';

let stop: (() => void) | null = null;

/** Makes the microphone the audio source and plays. The browser asks for permission first. */
export async function chooseMicrophone(): Promise<void> {
  if (!(await openSpeaker())) return;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    if (!(await sendAudioOf(stream))) return;
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

/**
 * Sends the microphone's audio to the engine.
 * @returns false where the speaker was closed while the browser asked for permission
 */
async function sendAudioOf(stream: MediaStream): Promise<boolean> {
  const release = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    const context = audioContext();
    await context?.audioWorklet.addModule(new URL('./microphone-worklet.js', import.meta.url));
    if (context === null || context !== audioContext()) {
      release();
      return false;
    }
    const node = new AudioWorkletNode(context, 'tiller-microphone', { numberOfOutputs: 0 });
    const source = context.createMediaStreamSource(stream);
    source.connect(node);
    node.port.onmessage = ({ data }: MessageEvent<FromMicrophone>) => send(data);
    stop?.();
    stop = () => {
      source.disconnect();
      release();
      stop = null;
    };
    return true;
  } catch (error) {
    release();
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
 * Releases the microphone when another source is chosen or the speaker closes. A restarted engine begins with another source
 * until the page has restored the microphone: this does not count.
 */
export function watchMicrophone(): void {
  store.subscribe(({ live, view }, before) => {
    const deselected =
      before.connection === 'open' &&
      before.live?.source.kind === 'microphone' &&
      live?.source.kind !== 'microphone';
    if (deselected || !view.speaking) stop?.();
  });
}
