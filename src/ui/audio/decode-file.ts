import { RefusedError } from '../engine-client/client.js';
import { StereoWav } from './stereo-wav.js';

/** Endings of files that the browser decodes: the engine has no decoder for AAC. */
const COMPRESSED = /\.(m4a|aac)$/i;
/** The browser converts what it decodes to this rate, in Hz. */
const RATE = 48_000;
/** Samples per channel that are added to the file at once. */
const PIECE = 1 << 16;

/**
 * The audio file as the engine can read it: a compressed one decoded, as WAV under its own name.
 * @throws RefusedError `audio-unreadable` where the browser cannot decode it
 */
export async function decoded(file: File): Promise<File> {
  if (!COMPRESSED.test(file.name)) return file;
  let audio: AudioBuffer;
  try {
    audio = await new OfflineAudioContext(2, 1, RATE).decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new RefusedError({
      code: 'audio-unreadable',
      message: `${file.name} cannot be read: this browser cannot decode it.`,
      hint: 'Convert it, for example to a 24-bit WAV.',
    });
  }
  const channels = Array.from({ length: Math.min(2, audio.numberOfChannels) }, (_, i) =>
    audio.getChannelData(i),
  );
  const wav = new StereoWav(audio.sampleRate);
  for (let at = 0; at < audio.length; at += PIECE) {
    const end = Math.min(audio.length, at + PIECE);
    const pieces = channels.map((channel) => channel.subarray(at, end));
    if (!wav.add(pieces, end - at)) break;
  }
  return new File([wav.file()], file.name);
}
