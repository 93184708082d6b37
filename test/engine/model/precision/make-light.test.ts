import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightFigures } from '../../../../src/protocol/model-report.js';
import { lightFiles, type ModelManifest, manifestSchema } from '../../../../src/engine/model/manifest.js';
import { matrixKey } from '../../../../src/engine/model/precision/light-weights.js';
import {
  type LightAttempt,
  type LightOptions,
  makeLight,
} from '../../../../src/engine/model/precision/make-light.js';
import { BLOCK_ROWS, quantise } from '../../../../src/engine/model/precision/quantise.js';
import { timeProducts } from '../../../../src/engine/model/precision/time-products.js';
import { ConstantNoise } from '../../../../src/engine/model/run/noise.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import { constantProducts, exchangeProducts } from '../../../../src/engine/onnx/constant-products.js';
import { numbers } from '../../onnx/run-graph.js';
import { everything, HOP, LATENTS, timer, WIDTH, writeWideModel } from './wide-model.js';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'tiller-light-'))));
afterEach(() => rmSync(dir, { recursive: true }));

const attempt = (options: LightOptions = everything, manifest = writeWideModel(dir).manifest) =>
  makeLight({ dir, manifest }, 'test', options);

/** The figures of a light form that was made. */
function figuresOf({ report }: LightAttempt): LightFigures {
  if (report.outcome !== 'made') throw new Error(`no light form: ${report.outcome}`);
  return report.figures;
}

async function play(
  manifest: ModelManifest,
  precision?: 'exact' | 'light',
): Promise<[Float32Array, Float32Array]> {
  const variant = precision === undefined ? { frames: 1, batch: 1 } : { frames: 1, batch: 1, precision };
  const model = await openModel(dir, manifest, variant);
  const noise = new ConstantNoise(0.5, 0);
  model.audioIn.set(numbers(HOP, 7));
  model.encode(noise);
  model.latents.set(model.encoded);
  model.decode(noise);
  const played: [Float32Array, Float32Array] = [model.encoded.slice(), model.audioOut.slice()];
  model.close();
  return played;
}

const contents = () => new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]));

describe('makeLight', () => {
  it('writes a light form beside the exact one, whose files and sound stay as they are', async () => {
    const { manifest: exact } = writeWideModel(dir);
    const before = await play(exact);
    const files = contents();
    const { manifest } = await attempt(everything, exact);
    const [decoder = '', encoder = ''] = lightFiles(manifest);
    const weights = `${/light-[0-9a-f]{12}/.exec(decoder)?.[0] ?? ''}.bin`;
    expect(readdirSync(dir).sort()).toEqual([...files.keys(), decoder, encoder, weights].sort());
    for (const [name, bytes] of files) expect(readFileSync(join(dir, name))).toEqual(bytes);
    expect(await play(manifest, 'exact')).toEqual(before);
    expect(await play(manifest)).toEqual(before);
    const [latents, audio] = await play(manifest, 'light');
    expect(latents).not.toEqual(before[0]);
    expect(audio).not.toEqual(before[1]);
    expect(manifestSchema.parse(manifest)).toEqual(manifest);
  });

  it('plays what the graphs give whose products are exchanged by hand', async () => {
    const { manifest } = await attempt();
    const [latents] = await play(manifest, 'light');
    const model = readFileSync(join(dir, 'encoder.onnx'));
    const large = constantProducts(model)[0];
    if (large === undefined) throw new Error('the encoder has no product');
    const { rows, columns, offset } = large;
    expect([rows, columns]).toEqual([HOP, WIDTH]);
    const weights = readFileSync(join(dir, 'weights.bin'));
    const matrix = new Float32Array(weights.buffer.slice(weights.byteOffset + offset)).slice(
      0,
      rows * columns,
    );
    const { values, scales } = quantise(matrix, rows, columns);
    writeFileSync(join(dir, 'hand.bin'), Buffer.concat([values, Buffer.from(scales.buffer)]));
    const place = { file: 'hand.bin', valuesOffset: 0, scalesOffset: values.length, blockRows: BLOCK_ROWS };
    writeFileSync(
      join(dir, 'encoder.onnx'),
      exchangeProducts(model, (product) => (matrixKey(product) === matrixKey(large) ? place : null)),
    );
    expect((await play(manifest, 'exact'))[0]).toEqual(latents);
  });

  it('says what it gives and costs', async () => {
    const { latentsSnrDb, audioSnrDb, weightBytes, spectralDistanceDb, loads } = figuresOf(await attempt());
    expect(latentsSnrDb).toBeGreaterThanOrEqual(10);
    expect(latentsSnrDb).toBeLessThan(80);
    expect(audioSnrDb).toBeGreaterThanOrEqual(10);
    expect(spectralDistanceDb).toBeGreaterThan(0);
    expect(loads).toHaveLength(1);
    // The small matrices stay as they are: 4 × 96 elements in both roles.
    const [large, small] = [HOP * WIDTH, LATENTS * WIDTH];
    expect(weightBytes.exact).toBe(2 * 4 * (large + small));
    // Blocks of 64 weights with a scale: 256 rows are four of them, 96 rows two.
    expect(weightBytes.light).toBe((4 * WIDTH + 2 * HOP) * (64 + 4) + 2 * 4 * small);
  });

  it('exchanges only what is faster', async () => {
    const time = timer((file) => file === 'decoder.onnx');
    const { manifest: exact } = writeWideModel(dir);
    const { manifest } = await attempt({ ...everything, time }, exact);
    const [variant] = manifest.variants;
    expect(variant?.encoder?.lightFile).toBeUndefined();
    expect(variant?.decoder.lightFile).toMatch(/^decoder\.light-/);
    const [before, light] = [await play(exact), await play(manifest, 'light')];
    expect(light[0]).toEqual(before[0]);
    expect(light[1]).not.toEqual(before[1]);
  });

  it.each([
    ['nothing is faster', 'gains-too-little', { time: timer(() => false) }],
    ['the whole gains too little', 'gains-too-little', { leastGain: Infinity }],
    ['the latents would differ', 'differs-too-much', { limits: { latents: 0, audio: 0 } }],
    ['every matrix is small', 'gains-too-little', { leastElements: 1e9 }],
  ])('leaves nothing in the folder where %s', async (_, outcome, options) => {
    const { manifest: exact } = writeWideModel(dir);
    const files = readdirSync(dir);
    const { manifest, report } = await attempt({ ...everything, ...options }, exact);
    expect(report.outcome).toBe(outcome);
    expect(manifest).toEqual(exact);
    expect(readdirSync(dir)).toEqual(files);
  });

  it('makes the same form again from the same times', async () => {
    const { manifest } = await attempt();
    const files = contents();
    expect((await attempt(everything, manifest)).manifest).toEqual(manifest);
    expect(contents()).toEqual(files);
  });

  it('leaves the files of an earlier form, which may be playing', async () => {
    const { manifest } = await attempt();
    const played = await play(manifest, 'light');
    const time = timer((file) => file === 'decoder.onnx');
    const other = await attempt({ ...everything, time }, manifest);
    expect(lightFiles(other.manifest)).toHaveLength(1);
    expect(lightFiles(manifest)).not.toContain(lightFiles(other.manifest)[0]);
    expect(await play(manifest, 'light')).toEqual(played);
    const none = await attempt({ ...everything, time: timer(() => false) }, other.manifest);
    expect(lightFiles(none.manifest)).toEqual([]);
    expect(await play(manifest, 'light')).toEqual(played);
  });

  it('measures products where they stand', async () => {
    const { manifest } = await attempt({ ...everything, time: timeProducts });
    // What is faster here is not known; whatever it is can be played.
    expect((await play(manifest, 'light'))[1].every(Number.isFinite)).toBe(true);
    expect(readdirSync(dir).some((name) => name.startsWith('trial'))).toBe(false);
  });
});
