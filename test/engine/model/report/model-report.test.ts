import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importModel } from '../../../../src/engine/model/import/import.js';
import { measureLoads } from '../../../../src/engine/model/report/measure-loads.js';
import { measureReport } from '../../../../src/engine/model/report/measure-report.js';
import { readReport, REPORT_FILE } from '../../../../src/engine/model/report/report-file.js';
import { bundleWorkers } from '../../bundle-worker.js';
import { fixtureMeta, fixturePath, type FixtureName } from '../fixtures.js';

let libraryDir: string;
beforeEach(async () => {
  libraryDir = await mkdtemp(join(tmpdir(), 'tiller-report-'));
});
afterEach(() => rm(libraryDir, { recursive: true, force: true }));

const imported = (name: FixtureName, frames = 1, batch = 1) =>
  importModel(fixturePath(name), { libraryDir, variants: [{ frames, batch }] });

describe('the report of a model', () => {
  it('lies beside it after an import', async () => {
    const { dir } = await imported('mono', 4, 2);
    const report = await readReport(dir);
    expect(report?.loads.map(({ frames, batch }) => [frames, batch])).toEqual([[1, 1], [4, 2]]); // prettier-ignore
    expect(report?.latents).toHaveLength(fixtureMeta('mono').latents);
    expect(report?.notes).toEqual([]);
    const measured = report?.latents.filter(({ effect }) => effect !== null) ?? [];
    expect(measured.length).toBeGreaterThanOrEqual(Math.min(8, fixtureMeta('mono').latents));
    for (const { activity, effect } of report?.latents ?? []) {
      expect(activity).toBeGreaterThan(0);
      expect(effect === null || effect.timbreDb > 0).toBe(true);
    }
  });

  it('notes what is unusual', async () => {
    const { dir } = await imported('blockwise');
    expect((await readReport(dir))?.notes).toContainEqual(expect.stringContaining('without streaming'));
  });

  it('is made again by an import where it cannot be read', async () => {
    const { dir } = await imported('identity');
    const path = join(dir, REPORT_FILE);
    const { mtimeMs } = await stat(path);
    await imported('identity');
    expect((await stat(path)).mtimeMs).toBe(mtimeMs);
    await writeFile(path, '{"format":"tiller-model-report"');
    expect(await readReport(dir)).toBeNull();
    await imported('identity');
    expect(await readReport(dir)).not.toBeNull();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ version: 1 });
  });

  it('has what the model takes in each variant', async () => {
    const entry = await imported('delay', 2, 2);
    const loads = await measureLoads(entry);
    expect(loads.map(({ frames, batch }) => [frames, batch])).toEqual([[1, 1], [2, 2]]); // prettier-ignore
    for (const { encodeMs, decodeMs, priorMs, frames, shareOfRealTime } of loads) {
      expect(encodeMs).toBeGreaterThan(0);
      expect(priorMs).toBeUndefined();
      const lastsMs = (1000 * 16 * frames) / 16_000;
      expect(shareOfRealTime).toBeCloseTo((encodeMs + decodeMs) / lastsMs, 6);
    }
  });

  it('is measured in a process of its own, with the memory that it takes, and else on this thread', async () => {
    const entry = await imported('mono');
    const bundles = await bundleWorkers('src/engine/model/report/report-worker.ts');
    try {
      const script = bundles.url('report-worker');
      const { memoryBytes, notes, latents } = await measureReport(entry, { notes: ['a note'] }, script);
      expect(memoryBytes).toBeGreaterThan(1e6);
      expect(memoryBytes).toBeLessThan(1e9);
      expect(notes).toEqual(['a note']);
      const here = await measureReport(entry, { notes: [] }, bundles.url('none'));
      expect(here.memoryBytes).toBeNull();
      const activities = (all: typeof latents) => all.map(({ activity }) => activity);
      expect(activities(here.latents)).toEqual(activities(latents));

      const cancelled = new Error('cancelled');
      const signal = AbortSignal.abort(cancelled);
      await expect(measureReport(entry, { notes: [], signal }, script)).rejects.toBe(cancelled);
    } finally {
      await bundles.remove();
    }
  });
});
