import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelReport } from '../../../src/protocol/model-report.js';
import type { LibraryEntry } from '../../../src/engine/model/library/model-folder.js';
import type { ListenWith } from '../../../src/document/listen-with.js';
import { ModelBrowser } from '../../../src/engine/instrument/model-browser.js';
import { TillerError } from '../../../src/document/tiller-error.js';
import { documentOf } from '../http/rig.js';

const entry = (name: string, sha256: string) =>
  ({
    dir: `/nowhere/${sha256}`,
    manifest: { name, sha256, latentRanges: [], variants: [] },
  }) as unknown as LibraryEntry;
const OWN = 'a'.repeat(64);
const SHIPPED = 'b'.repeat(64);

/** An import that ends when the test says so, or with its signal. */
interface HeldImport {
  path: string;
  sampleRate: number | undefined;
  onProgress: (share: number, step: string) => void;
  finish: (imported: LibraryEntry) => void;
}

describe('the model browser', () => {
  let own: LibraryEntry;
  let entries: LibraryEntry[];
  let looked: number;
  let held: HeldImport[];
  let emptied: boolean;
  beforeEach(() => {
    own = entry('choir', OWN);
  });
  const open = async (
    playing: string,
    bundledFolder: string | null = null,
    listenWith: ListenWith | null = null,
  ) => {
    entries = [own, entry('percussion', SHIPPED)];
    looked = 0;
    held = [];
    emptied = false;
    const preset = { ...documentOf(2, 1), model: { name: 'it', sha256: playing }, listenWith };
    return ModelBrowser.open(
      {
        list: () => Promise.resolve(entries),
        import: (path, { onProgress = () => undefined, signal, sampleRate } = {}) =>
          new Promise((finish, reject) => {
            const end = () => reject(new TillerError('import-cancelled', 'The import was cancelled.'));
            if (signal?.aborted === true) end();
            signal?.addEventListener('abort', end);
            held.push({ path, sampleRate, onProgress, finish });
          }),
        owns: ({ manifest }) => manifest.sha256 === OWN,
        remove: (sha256) => {
          if (sha256 !== OWN) return Promise.reject(new TillerError('disk-denied', 'It stays.'));
          entries = entries.filter(({ manifest }) => manifest.sha256 !== sha256);
          return Promise.resolve();
        },
        restore: () => {
          entries = [own, ...entries];
          return Promise.resolve();
        },
        trashed: () =>
          Promise.resolve(
            entries.includes(own) || emptied ? [] : [{ manifest: own.manifest, removedMs: 1000 }],
          ),
        emptyTrash: () => {
          emptied = true;
          return Promise.resolve();
        },
      },
      {
        state: { preset } as never,
        models: {
          lookAgain: () => {
            looked += 1;
            return Promise.resolve();
          },
        },
      },
      bundledFolder,
    );
  };

  it('say which of them can be removed', async () => {
    const browser = await open(SHIPPED);
    expect(browser.cards.map(({ name, removable }) => [name, removable])).toEqual([
      ['choir', true],
      ['percussion', false],
    ]);
    await expect(browser.remove(SHIPPED)).rejects.toThrow('It stays.');
    expect(browser.cards).toHaveLength(2);
  });

  // Cards were found by name alone: another one's licence, text and labels stood under the player's own export.
  it('have the card that comes with them, and not that of another of the same name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tiller-bundled-'));
    await mkdir(join(folder, SHIPPED));
    await mkdir(join(folder, 'percussion'));
    const card = {
      licence: 'CC0-1.0',
      character: 'drums and bells',
      trainedOn: 'one-shots and patterns (`models/training/corpus`)',
      dimensions: [{ label: 'brightness' }],
    };
    await writeFile(join(folder, 'percussion', 'card.json'), JSON.stringify(card));
    own = entry('percussion', OWN);
    const browser = await open(SHIPPED, folder);
    await rm(folder, { recursive: true });
    const text = 'Drums and bells. Trained on one-shots and patterns.';
    expect(browser.cards).toMatchObject([
      { sha256: OWN, bundled: false, licence: null, text: null, dimensionLabels: [] },
      { sha256: SHIPPED, bundled: true, licence: 'CC0-1.0', text, dimensionLabels: ['brightness'] },
    ]);
  });

  it('are listed with 2 before 10, whatever the order of the library', async () => {
    const browser = await open(SHIPPED);
    entries = ['v10', 'V2', 'choir', 'v1'].map((name, i) => entry(name, String(i).repeat(64)));
    await browser.emptyTrash();
    expect(browser.cards.map(({ name }) => name)).toEqual(['choir', 'v1', 'V2', 'v10']);
  });

  it('say what each latent does, where their makers do not', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tiller-report-'));
    const effect = { loudnessDb: 0, brightnessOctaves: 1.5, noisiness: 0, timbreDb: 9 };
    const report: ModelReport = {
      format: 'tiller-model-report',
      version: 1,
      notes: [],
      loads: [],
      processor: 'any',
      memoryBytes: null,
      latents: [
        { activity: 1, effect },
        { activity: 0, effect: null },
      ],
    };
    await writeFile(join(dir, 'report.json'), JSON.stringify(report));
    own = { ...own, dir };
    const browser = await open(SHIPPED);
    await rm(dir, { recursive: true });
    expect(browser.cards).toMatchObject([
      { sha256: OWN, dimensionLabels: ['dark to bright', 'not measured'], report },
      { sha256: SHIPPED, dimensionLabels: [], report: null },
    ]);
  });

  it('are imported with the sample rate that is given, and else with their own', async () => {
    const browser = await open(SHIPPED);
    const imports = [browser.import('/tmp/a', 'a.ts'), browser.import('/tmp/b', 'b.ts', 44_100)];
    for (let i = 0; i < imports.length; i += 1) {
      while (held[i] === undefined) await new Promise(setImmediate);
      held[i]?.finish(own);
    }
    expect(await Promise.all(imports)).toEqual([OWN, OWN]);
    expect(held.map(({ sampleRate }) => sampleRate)).toEqual([undefined, 44_100]);
  });

  it('are removed and brought back; the instrument looks again where it plays one', async () => {
    const idle = await open(SHIPPED);
    await idle.remove(OWN);
    expect(idle.cards.map(({ name }) => name)).toEqual(['percussion']);
    expect(looked).toBe(0);
    const browser = await open(OWN);
    await browser.remove(OWN);
    expect(looked).toBe(1);
    await browser.restore(OWN);
    expect(looked).toBe(2);
    expect(browser.cards.map(({ name }) => name)).toEqual(['choir', 'percussion']);
  });

  // The preset went on listening with its own encoder until it was opened again.
  it('are looked for again where the instrument listens with one that is removed, brought back or imported', async () => {
    const model = { name: 'choir', sha256: OWN };
    const browser = await open(SHIPPED, null, { model, delaySamples: 0, adapter: null });
    await browser.remove(OWN);
    expect(looked).toBe(1);
    await browser.restore(OWN);
    expect(looked).toBe(2);
    const [listened, other] = [browser.import('/a', 'a.ts'), browser.import('/b', 'b.ts')];
    await turn();
    held[0]?.finish(own);
    await listened;
    expect(looked).toBe(3);
    await turn();
    held[1]?.finish(entry('bells', 'c'.repeat(64)));
    await other;
    expect(looked).toBe(3);
  });

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('are imported one after the other, in the order in which they came', async () => {
    const browser = await open(SHIPPED);
    const [first, second] = [browser.import('/a', 'a.ts'), browser.import('/b', 'b.ts')];
    await turn();
    expect(held.map(({ path }) => path)).toEqual(['/a']);
    held[0]?.onProgress(0.5, 'Translating');
    expect(browser.importing).toEqual({ id: 1, file: 'a.ts', progress: 0.5, step: 'Translating' });
    held[0]?.finish(own);
    expect(await first).toBe(OWN);
    await turn();
    expect(held.map(({ path }) => path)).toEqual(['/a', '/b']);
    expect(browser.importing).toMatchObject({ id: 2, file: 'b.ts', progress: 0 });
    held[1]?.finish(own);
    await second;
    expect(browser.importing).toBeNull();
  });

  it('are no longer imported once that is cancelled; what waits comes next', async () => {
    const browser = await open(SHIPPED);
    const [first, second] = [browser.import('/a', 'a.ts'), browser.import('/b', 'b.ts')];
    const ended = expect(first).rejects.toMatchObject({ code: 'import-cancelled' });
    await turn();
    browser.cancelImport(7);
    expect(browser.importing?.step).not.toBe('Cancelling');
    browser.cancelImport(1);
    expect(browser.importing?.step).toBe('Cancelling');
    // What the thread had said before it heard.
    held[0]?.onProgress(0.7, 'Writing');
    expect(browser.importing?.step).toBe('Cancelling');
    await ended;
    await turn();
    // A second press that meant the first one.
    browser.cancelImport(1);
    expect(browser.importing).toMatchObject({ id: 2, progress: 0 });
    held[1]?.finish(own);
    expect(await second).toBe(OWN);
  });

  it('are no longer imported when the engine ends, nor is what waits', async () => {
    const browser = await open(SHIPPED);
    const both = [browser.import('/a', 'a.ts'), browser.import('/b', 'b.ts')];
    const ended = Promise.all(
      both.map((one) => expect(one).rejects.toMatchObject({ code: 'import-cancelled' })),
    );
    await turn();
    await browser.close();
    await ended;
  });

  it('lists what is in the trash, until it is restored or the trash is emptied', async () => {
    const models = await open(SHIPPED);
    expect(models.trashed).toEqual([]);
    await models.remove(OWN);
    expect(models.trashed).toEqual([{ token: OWN, name: 'choir', deletedMs: 1000 }]);
    await models.restore(OWN);
    expect(models.trashed).toEqual([]);
    await models.remove(OWN);
    await models.emptyTrash();
    expect(models.trashed).toEqual([]);
  });
});
