import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportedModel } from '../../../../src/engine/model/import/import.js';
import type { ModelManifest } from '../../../../src/engine/model/manifest.js';
import { createNoise } from '../../../../src/engine/model/run/noise.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import { importFixture } from '../import-fixture.js';

let library: string;
let imported: ImportedModel;

beforeAll(async () => {
  library = await mkdtemp(join(tmpdir(), 'tiller-sides-'));
  imported = await importFixture('mono', {
    libraryDir: library,
    variants: [{ frames: 1, batch: 2 }],
  });
});
afterAll(() => rm(library, { recursive: true }));

/** Some blocks of two different sides, each latent of the second call decoded anew. */
async function play(manifest: ModelManifest): Promise<{ latents: number[]; audio: number[] }> {
  const model = await openModel(imported.dir, manifest, { frames: 1, batch: 2 });
  const noise = createNoise({ kind: 'seed', seed: 7 });
  noise.width = 0.5;
  const latents: number[] = [];
  const audio: number[] = [];
  for (let block = 0; block < 6; block += 1) {
    model.audioIn.forEach((_, i) => (model.audioIn[i] = Math.sin(0.3 * i * (block + 1))));
    model.encode(noise);
    latents.push(...model.encoded);
    model.latents.set(model.encoded);
    model.decode(noise);
    if (block === 3) {
      model.latents[0] = 2;
      model.decodeAgain();
    }
    audio.push(...model.audioOut);
  }
  model.reset();
  model.close();
  return { latents, audio };
}

// Such a model was refused on stereo tracks: "import it again", which does not help.
test('two sides through a graph for one give what a graph for two gives', async () => {
  const { manifest } = imported;
  const single = { ...manifest, variants: manifest.variants.filter(({ batch }) => batch === 1) };
  const [together, apart] = [await play(manifest), await play(single)];
  expect(together.latents).toHaveLength(6 * 2 * manifest.latentDims);
  for (const kind of ['latents', 'audio'] as const)
    apart[kind].forEach((value, i) => expect(value).toBeCloseTo(together[kind][i] ?? NaN, 4));
  const sides = manifest.hop * manifest.outputChannels;
  expect(apart.audio.slice(-2 * sides, -sides)).not.toEqual(apart.audio.slice(-sides));
});
