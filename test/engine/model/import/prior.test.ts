import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImportedModel, importModel } from '../../../../src/engine/model/import/import.js';
import { readReport } from '../../../../src/engine/model/report/report-file.js';
import { createNoise } from '../../../../src/engine/model/run/noise.js';
import { hasPrior } from '../../../../src/engine/model/run/model-kind.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import type { RunningModel } from '../../../../src/engine/model/run/running-model.js';

/** A model with an autoregressive prior, made by `generate.py`. */
const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'prior');

interface Meta {
  readonly latents: number;
  readonly frames: number;
  /** A temperature at which the likeliest level is always drawn. */
  readonly cold: number;
}

const meta = JSON.parse(readFileSync(join(FIXTURES, 'prior.json'), 'utf8')) as Meta;
const recorded = new Float32Array(new Uint8Array(readFileSync(join(FIXTURES, 'prior.f32'))).buffer);

describe('a model with a prior', () => {
  let library: string;
  let entry: ImportedModel;

  beforeAll(async () => {
    library = await mkdtemp(join(tmpdir(), 'tiller-prior-'));
    entry = await importModel(join(FIXTURES, 'prior.torchscript'), { libraryDir: library });
  });
  afterAll(() => rm(library, { recursive: true, force: true }));

  const open = (frames = 1, batch = 1) => openModel(entry.dir, entry.manifest, { frames, batch });

  /** Latents of the first side over some frames, [latents, frames]. */
  function generate(model: RunningModel, count: number, seed = 1): Float32Array {
    const { frames, latentDims } = model.shape;
    const noise = createNoise({ kind: 'seed', seed });
    const all = new Float32Array(latentDims * count);
    for (let at = 0; at < count; at += frames) {
      model.generate(noise);
      for (let d = 0; d < latentDims; d += 1)
        all.set(model.encoded.subarray(d * frames, (d + 1) * frames), d * count + at);
    }
    return all;
  }

  it('says so, in its manifest and its notes', async () => {
    expect(hasPrior(entry.manifest)).toBe(true);
    expect(entry.manifest.attributes).toEqual([{ name: 'dither', kind: 'switch', initial: 1 }]);
    const { notes } = (await readReport(entry.dir)) ?? {};
    expect(notes).toContainEqual(expect.stringContaining('it has a prior'));
    expect(notes?.join()).not.toContain('cannot be played');
  });

  it('has its load in the report, in each variant', async () => {
    const { loads = [] } = (await readReport(entry.dir)) ?? {};
    expect(loads).toHaveLength(entry.manifest.variants.length);
    for (const { priorMs } of loads) expect(priorMs).toBeGreaterThan(0);
  });

  it.each([
    [1, 1],
    [4, 1],
    [1, 2],
    [4, 2],
  ])('gives what torch.jit gives, in calls of %i frames, the same on %i sides', async (frames, batch) => {
    const model = await open(frames, batch);
    expect(model.priorIn).toHaveLength(frames);
    model.priorIn.fill(meta.cold);
    model.attributes[0] = 0;
    const latents = generate(model, meta.frames);
    for (const [i, value] of recorded.entries()) expect(latents[i]).toBeCloseTo(value, 4);
    const half = model.encoded.length / batch;
    for (let side = 1; side < batch; side += 1)
      expect(model.encoded.subarray(side * half, (side + 1) * half)).toEqual(model.encoded.subarray(0, half));
    model.close();
  });

  it('draws by the seed, and begins again after a reset', async () => {
    const model = await open();
    const first = generate(model, 32);
    model.reset();
    expect(generate(model, 32)).toEqual(first);
    model.reset();
    expect(generate(model, 32, 2)).not.toEqual(first);
    model.close();
  });

  it('departs further from its likeliest course the higher the temperature', async () => {
    const model = await open();
    model.attributes[0] = 0;
    const departures = [meta.cold, -1, 5].map((temperature) => {
      model.reset();
      model.priorIn.fill(temperature);
      const latents = generate(model, meta.frames);
      return recorded.filter((value, i) => Math.abs(value - (latents[i] ?? 0)) > 0.01).length;
    });
    expect(departures[0]).toBe(0);
    expect(departures[1]).toBeGreaterThan(0);
    expect(departures[2]).toBeGreaterThan(departures[1] ?? Infinity);
    model.close();
  });
});
