import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TillerError } from '../../../../src/document/tiller-error.js';
import type { LibraryEntry } from '../../../../src/engine/model/library/model-folder.js';
import { MANIFEST_FILE } from '../../../../src/engine/model/library/model-folder.js';
import { addLight } from '../../../../src/engine/model/precision/add-light.js';
import { LIGHT_VERSION } from '../../../../src/engine/model/precision/make-light.js';
import { formatReport, readReport, REPORT_FILE } from '../../../../src/engine/model/report/report-file.js';
import type { LightReport, ModelReport } from '../../../../src/protocol/model-report.js';
import { type Bundles, bundleWorkers } from '../../bundle-worker.js';
import { writeWideModel } from './wide-model.js';

const REPORT: ModelReport = {
  format: 'tiller-model-report',
  version: 1,
  notes: ['a note'],
  loads: [],
  processor: '',
  memoryBytes: null,
  latents: [],
};

let bundles: Bundles;
let dir: string;
let entry: LibraryEntry;
beforeAll(async () => {
  bundles = await bundleWorkers('src/engine/model/precision/light-worker.ts');
});
afterAll(() => bundles.remove());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tiller-add-light-'));
  entry = writeWideModel(dir);
  await writeFile(join(dir, MANIFEST_FILE), JSON.stringify(entry.manifest));
  await writeFile(join(dir, REPORT_FILE), formatReport(REPORT));
});
afterEach(() => rm(dir, { recursive: true }));

const add = (again = false, script = bundles.url('light-worker')) => addLight(entry, { again, script });
const tried = (version: number): LightReport => ({ outcome: 'gains-too-little', version, processor: 'old' });
const keep = (light: LightReport) => writeFile(join(dir, REPORT_FILE), formatReport({ ...REPORT, light }));

describe('addLight', () => {
  it('tries the light form in a process, and says in the report what came of it', async () => {
    // All of the model's matrices are small.
    expect((await add()).manifest).toEqual(entry.manifest);
    const report = await readReport(dir);
    expect(report).toMatchObject({
      ...REPORT,
      light: { outcome: 'gains-too-little', version: LIGHT_VERSION },
    });
    expect(JSON.parse(await readFile(join(dir, MANIFEST_FILE), 'utf8'))).toEqual(entry.manifest);
  });

  it('tries once, again where an older version did, and where it is asked to', async () => {
    const processor = async () => (await readReport(dir))?.light?.processor;
    await keep(tried(LIGHT_VERSION));
    await add();
    expect(await processor()).toBe('old');
    await add(true);
    expect(await processor()).not.toBe('old');
    if (LIGHT_VERSION === 1) return;
    await keep(tried(LIGHT_VERSION - 1));
    await add();
    expect(await processor()).not.toBe('old');
  });

  it('leaves everything as it was where the process fails', async () => {
    await expect(add(false, bundles.url('none'))).rejects.toBeInstanceOf(TillerError);
    await rm(join(dir, 'encoder.onnx'));
    await expect(add()).rejects.toBeInstanceOf(TillerError);
    expect(await readReport(dir)).toEqual(REPORT);
    expect((await readdir(dir)).sort()).toEqual(
      ['decoder.onnx', MANIFEST_FILE, REPORT_FILE, 'weights.bin'].sort(),
    );
  });

  it('ends with the reason of its signal', async () => {
    const reason = new Error('cancelled');
    const script = bundles.url('light-worker');
    await expect(addLight(entry, { signal: AbortSignal.abort(reason), script })).rejects.toBe(reason);
    expect(await readReport(dir)).toEqual(REPORT);
  });

  it('removes what earlier attempts left, but nothing that is young or no part of a light form', async () => {
    const old = new Date(Date.now() - 2 * 3600 * 1000);
    const left = ['trial-abc-light.bin', 'light-0123456789ab.bin', 'encoder.light-0123456789ab.onnx'];
    const kept = ['card.json', 'light-notes.txt'];
    for (const name of [...left, ...kept]) {
      await writeFile(join(dir, name), 'x');
      await utimes(join(dir, name), old, old);
    }
    await writeFile(join(dir, 'trial-def-light.bin'), 'x');
    await add();
    const names = await readdir(dir);
    for (const name of left) expect(names).not.toContain(name);
    for (const name of [...kept, 'trial-def-light.bin', 'encoder.onnx']) expect(names).toContain(name);
  });
});
