import { Resampler } from '../audio/resampler.js';

export interface Sound {
  readonly channels: Float32Array[];
  readonly rate: number;
}

/** A whole sound at another rate, its start in place; the same sound where the rates agree or none is asked for. */
export function toRate(sound: Sound, rate: number | undefined): Sound {
  if (rate === undefined || rate === sound.rate) return sound;
  const length = sound.channels[0]?.length ?? 0;
  const wanted = Math.round((length * rate) / sound.rate);
  const chunk = 4096;
  const resampler = new Resampler({
    from: sound.rate,
    to: rate,
    channels: sound.channels.length,
    capacity: chunk,
  });
  const channels = sound.channels.map(() => new Float32Array(wanted));
  const silence = sound.channels.map(() => new Float32Array(chunk));
  let done = 0;
  for (let at = 0; done < wanted; at += chunk) {
    const count = Math.min(chunk, Math.max(0, length - at));
    if (count > 0) resampler.write(sound.channels, at, count);
    else resampler.write(silence, 0, chunk);
    const ready = Math.min(resampler.available(), wanted - done);
    resampler.read(channels, done, ready);
    done += ready;
  }
  return { channels, rate };
}
