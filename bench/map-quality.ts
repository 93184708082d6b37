import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compileMapping } from '../src/engine/mapping/evaluate.js';
import { Random } from '../src/engine/mapping/random.js';
import { trainMapping } from '../src/engine/mapping/train.js';
import type { LibraryEntry } from '../src/engine/model/library/model-folder.js';
import { HeldSound } from '../src/engine/model/run/held-sound.js';
import { createNoise } from '../src/engine/model/run/noise.js';
import { openForListening } from '../src/engine/model/run/open-model.js';
import type { RunningModel } from '../src/engine/model/run/running-model.js';
import { normalDraws } from '../src/engine/starter-map/candidates.js';
import { labelFor } from '../src/engine/starter-map/labels.js';
import { type AxisOrder, type Layout, orderAlong } from '../src/engine/starter-map/layout.js';
import { encodeAll } from '../src/engine/starter-map/map-model.js';
import { meanNearest } from '../src/engine/starter-map/spread.js';
import type { Zone } from '../src/engine/starter-map/starter-map.js';
import { starterPreset } from '../src/engine/starter-map/starter-preset.js';
import { audible, type Sound, Survey, timbreDistance } from '../src/engine/starter-map/survey.js';
import { projectFile } from './bundled.js';

/** Sets of random draws, of each of which the spread is taken. */
const SETS = 10;
/** Random places of a learned map that are decoded and measured. */
const PLACES = 200;

/** How good a starter map is, by decoding and measuring again. */
export class MapQuality {
  private readonly survey: Survey;

  private constructor(
    private readonly entry: LibraryEntry,
    private readonly model: RunningModel,
    /** Latent frames of the bundled loops and a test signal, of which a map is made where nothing else is given. */
    readonly frames: readonly Float64Array[],
  ) {
    this.survey = new Survey(new HeldSound(model, createNoise({ kind: 'seed', seed: 1 })));
  }

  static async open(entry: LibraryEntry): Promise<MapQuality> {
    const model = await openForListening(entry.dir, entry.manifest);
    const folder = projectFile('models', 'loops');
    const loops = (await readdir(folder)).filter((name) => name.endsWith('.wav')).sort();
    return new MapQuality(
      entry,
      model,
      await encodeAll(
        model,
        loops.map((name) => join(folder, name)),
        true,
      ),
    );
  }

  close(): void {
    this.model.close();
  }

  /** Mean distance of each zone's timbre to the nearest other one, over that of as many random draws from the same audio. @param ceilingDb of the draws */
  spreadOverDraws(zones: readonly Zone[], ceilingDb: number): number {
    const draw = normalDraws(this.frames, new Random(11));
    const draws: Sound[] = [];
    while (draws.length < SETS * zones.length) {
      const sound = this.survey.measure(draw());
      if (sound !== null && audible([sound], ceilingDb).length > 0) draws.push(sound);
    }
    const spread = (sounds: readonly Sound[]) =>
      meanNearest([...sounds.keys()], (a, b) => timbreDistance(sounds[a] as Sound, sounds[b] as Sound));
    const spreads = Array.from({ length: SETS }, (_, set) =>
      spread(draws.slice(set * zones.length, (set + 1) * zones.length)),
    );
    return (spread(zones) * SETS) / spreads.reduce((sum, value) => sum + value, 0);
  }

  /** Rank correlation of x and y with what they mean, of the zones as they sound when they are measured again. */
  orderOfZones(zones: readonly Zone[], layout: Layout): AxisOrder {
    return orderAlong(
      zones.map(({ place }) => place),
      zones.map(({ latents }) => this.measure(latents)),
      layout,
    );
  }

  /** The same of random places of the learned map. */
  orderBetween(zones: readonly Zone[], layout: Layout): AxisOrder {
    const { manifest } = this.entry;
    const { examples, learning } = starterPreset(manifest, zones, layout);
    const latentCount = manifest.latentDims;
    const { trained } = trainMapping({ examples, learning, inputCount: 2, latentCount });
    const mapping = compileMapping(trained);
    const random = new Random(12);
    const places = Array.from({ length: PLACES }, (): [number, number] => [
      random.uniform(),
      random.uniform(),
    ]);
    const latents = new Float32Array(latentCount);
    const sounds = places.map((place) => {
      mapping.evaluate(Float64Array.from(place), latents);
      return this.measure(latents);
    });
    return orderAlong(places, sounds, layout);
  }

  /** Of the zones as they sound when they are measured again, in dB re full scale. */
  greatestPeakDb(zones: readonly Zone[]): number {
    return 20 * Math.log10(Math.max(...zones.map(({ latents }) => this.measure(latents).peak)));
  }

  /** The zones whose label is another one when they are measured again. */
  mislabelled(zones: readonly Zone[]): Zone[] {
    return zones.filter(
      ({ label, latents }) =>
        label.replace(/ \d+$/, '') !== labelFor(this.measure(latents), this.survey.pitch(latents)),
    );
  }

  private measure(latents: ArrayLike<number>): Sound {
    const sound = this.survey.measure(latents);
    if (sound === null) throw new Error('a place of the map gives no steady sound');
    return sound;
  }
}
