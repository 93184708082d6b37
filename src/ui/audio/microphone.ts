import { audioChannel, audioFrameBytes, FRAME, writeAudioHead } from '../../protocol/interface-frames.js';
import { client, store } from '../session.js';
import { toast } from '../store/store.js';
import { audioContext, openSpeaker } from './speaker.js';
import type { FromMicrophone } from './speaker-messages.js';

let stop: (() => void) | null = null;

/** Plays the microphone through the model. The browser asks the player for leave first. */
export async function chooseMicrophone(): Promise<void> {
  if (!(await openSpeaker())) return;
  const context = audioContext();
  if (context === null) return;
  stop?.();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    await context.audioWorklet.addModule(new URL('./microphone-worklet.js', import.meta.url));
    const node = new AudioWorkletNode(context, 'tiller-microphone', { numberOfOutputs: 0 });
    const source = context.createMediaStreamSource(stream);
    source.connect(node);
    node.port.onmessage = ({ data }: MessageEvent<FromMicrophone>) => send(data);
    stop = () => {
      source.disconnect();
      for (const track of stream.getTracks()) track.stop();
      stop = null;
    };
    if (await client.perform({ type: 'source', source: { kind: 'microphone' } })) {
      await client.perform({ type: 'play', playing: true });
    }
  } catch {
    toast(store, {
      level: 'warning',
      text: 'The microphone could not be opened.',
      hint: 'Allow the microphone for this page, and wear headphones.',
    });
  }
}

function send({ frames, channels }: FromMicrophone): void {
  const frame = new ArrayBuffer(audioFrameBytes(channels.length, frames));
  writeAudioHead(frame, FRAME.microphone, channels.length, frames);
  channels.forEach((side, i) => audioChannel(frame, i, frames).set(side));
  client.sendFrame(frame);
}

/** Lets the microphone go when another source is chosen or the speaker closes. */
export function followMicrophone(): void {
  store.subscribe(({ live, view }) => {
    if (
      stop !== null &&
      (!view.speaking || (live !== null && live.source.kind !== 'microphone' && live.playing))
    )
      stop();
  });
}
