import { compileMapping } from '../../src/engine/mapping/evaluate.js';
import { Random } from '../../src/engine/mapping/random.js';
import { trainMapping } from '../../src/engine/mapping/train.js';
import { type LibraryEntry, ModelFolder } from '../../src/engine/model/library/model-folder.js';
import { createNoise } from '../../src/engine/model/run/noise.js';
import { openModel } from '../../src/engine/model/run/open-model.js';
import { normalDraws } from '../../src/engine/starter-map/candidates.js';
import { HeldSound } from '../../src/engine/model/run/held-sound.js';
import { labelFor } from '../../src/engine/starter-map/labels.js';
import { encodeAll, mapModel } from '../../src/engine/starter-map/map-model.js';
import { DEFAULT_CANDIDATES, type Zone } from '../../src/engine/starter-map/starter-map.js';
import { starterPreset } from '../../src/engine/starter-map/starter-preset.js';
import { rankCorrelation } from '../../src/engine/starter-map/rank-correlation.js';
import { meanNearest } from '../../src/engine/starter-map/spread.js';
import { type Sound, Survey, audible, timbreDistance } from '../../src/engine/starter-map/survey.js';
import { shipped } from './shipped.js';

const PLACES = 200;
const CEILING_DB = -1;
/** Hundreds of sounds are decoded, on machines that may do other work. */
const TIMEOUT_MS = 600_000;

let entries: LibraryEntry[];
beforeAll(async () => (entries = await new ModelFolder('dist/models').list()));

describe.each(shipped)('the starter map of %s', (name) => {
  let entry: LibraryEntry;
  let survey: Survey;
  let zones: Zone[];
  let frames: Float64Array[];
  let close: () => void;

  beforeAll(async () => {
    entry = entries.find(({ manifest }) => manifest.name === name) as LibraryEntry;
    const model = await openModel(entry.dir, entry.manifest, { frames: 4, batch: 1 });
    close = () => model.close();
    survey = new Survey(new HeldSound(model, createNoise({ kind: 'seed', seed: 1 })));
    const options = { files: [], zones: 9, candidates: DEFAULT_CANDIDATES, layout: 'loudness', seed: 1, ceilingDb: CEILING_DB } as const;
    frames = await encodeAll(model, [], true);
    zones = await mapModel(entry.dir, entry.manifest, options);
  }, TIMEOUT_MS);
  afterAll(() => close());

  it('spreads its sounds at least twice as far as random draws', () => {
    const random = new Random(11);
    const draw = normalDraws(frames, random);
    const draws: Sound[] = [];
    while (draws.length < 90) {
      const sound = survey.measure(draw());
      if (sound !== null && audible([sound], CEILING_DB).length > 0) draws.push(sound);
    }
    const spreads = Array.from({ length: 10 }, (_, set) =>
      meanNearest(
        zones.map((_, i) => set * zones.length + i),
        (a, b) => timbreDistance(draws[a] as Sound, draws[b] as Sound),
      ),
    );
    const ofDraws = spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length;
    const ofZones = meanNearest(
      zones.map((_, i) => i),
      (a, b) => timbreDistance(zones[a] as Sound, zones[b] as Sound),
    );
    expect(ofZones / ofDraws).toBeGreaterThan(2);
  }, TIMEOUT_MS);

  it('keeps brightness and loudness in order between the examples, too', () => {
    const preset = starterPreset(entry.manifest, zones, 'loudness');
    const { trained } = trainMapping({
      examples: preset.examples,
      learning: preset.learning,
      inputCount: 2,
      latentCount: entry.manifest.latentDims,
    });
    const mapping = compileMapping(trained);
    const random = new Random(12);
    const at: [number, number][] = [];
    const sounds: Sound[] = [];
    const latents = new Float64Array(entry.manifest.latentDims);
    while (sounds.length < PLACES) {
      const place: [number, number] = [random.uniform(), random.uniform()];
      mapping.evaluate(Float64Array.from(place), latents);
      const sound = survey.measure(latents);
      if (sound === null) throw new Error(`no steady sound at ${place.join()}`);
      at.push(place);
      sounds.push(sound);
    }
    const along = (axis: 0 | 1, of: (sound: Sound) => number) =>
      rankCorrelation(
        at.map((place) => place[axis]),
        sounds.map(of),
      );
    expect(along(0, ({ brightnessHz }) => brightnessHz)).toBeGreaterThan(0.8);
    expect(along(1, ({ loudnessLufs }) => loudnessLufs)).toBeGreaterThan(0.8);
  }, TIMEOUT_MS);

  it('has no zone above the ceiling, and labels that a second measurement confirms', () => {
    for (const zone of zones) {
      const again = survey.measure(zone.latents) as Sound;
      expect(again.peak).toBeLessThanOrEqual(10 ** (CEILING_DB / 20));
      expect(zone.label.replace(/ \d+$/, '')).toBe(labelFor(again, survey.pitch(zone.latents)));
    }
  });
});
