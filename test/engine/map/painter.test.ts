import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { Painter } from '../../../src/engine/map/painter.js';
import { documentOf } from '../http/rig.js';

describe('the painter', () => {
  // Nobody answered, and that window painted nothing any more.
  it('says so where its thread dies while a model is looked up', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tiller-painter-'));
    const worker = join(folder, 'mortal.mjs');
    await writeFile(worker, 'process.exit(1);');
    const document = documentOf(2, 3);
    const { trained } = trainMapping({
      examples: document.examples,
      learning: { shared: { kind: 'linear', ridge: 0 }, perDimension: {}, automatic: false },
      inputCount: 2,
      latentCount: 2,
    });
    const state = { preset: { ...document, trained }, model: { manifest: { sha256: 'a'.repeat(64) } } };
    const painter = new Painter(
      { state: state as never, subscribe: () => () => undefined },
      // Longer than the thread lives.
      { find: () => new Promise((resolve) => setTimeout(() => resolve(null), 500)) },
      pathToFileURL(worker),
    );
    await expect(painter.paint({ mode: 'latents', x: 0, y: 1, dimension: 0 })).rejects.toThrow(
      'The map could not be painted.',
    );
    await painter.close();
    await rm(folder, { recursive: true });
  });
});
