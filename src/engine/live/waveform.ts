import { setImmediate } from 'node:timers/promises';
import type { Waveform } from '../../protocol/interface.js';
import type { AudioFile } from '../audio/read.js';

/** Parts of a waveform: about as many as its picture has pixels. */
const PARTS = 800;
/** Samples that are looked at before the thread may do something else; the main thread passes audio on meanwhile. */
const SAMPLES_AT_ONCE = 1 << 19;

/** The waveform of an audio file. */
export async function waveformOf({
  rate,
  channels,
}: Pick<AudioFile, 'rate' | 'channels'>): Promise<Waveform> {
  const length = channels[0]?.length ?? 0;
  const parts = Math.min(PARTS, length);
  const peaks: number[] = [];
  let looked = 0;
  for (let part = 0; part < parts; part++) {
    const begin = Math.floor((part * length) / parts);
    const end = Math.floor(((part + 1) * length) / parts);
    let peak = 0;
    for (const channel of channels)
      for (let i = begin; i < end; i++) peak = Math.max(peak, Math.abs(channel[i] ?? 0));
    peaks.push(Math.min(255, Math.round(255 * peak)));
    looked += (end - begin) * channels.length;
    if (looked < SAMPLES_AT_ONCE) continue;
    looked = 0;
    await setImmediate();
  }
  return { seconds: length / rate, peaks };
}
