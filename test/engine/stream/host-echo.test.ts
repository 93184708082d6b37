import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultInput } from '../../../src/document/default-preset.js';
import { defaultOutput } from '../../../src/document/output.js';
import { parameterValues, type Automated } from '../../../src/document/parameter-values.js';
import { PARAMETERS } from '../../../src/document/parameters.js';
import { defaultDimension } from '../../../src/document/steering.js';
import type { ImportedModel } from '../../../src/engine/model/import/import.js';
import { Player } from '../../../src/engine/stream/player.js';
import { importFixture } from '../model/import-fixture.js';
import { noiseTrack } from './play.js';

const BLOCK = 100;
const BLOCKS = 120;
const CHANGED_AT = 40;

/** A document none of whose values single precision holds. */
const DOCUMENT: Automated = {
  inputs: [
    { ...defaultInput('one'), value: 0.3 },
    { ...defaultInput('two'), value: 0.7 },
  ],
  output: {
    ...defaultOutput(),
    dryWet: 0.6,
    inputGainDb: 1.1,
    outputGainDb: -0.7,
    ceilingDb: -2.3,
    latentNoise: 0.1,
  },
  steering: {
    amount: 0.9,
    glideSeconds: 0.03,
    dimensions: [{ ...defaultDimension(), mode: 'add', offset: 0.4 }],
  },
  attributes: [],
};

describe('an echo of the host', () => {
  let folder: string;
  let model: ImportedModel;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-echo-'));
    model = await importFixture('identity', { libraryDir: folder, variants: [{ frames: 1, batch: 1 }] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A track through a document that is recalled after some blocks; a host gives its values back in block `echoed`. */
  async function hear(echoed: number | null): Promise<Float32Array> {
    const player = new Player(() => undefined);
    const track = noiseTrack(BLOCK * BLOCKS, 0.3, 4);
    const heard = new Float32Array(track.length);
    player.prepare(48_000, BLOCK, 1);
    await player.apply({ type: 'load', model });
    for (let block = 0; block < BLOCKS; block++) {
      if (block === CHANGED_AT) {
        await player.apply({ type: 'inputs', inputs: DOCUMENT.inputs });
        await player.apply({ type: 'steering', steering: DOCUMENT.steering });
        await player.apply({ type: 'output', output: DOCUMENT.output });
        for (const [index, { value }] of DOCUMENT.inputs.entries())
          await player.apply({ type: 'parameter', index, value });
      }
      if (block === echoed)
        parameterValues(DOCUMENT).forEach((value, index) => player.parameter(0, index, Math.fround(value)));
      const from = block * BLOCK;
      player.process([track.slice(from, from + BLOCK)], [heard.subarray(from, from + BLOCK)], BLOCK);
    }
    player.close();
    return heard;
  }

  // A host's single precision differed from the document's double: an export depended on when, or whether, the host gave values back.
  it('does not change the sound, within the ramps of a recall nor after them', async () => {
    expect(PARAMETERS.length).toBe(parameterValues(DOCUMENT).length);
    const alone = await hear(null);
    for (const block of [CHANGED_AT + 1, CHANGED_AT + 30]) expect(await hear(block)).toEqual(alone);
  });
});
