import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyEdit } from '../../../src/document/apply-edit.js';
import { defaultLearning, defaultRegressor } from '../../../src/document/default-learning.js';
import { emptyPreset } from '../../../src/document/default-preset.js';
import type { RegressorSettings } from '../../../src/document/learning.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import type { Preset } from '../../../src/document/preset.js';
import { useModel } from '../../../src/document/use-model.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { ModelFolder, type LibraryEntry } from '../../../src/engine/model/library/model-folder.js';
import type { StreamCommand } from '../../../src/engine/stream/messages.js';
import { Player } from '../../../src/engine/stream/player.js';
import { sendDifference } from '../../../src/engine/stream/send-difference.js';
import { shipped } from '../../models/shipped.js';
import { FIXTURE_NAMES, type FixtureName } from '../model/fixtures.js';
import { importFixture } from '../model/import-fixture.js';

const RATE = 48_000;
const BLOCK = 512;
/** Positions of examples are whole multiples of one part in this many: about a pixel of the pad. */
const PLACES = 256;

/** Every regressor that passes through its examples; that of a new instrument is one. */
const EXACT: readonly RegressorSettings[] = [
  defaultLearning().shared,
  { kind: 'gp', lengthScale: 'auto', noise: 0 },
  defaultRegressor('knn'),
  { kind: 'knn', k: 1, falloff: 2 },
];

interface Capture {
  readonly inputs: number[];
  readonly latents: number[];
}

/** Captures at different positions; latents in single precision, as the decoder receives them. */
const capturesOf = (latents: number): fc.Arbitrary<Capture[]> =>
  fc.constantFrom(4, 30, 1023).chain((most) =>
    fc.uniqueArray(
      fc.record({
        inputs: fc.array(
          fc.nat(PLACES).map((n) => n / PLACES),
          { minLength: 2, maxLength: 2 },
        ),
        latents: fc.array(most === 1023 ? fc.nat(most) : fc.float({ min: -most, max: most, noNaN: true }), {
          minLength: latents,
          maxLength: latents,
        }),
      }),
      { minLength: 1, maxLength: 16, selector: ({ inputs }) => inputs.join() },
    ),
  );

function presetOf(
  { manifest }: LibraryEntry,
  captures: readonly Capture[],
  settings: RegressorSettings,
): Preset {
  const empty = useModel(emptyPreset(null, 0), manifest, manifest.latentRanges);
  const captured = applyEdit(empty, {
    type: 'add-examples',
    examples: captures.map((capture, i) => ({ label: `capture ${i}`, ...capture })),
  });
  // The player may narrow a range: it bounds automation and random draws, never an example.
  const preset = applyEdit(captured, {
    type: 'steer-dimensions',
    dimensions: [0],
    change: { range: [0, 0.25] },
  });
  const { trained } = trainMapping({
    examples: preset.examples,
    learning: { shared: settings, perDimension: {}, automatic: true },
    inputCount: 2,
    latentCount: manifest.latentDims,
  });
  return { ...preset, trained };
}

/** A player of one model, as an offline render has it. */
class Listener {
  private decoded: number[] = [];
  private readonly player = new Player((report) => {
    if (report.type === 'telemetry') this.decoded = [...report.decoded];
  });
  private readonly track = Float32Array.from({ length: BLOCK }, (_, i) => Math.sin(i / 3) / 4);

  private constructor(private readonly model: LibraryEntry) {
    this.player.prepare(RATE, BLOCK, 1);
  }

  static async open(model: LibraryEntry): Promise<Listener> {
    const listener = new Listener(model);
    await listener.player.apply({ type: 'load', model });
    return listener;
  }

  /** The latents that the decoder receives with the inputs at each capture's position. */
  async latentsAt(preset: Preset, captures: readonly Capture[]): Promise<number[][]> {
    const { player, track } = this;
    const pending: Promise<void>[] = [];
    const link = { send: (command: StreamCommand) => pending.push(player.apply(command)) };
    sendDifference({ ...link, onReport: () => undefined }, null, preset);
    await Promise.all(pending);
    const { hop, sampleRate } = this.model.manifest;
    // Until two more latent frames are decoded, and a report of the state after them has come.
    const samples = (3 * hop * RATE) / sampleRate + RATE / 15;
    return captures.map(({ inputs }) => {
      inputs.forEach((value, i) => player.parameter(0, PARAMETER_INDEX.input + i, value));
      for (let at = 0; at < samples; at += BLOCK) player.process([track], [new Float32Array(BLOCK)], BLOCK);
      return this.decoded;
    });
  }

  close(): void {
    this.player.close();
  }
}

describe('what is captured is what is heard', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'tiller-captured-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = async (name: string): Promise<LibraryEntry> => {
    if ((FIXTURE_NAMES as readonly string[]).includes(name))
      return importFixture(name as FixtureName, {
        libraryDir: folder,
        variants: [{ frames: 1, batch: 1 }],
      });
    const found = (await new ModelFolder('dist/models').list()).find(
      ({ manifest }) => manifest.name === name,
    );
    if (found === undefined) throw new Error(`${name} was not imported`);
    return found;
  };

  // A latent at +3.21 was captured, and +2.10 was heard at its position: the ranges clipped it.
  it.each([...FIXTURE_NAMES, ...shipped])(
    'at every example of any captures with the model %s',
    async (name) => {
      const model = await open(name);
      const listener = await Listener.open(model);
      const { latentDims } = model.manifest;
      await fc.assert(
        fc.asyncProperty(capturesOf(latentDims), fc.constantFrom(...EXACT), async (captures, settings) => {
          const heard = await listener.latentsAt(presetOf(model, captures, settings), captures);
          heard.forEach((latents, i) => {
            expect(latents).toHaveLength(latentDims);
            const misses = latents.map((value, d) => Math.abs(value - (captures[i]?.latents[d] ?? NaN)));
            expect(Math.max(...misses)).toBeLessThanOrEqual(1e-6);
          });
        }),
        { numRuns: 6 },
      );
      listener.close();
    },
  );
});
