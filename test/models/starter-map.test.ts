import { MapQuality } from '../../bench/map-quality.js';
import { type LibraryEntry, ModelFolder } from '../../src/engine/model/library/model-folder.js';
import { mapModel } from '../../src/engine/starter-map/map-model.js';
import { DEFAULT_CANDIDATES, DEFAULT_ZONES, type Zone } from '../../src/engine/starter-map/starter-map.js';
import { shipped } from './shipped.js';

const CEILING_DB = -1;
/** Hundreds of sounds are decoded, on machines that may do other work. */
const TIMEOUT_MS = 600_000;

let entries: LibraryEntry[];
beforeAll(async () => (entries = await new ModelFolder('dist/models').list()));

describe.each(shipped)('the starter map of %s', (name) => {
  let quality: MapQuality;
  let zones: readonly Zone[];

  beforeAll(async () => {
    const entry = entries.find(({ manifest }) => manifest.name === name) as LibraryEntry;
    quality = await MapQuality.open(entry);
    ({ zones } = await mapModel(entry.dir, entry.manifest, {
      files: [],
      frames: quality.frames,
      zones: DEFAULT_ZONES,
      candidates: DEFAULT_CANDIDATES,
      layout: 'loudness',
      seed: 1,
      ceilingDb: CEILING_DB,
    }));
  }, TIMEOUT_MS);
  afterAll(() => quality.close());

  it('spreads its sounds at least twice as far as random draws', () => {
    expect(quality.spreadOverDraws(zones, CEILING_DB)).toBeGreaterThan(2);
  }, TIMEOUT_MS);

  it('keeps brightness and loudness in order, of its sounds and between them', () => {
    for (const along of quality.orderOfZones(zones, 'loudness')) expect(along).toBeGreaterThan(0.9);
    for (const along of quality.orderBetween(zones, 'loudness')) expect(along).toBeGreaterThan(0.8);
  }, TIMEOUT_MS);

  it('has no zone above the ceiling, and labels that a second measurement confirms', () => {
    expect(quality.greatestPeakDb(zones)).toBeLessThanOrEqual(CEILING_DB);
    expect(quality.mislabelled(zones)).toEqual([]);
  });
});
