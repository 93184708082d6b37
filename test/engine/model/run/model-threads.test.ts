import { join } from 'node:path';
import { ModelThreads, type ModelDelivery } from '../../../../src/engine/model/run/model-threads.js';
import { createNoise } from '../../../../src/engine/model/run/noise.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import { markEnded, type ModelMemory } from '../../../../src/engine/model/run/model-memory.js';
import type { RunningModel } from '../../../../src/engine/model/run/running-model.js';
import { ThreadedModel } from '../../../../src/engine/model/run/threaded-model.js';
import { random } from '../../audio/signals.js';
import { bundleWorkers, type Bundles } from '../../bundle-worker.js';
import { fixturePath, type FixtureName } from '../fixtures.js';
import { importUnmeasured } from '../import-fixture.js';

/** A model with a prior. */
const PRIOR = join('test', 'fixtures', 'prior', 'prior.torchscript');

describe('a model in a thread of its own', () => {
  let bundles: Bundles;
  let threads: ModelThreads;
  let delivered: (delivery: ModelDelivery) => void;

  beforeAll(async () => {
    bundles = await bundleWorkers('src/engine/model/run/model-worker.ts');
    threads = new ModelThreads((delivery) => delivered(delivery), bundles.url('model-worker'));
  });
  afterAll(async () => {
    await threads.close();
    await bundles.remove();
  });

  const variant = { frames: 1, batch: 2 };
  type Name = FixtureName | 'prior';
  const models = new Map<Name, ReturnType<typeof importUnmeasured>>();
  const imported = (name: Name) => {
    const model =
      models.get(name) ??
      importUnmeasured(name === 'prior' ? PRIOR : fixturePath(name), {
        libraryDir: bundles.folder,
        variants: [{ frames: 1, batch: 1 }, variant],
      });
    models.set(name, model);
    return model;
  };
  const open = async (name: Name, change: { dir?: string; frames?: number } = {}) => {
    const { dir, manifest } = await imported(name);
    const answer = new Promise<ModelDelivery>((resolve) => (delivered = resolve));
    const wanted = { ...variant, frames: change.frames ?? variant.frames };
    threads.open({ id: 7, dir: change.dir ?? dir, manifest, variant: wanted, listener: null });
    return { dir, manifest, delivery: await answer };
  };
  const memoryOf = (delivery: ModelDelivery): ModelMemory => {
    if ('memory' in delivery) return delivery.memory;
    throw new Error(delivery.failure.message);
  };

  /** Encodes noise, or has the prior play in calls 1 and 2, and decodes; decodes one call again and resets once. @returns all that was given */
  function use(model: RunningModel): number[] {
    const noise = createNoise({ kind: 'seed', seed: 3 }, 0);
    noise.width = 0.5;
    const draw = random(5);
    const given: number[] = [];
    for (let call = 0; call < 6; call += 1) {
      if (call === 4) model.reset();
      model.audioIn.forEach((_, i) => (model.audioIn[i] = draw() - 0.5));
      if (model.priorIn.length > 0 && (call === 1 || call === 2)) {
        model.priorIn.fill(call);
        model.generate(noise);
      } else model.encode(noise);
      given.push(...model.encoded);
      model.latents.set(model.encoded);
      model.decode(noise);
      if (call === 2) {
        model.latents.fill(0.5);
        model.decodeAgain();
      }
      given.push(...model.audioOut);
    }
    return given;
  }

  it.each(['mono', 'sides', 'oscillator', 'prior'] as const)(
    'sounds as %s does on the calling thread, bit for bit',
    async (name) => {
      const { dir, manifest, delivery } = await open(name);
      const here = await openModel(dir, manifest, variant);
      const there = new ThreadedModel(manifest, variant, memoryOf(delivery));
      const expected = use(here);
      expect(expected.some((value) => value !== 0)).toBe(true);
      expect(there.shape).toEqual(here.shape);
      expect(use(there)).toEqual(expected);
      here.close();
      there.close();
    },
  );

  it('says why a model cannot be opened', async () => {
    const { delivery } = await open('mono', { dir: '/nowhere' });
    expect(delivery).toMatchObject({ id: 7, failure: { code: 'model-corrupt' } });
    const other = await open('mono', { frames: 3 });
    expect(other.delivery).toMatchObject({ failure: { code: 'model-missing' } });
  });

  it('fails a call, and does not wait for ever, where the thread is gone', async () => {
    const { manifest, delivery } = await open('mono');
    const memory = memoryOf(delivery);
    const model = new ThreadedModel(manifest, variant, memory);
    model.close();
    markEnded(memory);
    expect(() => model.reset()).toThrow('its thread has ended');
  });
});
