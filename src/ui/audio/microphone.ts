import { audioChannel, audioFrameBytes, FRAME, writeAudioHead } from '../../protocol/interface-frames.js';
import { client, store } from '../engine-client/page.js';
import { toast } from '../engine-client/toasts.js';
import { audioContext, closeSpeaker, openSpeaker } from './speaker.js';
import type { FromMicrophone } from './speaker-messages.js';

let stop: (() => void) | null = null;

const MICROPHONE = { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } };

/**
 * Makes the microphone the audio source and plays. The browser asks for permission first: while it asks, and where it is
 * refused, nothing changes, and another window that plays goes on.
 */
export async function chooseMicrophone(): Promise<void> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(MICROPHONE);
    if (!(await openSpeaker())) {
      release(stream);
      return;
    }
    if (!(await sendAudioOf(stream))) return;
    if (await client.perform({ type: 'source', source: { kind: 'microphone' } }))
      await client.perform({ type: 'play', playing: true });
  } catch {
    toast(store, {
      level: 'warning',
      text: 'The microphone could not be opened.',
      hint: 'Allow the microphone for this page, and wear headphones.',
    });
    const { live, view } = store.getState();
    if (view.speaking && live?.playing !== true) await closeSpeaker();
  }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/**
 * Sends the microphone's audio to the engine.
 * @returns false where the speaker was closed meanwhile
 */
async function sendAudioOf(stream: MediaStream): Promise<boolean> {
  try {
    const context = audioContext();
    await context?.audioWorklet.addModule(new URL('./microphone-worklet.js', import.meta.url));
    if (context === null || context !== audioContext()) {
      release(stream);
      return false;
    }
    const node = new AudioWorkletNode(context, 'tiller-microphone', { numberOfOutputs: 0 });
    const source = context.createMediaStreamSource(stream);
    source.connect(node);
    node.port.onmessage = ({ data }: MessageEvent<FromMicrophone>) => send(data);
    stop?.();
    stop = () => {
      source.disconnect();
      release(stream);
      stop = null;
    };
    return true;
  } catch (error) {
    release(stream);
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
