import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelManifest } from '../../src/engine/model/manifest.js';
import { makeLight } from '../../src/engine/model/precision/make-light.js';
import { formatReport } from '../../src/engine/model/report/report-file.js';
import { figureWords } from '../../src/protocol/light-words.js';
import type { LightReport, ModelReport } from '../../src/protocol/model-report.js';
import { everything, writeWideModel } from '../engine/model/precision/wide-model.js';
import { useLiveEngine } from './live-engine.js';
import { NO_OVERFLOW, overflow, screenshot, smallTargets } from './page.js';

const REPORT: ModelReport = {
  format: 'tiller-model-report',
  version: 1,
  notes: [],
  loads: [],
  processor: 'any',
  memoryBytes: null,
  latents: [],
};

/** Three models: with a light form, with none because it would not be faster, and one that was not tried. */
const folders = mkdtempSync(join(tmpdir(), 'tiller-precision-page-'));
const MODELS = { light: 'a'.repeat(64), slow: 'b'.repeat(64), untried: 'c'.repeat(64) };
let made: LightReport;
beforeAll(async () => {
  const dir = mkdtempSync(join(folders, 'form-'));
  const exact = writeWideModel(dir);
  const attempt = await makeLight(exact, 'test', everything);
  made = attempt.report;
  const slow: LightReport = { outcome: 'gains-too-little', version: 1, processor: 'AMD EPYC' };
  const write = (sha256: string, name: string, manifest: ModelManifest, light?: LightReport) => {
    const copy = join(folders, sha256);
    cpSync(dir, copy, { recursive: true });
    writeFileSync(join(copy, 'model.json'), JSON.stringify({ ...manifest, name, sha256 }));
    writeFileSync(
      join(copy, 'report.json'),
      formatReport({ ...REPORT, ...(light === undefined ? {} : { light }) }),
    );
  };
  write(MODELS.light, 'wide', attempt.manifest, made);
  write(MODELS.slow, 'slow', exact.manifest, slow);
  write(MODELS.untried, 'untried', exact.manifest);
  rmSync(dir, { recursive: true });
});
afterAll(() => rmSync(folders, { recursive: true, force: true }));

describe('the precision of a model', () => {
  const { open, probe } = useLiveEngine({
    files: (sandbox) => {
      cpSync(folders, join(sandbox.folder, 'models'), { recursive: true });
      return {};
    },
  });

  const select = async (sha256: string) => {
    probe.send({ type: 'select-model', sha256 });
    await probe.until(() => probe.slices.model.card?.sha256 === sha256, 'the model');
  };

  it('is chosen on the model’s panel, with what light gives and costs, and can be undone', async () => {
    const { page, consoleErrors } = await open();
    await select(MODELS.light);
    await page.getByRole('tab', { name: 'Model', exact: true }).click();
    if (made.outcome !== 'made') throw new Error('the fixture has no light form');
    await page.getByText(`Light: ${figureWords(made.figures)}.`).waitFor();
    expect(await page.getByRole('switch', { name: 'Exact' }).count()).toBe(0);
    await page.getByRole('radio', { name: 'Light' }).click();
    await probe.until(() => probe.slices.output.precision === 'light', 'light');
    await page.getByRole('switch', { name: 'Exact' }).click();
    await probe.until(() => probe.slices.output.bounceExact, 'an exact bounce');
    for (const size of [
      { width: 900, height: 600 },
      { width: 1440, height: 900 },
    ]) {
      await page.setViewportSize(size);
      expect(await overflow(page)).toEqual(NO_OVERFLOW);
      expect(await smallTargets(page)).toEqual([]);
      await screenshot(page, `precision-${size.width}`);
    }
    probe.send({ type: 'undo' });
    probe.send({ type: 'undo' });
    await probe.until(() => probe.slices.output.precision === 'exact', 'exact again');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('is not offered where light would not be faster, and says why', async () => {
    const { page, consoleErrors } = await open();
    await select(MODELS.slow);
    await page.getByRole('tab', { name: 'Model', exact: true }).click();
    await page.getByText('No light form: it would not be faster on AMD EPYC.').waitFor();
    expect(await page.getByRole('radio', { name: 'Light' }).count()).toBe(0);
    // A preset that asks for light says that the model plays exactly, and lets that be taken back.
    probe.send({ type: 'edit', edit: { type: 'set-output', change: { precision: 'light' } } });
    await page.getByText('It plays exactly.').waitFor();
    await page.getByRole('radio', { name: 'Exact' }).click();
    await probe.until(() => probe.slices.output.precision === 'exact', 'exact');
    await screenshot(page, 'precision-none');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('can be tried for a model that was imported before', async () => {
    const { page, consoleErrors } = await open();
    await select(MODELS.untried);
    await page.getByRole('tab', { name: 'Model', exact: true }).click();
    await page.getByRole('button', { name: 'Try a light form' }).click();
    // All matrices of this model are small.
    await page.getByText('No light form: it would not be faster').waitFor();
    expect(await page.getByRole('button', { name: 'Try a light form' }).count()).toBe(0);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });
});
