import { client, store } from '../engine-client/page.js';
import { chooseMicrophone } from './microphone.js';
import { closeSpeaker, finishRecording, openSpeaker, startRecording } from './speaker.js';

/**
 * Starts or stops playing. Starting opens the speaker, which browsers allow only in response to a press or a key, and the
 * microphone where that is the source; stopping closes both.
 */
export async function togglePlay(): Promise<void> {
  const { live, view } = store.getState();
  if (live === null) return;
  if (live.playing && view.speaking) {
    await client.perform({ type: 'play', playing: false });
    await closeSpeaker();
  } else if (live.source.kind === 'microphone') await chooseMicrophone();
  else if (await openSpeaker()) await client.perform({ type: 'play', playing: true });
}

/** Begins to record what is heard, and to play where nothing plays; or ends the recording and saves it. */
export async function toggleRecording(): Promise<void> {
  const { live, view } = store.getState();
  if (view.recording) {
    finishRecording();
    return;
  }
  if (live === null) return;
  if (!live.playing || !view.speaking) await togglePlay();
  startRecording();
}
