import { compileMapping } from '../../../src/engine/mapping/evaluate.js';
import { Random } from '../../../src/engine/mapping/random.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { GRID, gridShares } from '../../../src/engine/starter-map/blends.js';
import { starterPreset } from '../../../src/engine/starter-map/starter-preset.js';
import type { Zone } from '../../../src/engine/starter-map/starter-map.js';
import type { ModelManifest } from '../../../src/engine/model/manifest.js';

/** Examples whose latents are 1 in one dimension each: what the learned map gives there is the example's share. */
function learned(places: readonly (readonly [number, number])[]) {
  const count = places.length;
  const zones = places.map((place, k) => ({
    label: `${k}`,
    hue: 0,
    place,
    latents: Float64Array.from({ length: count }, (_, d) => (d === k ? 1 : 0)),
  })) as unknown as Zone[];
  const manifest = {
    name: 'it',
    sha256: 'a'.repeat(64),
    latentDims: count,
    latentRanges: places.map(() => [0, 1]),
  } as unknown as ModelManifest;
  const { examples, learning } = starterPreset(manifest, zones, 'loudness');
  return compileMapping(trainMapping({ examples, learning, inputCount: 2, latentCount: count }).trained);
}

describe('what the map blends', () => {
  it.each([2, 5, 6, 7, 9, 24])('is foretold as it is learned, for %i sounds', (count) => {
    const random = new Random(count);
    const up = Array.from({ length: count }, (_, i) => ({ i, at: random.uniform() })).sort(
      (a, b) => a.at - b.at,
    );
    const along = (rank: number) => 0.08 + (0.84 * rank) / (count - 1);
    const places = up.map(({ i }, rank): [number, number] => [along(i), along(rank)]);
    const mapping = learned(places);
    const latents = new Float32Array(count);
    for (const [i, shares] of gridShares(places).entries()) {
      mapping.evaluate(Float64Array.from(GRID[i] ?? []), latents);
      shares.forEach((share, k) => expect(share).toBeCloseTo(latents[k] ?? NaN, 5));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
  });
});
