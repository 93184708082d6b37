import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportedModel } from '../../../../src/engine/model/import/import.js';
import { createNoise } from '../../../../src/engine/model/run/noise.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import { FIXTURE_NAMES, fixtureData, fixtureMeta, type FixtureName } from '../fixtures.js';
import { importFixture } from '../import-fixture.js';

/** The accuracy of the import against torch.jit, block after block. */
const MIN_SNR_DB = 90;

const SETTINGS = [
  ['silent', createNoise({ kind: 'silent' })],
  ['constant', createNoise({ kind: 'constant', uniform: 0.75, normal: 0.1 })],
] as const;

function snrDb(wanted: Float32Array, got: Float32Array): number {
  let signal = 0;
  let error = 0;
  for (const [index, value] of wanted.entries()) {
    signal += value * value;
    error += (value - (got[index] ?? 0)) ** 2;
  }
  return error === 0 ? Infinity : 10 * Math.log10(signal / error);
}

describe.each(FIXTURE_NAMES)('the model "%s"', (name: FixtureName) => {
  const meta = fixtureMeta(name);
  let library: string;
  let imported: ImportedModel;

  beforeAll(async () => {
    library = await mkdtemp(join(tmpdir(), 'tiller-parity-'));
    const { frames, batch } = meta;
    imported = await importFixture(name, { libraryDir: library, variants: [{ frames, batch }] });
  });
  afterAll(() => rm(library, { recursive: true }));

  test('has the expected manifest', () => {
    expect(imported.manifest).toMatchObject({
      sampleRate: meta.rate,
      hop: meta.hop,
      inputChannels: meta.channels,
      outputChannels: meta.channels,
      latentDims: meta.latents,
      parameters: meta.parameters,
      streaming: meta.streaming,
    });
    if (meta.delaySamples !== undefined) expect(imported.manifest.delaySamples).toBe(meta.delaySamples);
  });

  test.each(SETTINGS)('streams as torch.jit does with %s noise', async (setting, noise) => {
    const { dir, manifest } = imported;
    const x = fixtureData(name, 'x');
    const wantedLatents = fixtureData(name, `${setting}.z`);
    const wantedAudio = fixtureData(name, `${setting}.y`);
    const model = await openModel(dir, manifest, { frames: meta.frames, batch: meta.batch });
    const latents = new Float32Array(wantedLatents.length);
    const audio = new Float32Array(wantedAudio.length);
    expect(x).toHaveLength(meta.blocks * model.audioIn.length);
    expect(audio).toHaveLength(meta.blocks * model.audioOut.length);
    for (let block = 0; block < meta.blocks; block += 1) {
      model.audioIn.set(x.subarray(block * model.audioIn.length, (block + 1) * model.audioIn.length));
      model.encode(noise);
      latents.set(model.encoded, block * model.encoded.length);
      model.latents.set(model.encoded);
      model.decode(noise);
      audio.set(model.audioOut, block * model.audioOut.length);
    }
    model.close();
    expect(snrDb(wantedLatents, latents)).toBeGreaterThan(MIN_SNR_DB);
    expect(snrDb(wantedAudio, audio)).toBeGreaterThan(MIN_SNR_DB);
  });

  test('decodeAgain gives what decode gives', async () => {
    const { dir, manifest } = imported;
    const x = fixtureData(name, 'x');
    const [once, twice] = await Promise.all(
      [false, true].map(async (again) => {
        const noise = createNoise({ kind: 'seed', seed: 5 });
        const model = await openModel(dir, manifest, { frames: meta.frames, batch: meta.batch });
        const audio: Float32Array[] = [];
        for (let block = 0; block < meta.blocks; block += 1) {
          model.audioIn.set(x.subarray(block * model.audioIn.length, (block + 1) * model.audioIn.length));
          model.encode(noise);
          if (again) model.latents.fill(2);
          else model.latents.set(model.encoded);
          model.decode(noise);
          const first = model.audioOut.slice();
          model.latents.set(model.encoded);
          if (again) model.decodeAgain();
          if (again && manifest.latentDims > 1 && name !== 'identity' && name !== 'delay') {
            expect(model.audioOut).not.toEqual(first);
          }
          audio.push(model.audioOut.slice());
        }
        model.close();
        return audio;
      }),
    );
    expect(twice).toEqual(once);
  });

  test('starts over after reset', async () => {
    const { dir, manifest } = imported;
    const noise = createNoise({ kind: 'seed', seed: 5 });
    const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
    const play = (): number[] => {
      const decoded: number[] = [];
      noise.restart();
      for (let block = 0; block < 12; block += 1) {
        model.audioIn.forEach((_, i) => {
          model.audioIn[i] = Math.sin(i * (block + 1));
        });
        model.encode(noise);
        model.latents.set(model.encoded);
        model.decode(noise);
        decoded.push(...model.audioOut);
      }
      return decoded;
    };
    const first = play();
    model.reset();
    expect(play()).toEqual(first);
    expect(first.some((value) => value !== 0)).toBe(true);
    model.close();
  });
});
