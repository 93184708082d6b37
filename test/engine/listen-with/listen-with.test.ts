import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyPreset } from '../../../src/document/default-preset.js';
import type { ListenWith } from '../../../src/document/listen-with.js';
import { formatPreset, parsePresetText } from '../../../src/document/parse-preset.js';
import { useModel } from '../../../src/document/use-model.js';
import { wholeSound } from '../../../src/engine/audio/sound-stream.js';
import { EncoderChoice } from '../../../src/engine/listen-with/encoder-choice.js';
import { prepareListener } from '../../../src/engine/listen-with/prepare-listener.js';
import type { ImportedModel } from '../../../src/engine/model/import/import.js';
import { fitsDecoder, type Listener, listenerOf } from '../../../src/engine/model/run/listener.js';
import { type ModelDelivery, ModelThreads } from '../../../src/engine/model/run/model-threads.js';
import { createNoise } from '../../../src/engine/model/run/noise.js';
import { openModel } from '../../../src/engine/model/run/open-model.js';
import type { RunningModel } from '../../../src/engine/model/run/running-model.js';
import { ThreadedModel } from '../../../src/engine/model/run/threaded-model.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { render } from '../../../src/engine/stream/render.js';
import { random } from '../audio/signals.js';
import { bundleWorkers, type Bundles } from '../bundle-worker.js';
import { Bench } from '../http/rig.js';
import { importLinear, LATE, MODELS } from './linear-models.js';

const VARIANT = { frames: 1, batch: 2 };
const noise = createNoise({ kind: 'silent' });

describe('a model that is played with the encoder of another', () => {
  let folder: string;
  let bundles: Bundles;
  let reversed: ImportedModel;
  let summed: ImportedModel;
  let listener: Listener;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-listen-'));
    [reversed, summed] = [await importLinear(folder, 'reversed'), await importLinear(folder, 'summed')];
    listener = { ...reversed, ...(await prepareListener(summed, reversed, true, () => undefined)) };
    bundles = await bundleWorkers(
      'src/engine/listen-with/listener-worker.ts',
      'src/engine/model/run/model-worker.ts',
    );
  });
  afterAll(async () => {
    await bundles.remove();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a model makes of noise on two sides. */
  function sound(model: RunningModel, calls = 40): number[] {
    const draw = random(9);
    const heard: number[] = [];
    for (let call = 0; call < calls; call += 1) {
      model.audioIn.forEach((_, i) => (model.audioIn[i] = draw() - 0.5));
      model.encode(noise);
      model.latents.set(model.encoded);
      model.decode(noise);
      heard.push(...model.audioOut);
    }
    return heard;
  }

  it('sounds as with its own where the latents of one are linear in those of the other', async () => {
    expect(fitsDecoder(reversed.manifest, summed.manifest)).toBe(true);
    expect(listener.adapter).toHaveLength(MODELS.summed.latents * (MODELS.reversed.latents + 1));
    const [own, mixed] = [
      await openModel(summed.dir, summed.manifest, VARIANT),
      await openModel(summed.dir, summed.manifest, VARIANT, listener),
    ];
    const [wanted, got] = [sound(own), sound(mixed)];
    const power = (of: (i: number) => number) => wanted.reduce((sum, _, i) => sum + of(i) ** 2, 0);
    const error = power((i) => (wanted[i] ?? 0) - (got[i] ?? 0)) / power((i) => wanted[i] ?? 0);
    // The ridge draws the coefficients towards 0.
    expect(10 * Math.log10(1 / error)).toBeGreaterThan(25);
    own.close();
    mixed.close();
  });

  it('is prepared to the same bits each time', async () => {
    const { adapter, delaySamples } = await prepareListener(summed, reversed, true, () => undefined);
    expect(adapter).toEqual(listener.adapter);
    expect(delaySamples).toBe(listener.delaySamples);
  });

  // Its latents of silence are no numbers, which stayed in the decoder's state and left nothing to compare.
  it('measures the delay of an encoder that divides by the loudness', async () => {
    const late = await importLinear(folder, 'late');
    expect(late.manifest).toMatchObject({ hasNonFiniteLatents: true, delaySamples: LATE });
    const { delaySamples } = await prepareListener(late, late, false, () => undefined);
    expect(delaySamples).toBe(LATE);
  });

  it('sounds the same in a thread of its own, bit for bit', async () => {
    let delivered: (delivery: ModelDelivery) => void = () => undefined;
    const delivery = new Promise<ModelDelivery>((resolve) => (delivered = resolve));
    const threads = new ModelThreads((answer) => delivered(answer), bundles.url('model-worker'));
    const { dir, manifest } = summed;
    threads.open({ id: 1, dir, manifest, variant: VARIANT, listener });
    const answer = await delivery;
    if (!('memory' in answer)) throw new Error(answer.failure.message);
    const there = new ThreadedModel(manifest, VARIANT, answer.memory, listener);
    const here = await openModel(dir, manifest, VARIANT, listener);
    expect(there.shape).toEqual(here.shape);
    expect(sound(there)).toEqual(sound(here));
    here.close();
    there.close();
    await threads.close();
  });

  it('is refused with an adapter of another size, or latents of another number', async () => {
    for (const adapter of [null, new Float32Array(4)])
      await expect(openModel(summed.dir, summed.manifest, VARIANT, { ...listener, adapter })).rejects.toThrow(
        'are not those of the model',
      );
  });

  describe('by the player’s choice', () => {
    let bench: Bench;
    let choice: EncoderChoice;

    beforeEach(async () => {
      bench = new Bench(new PresetStore(join(folder, 'unused'), null));
      const preset = useModel(emptyPreset(null, 0), summed.manifest, summed.manifest.latentRanges);
      await bench.instrument.files.load(preset, 'engine');
      const models = [reversed, summed];
      const find = (sha256: string) =>
        Promise.resolve(models.find(({ manifest }) => manifest.sha256 === sha256) ?? null);
      choice = new EncoderChoice(bench.instrument, { find }, bundles.url('listener-worker'));
    });
    afterEach(async () => {
      await choice.close();
      await bench.instrument.close();
    });
    const preset = () => bench.instrument.state.preset;

    it('is one step of undo, kept in presets, and recalled to the bit', async () => {
      const shares: (number | undefined)[] = [];
      choice.subscribe(() => shares.push(choice.state?.progress));
      await choice.choose(reversed.manifest.sha256, true);
      const { listenWith } = preset();
      expect(shares.length).toBeGreaterThan(2);
      expect(listenWith).toMatchObject({
        model: { name: 'reversed', sha256: reversed.manifest.sha256 },
        delaySamples: listener.delaySamples,
        adapter: { inputs: 4 },
      });
      // The bundled worker finds no loops: it hears the test signal alone.
      const fitted = listenerOf(listenWith as ListenWith, reversed, summed.manifest)?.adapter;
      for (const [i, value] of (listener.adapter ?? []).entries()) expect(fitted?.[i]).toBeCloseTo(value, 1);
      expect(bench.instrument.state.dirty).toBe(true);
      const recalled = parsePresetText(formatPreset(preset()));
      expect(recalled.listenWith).toEqual(listenWith);
      const again = listenerOf(recalled.listenWith as ListenWith, reversed, summed.manifest);
      expect(again?.adapter).toEqual(fitted);
      bench.instrument.undo();
      expect(preset().listenWith).toBeNull();
      bench.instrument.redo();
      expect(preset().listenWith).toEqual(listenWith);
      await choice.choose(null, false);
      expect(preset().listenWith).toBeNull();
    });

    it('goes with the model that it was chosen for', async () => {
      await choice.choose(reversed.manifest.sha256, true);
      const chosen = preset();
      const other = useModel(chosen, reversed.manifest, reversed.manifest.latentRanges);
      expect(other.listenWith).toBeNull();
      expect(useModel(other, summed.manifest, summed.manifest.latentRanges).listenWith).toEqual(
        chosen.listenWith,
      );
    });

    it('is refused where the latents differ in number and are not adapted, or a model is missing', async () => {
      await expect(choice.choose(reversed.manifest.sha256, false)).rejects.toThrow('does not fit');
      await expect(choice.choose('0'.repeat(64), true)).rejects.toMatchObject({ code: 'model-missing' });
      expect(preset().listenWith).toBeNull();
    });

    it('leaves the own encoder where the model is missing, and says so', async () => {
      await choice.choose(reversed.manifest.sha256, true);
      const { listenWith } = preset();
      if (listenWith === null) throw new Error('nothing was chosen');
      const model = { name: 'gone', sha256: '1'.repeat(64) };
      const missing = { ...preset(), listenWith: { ...listenWith, model } };
      bench.models.set(summed.manifest.sha256, summed);
      await bench.instrument.files.load(missing, 'engine');
      expect(bench.instrument.state.notice?.text).toContain('listens with the encoder of “gone”');
      expect(bench.sent.at(-1)).toMatchObject({ type: 'load', model: { dir: summed.dir, listener: null } });
    });

    // The model could then not be opened, live; a render read its audio in the other's hops.
    it('leaves the own encoder where the other does not fit any more, and says so', async () => {
      await choice.choose(reversed.manifest.sha256, true);
      const { listenWith } = preset();
      if (listenWith === null) throw new Error('nothing was chosen');
      const { manifest } = reversed;
      for (const change of [{ latentDims: 5 }, { hop: 128 }, { inputChannels: 2 }]) {
        const other = { dir: reversed.dir, manifest: { ...manifest, ...change } };
        expect(listenerOf(listenWith, other, summed.manifest)).toBeNull();
      }
      expect(listenerOf({ ...listenWith, adapter: null }, reversed, summed.manifest)).toBeNull();
      bench.models.set(summed.manifest.sha256, summed);
      bench.models.set(manifest.sha256, { dir: reversed.dir, manifest: { ...manifest, latentDims: 5 } });
      await bench.instrument.files.load({ ...preset() }, 'engine');
      expect(bench.instrument.state.notice?.text).toContain('which does not fit the model any more');
      expect(bench.sent.at(-1)).toMatchObject({ type: 'load', model: { dir: summed.dir, listener: null } });
    });

    // Both looked for their models at once, and the job of the first was then lost: it never settled, and its thread stayed.
    it('is that of the last of two choices made at once', async () => {
      const first = choice.choose(reversed.manifest.sha256, true);
      const second = choice.choose(reversed.manifest.sha256, true);
      await expect(first).rejects.toMatchObject({ code: 'listen-cancelled' });
      await second;
      expect(preset().listenWith).not.toBeNull();
    });

    it('is not made after the own encoder was chosen, or the choice was closed', async () => {
      const early = choice.choose(reversed.manifest.sha256, true);
      const rejected = expect(early).rejects.toMatchObject({ code: 'listen-cancelled' });
      await choice.choose(null, false);
      await rejected;
      const late = choice.choose(reversed.manifest.sha256, true);
      const closed = expect(late).rejects.toMatchObject({ code: 'listen-cancelled' });
      await choice.close();
      await closed;
      expect(choice.state).toBeNull();
      expect(preset().listenWith).toBeNull();
    });

    // It was made in the preset that had been opened meanwhile, where that plays the same model.
    it('is not made in another preset', async () => {
      const opened = new Promise<void>((resolve) => {
        choice.subscribe(() => {
          if (choice.state !== null) resolve();
        });
      });
      const chosen = choice.choose(reversed.manifest.sha256, true);
      const rejected = expect(chosen).rejects.toMatchObject({ code: 'argument-invalid' });
      await opened;
      const other = useModel(emptyPreset(null, 0), summed.manifest, summed.manifest.latentRanges);
      await bench.instrument.files.load(other, 'engine');
      await rejected;
      expect(preset().listenWith).toBeNull();
    });

    it('can be cancelled', async () => {
      const chosen = choice.choose(reversed.manifest.sha256, true);
      const rejected = expect(chosen).rejects.toMatchObject({ code: 'listen-cancelled' });
      await new Promise((resolve) => setImmediate(resolve));
      choice.cancel();
      await rejected;
      expect(choice.state).toBeNull();
    });
  });

  it('is rendered to the same bits each time, other than with its own encoder', async () => {
    const track = [Float32Array.from({ length: 9000 }, (_, i) => 0.4 * Math.sin(0.05 * i))];
    const preset = useModel(emptyPreset(null, 0), summed.manifest, summed.manifest.latentRanges);
    const bounce = async (listened: Listener | null) => {
      const heard: number[] = [];
      const output = ([samples]: readonly Float32Array[], count: number) =>
        heard.push(...(samples?.subarray(0, count) ?? []));
      const model = { ...summed, listener: listened };
      await render({ input: wholeSound(48_000, track), output, preset, model, block: 100 });
      return heard;
    };
    const adapter = listener.adapter && listener.adapter.map((value) => 0.5 * value);
    const first = await bounce({ ...listener, adapter });
    expect(await bounce({ ...listener, adapter })).toEqual(first);
    expect(await bounce(null)).not.toEqual(first);
  });
});
