import { parsePresetText } from '../../src/document/parse-preset.js';
import { wholeSound } from '../../src/engine/audio/sound-stream.js';
import { ModelFolder } from '../../src/engine/model/library/model-folder.js';
import { render } from '../../src/engine/stream/render.js';
import type { MusicalTime } from '../../src/engine/time/musical-time.js';

/** A part of a song from a quarter note on. */
export interface Section {
  /** First quarter note of it. */
  readonly beat: number;
  /** Quarter notes per minute. */
  readonly tempo: number;
  /** Quarter notes per bar; the part begins with a bar. */
  readonly beatsPerBar: number;
}

/**
 * What the engine must be told of the place of sample `sample` in a song, worked out from its sections.
 * @param knowsBars whether the host says where bars begin; otherwise they are counted from the first beat of the song
 */
export function placeIn(
  sections: readonly Section[],
  rate: number,
  sample: number,
  knowsBars = true,
): MusicalTime {
  let from = 0;
  let present = sections[0] as Section;
  for (const next of sections.slice(1)) {
    const begins = from + ((next.beat - present.beat) * 60 * rate) / present.tempo;
    if (sample < Math.round(begins)) break;
    from = begins;
    present = next;
  }
  const { tempo, beatsPerBar } = present;
  const since = ((sample - from) * tempo) / 60 / rate;
  // A bar of the grid that the part begins on: bars of other lengths lie before it.
  const first = knowsBars ? beatsPerBar * Math.floor(present.beat / beatsPerBar) : present.beat;
  return { tempo, playing: true, beat: first + since, beatsPerBar, songSample: sample };
}

/** The same song through the engine alone. @param preset text of a preset file */
export async function renderSong(
  preset: string,
  rate: number,
  track: readonly Float32Array[],
  time: (sample: number) => MusicalTime,
): Promise<Float32Array[]> {
  const document = parsePresetText(preset);
  const entry = await new ModelFolder('dist/models').get(document.model?.sha256 ?? '');
  if (entry === null) throw new Error('the model of the preset is not in dist/models');
  const out = track.map((channel) => new Float32Array(channel.length));
  let at = 0;
  await render({
    input: wholeSound(rate, track),
    output: (channels, count) => {
      channels.forEach((channel, c) => out[c]?.set(channel, at));
      at += count;
    },
    preset: document,
    model: entry,
    time,
  });
  return out;
}
