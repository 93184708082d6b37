import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Archive } from '../../src/engine/torchscript/archive.js';
import { fixturePath } from '../engine/model/fixtures.js';
import { buildZip } from '../engine/torchscript/archive-builder.js';
import { useLiveEngine } from './live-engine.js';
import { dropFile, dropFiles } from './page.js';

/** The same model without the attribute that states its sample rate. */
async function withoutRate(bytes: Buffer): Promise<Buffer> {
  const archive = await Archive.fromBytes(bytes);
  const renamed = (data: Buffer) =>
    Buffer.from(
      data.toString('latin1').replace('X\x02\0\0\0sr', 'X\x02\0\0\0sq').replace('  sr : int', '  sq : int'),
      'latin1',
    );
  return buildZip(
    archive.names().map((name) => {
      const data = archive.read(name);
      return { name: `mono/${name}`, data: /\.(pkl|py)$/.test(name) ? renamed(data) : data };
    }),
  );
}

const text = (words: string) => new TextEncoder().encode(words);
const model = (name: Parameters<typeof fixturePath>[0]) => readFileSync(fixturePath(name));

/** Imports run at the lowest priority, on machines that do other work. */
const IMPORT_MILLISECONDS = 240_000;

describe('files that are dropped on the window', () => {
  const live = useLiveEngine({
    files: ({ folder }) => {
      const temporary = join(folder, 'temporary');
      mkdirSync(temporary);
      return { temporary };
    },
  });
  const { sandbox, probe } = live;
  const open = async () => {
    const opened = await live.open();
    opened.page.setDefaultTimeout(IMPORT_MILLISECONDS);
    return opened;
  };
  /** The system's folder for temporary files, as the engine sees it. */
  const temporary = join(sandbox.folder, 'temporary');

  const ownModels = () =>
    readdirSync(join(sandbox.folder, 'models')).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const messages = (page: Page) => page.getByTestId('toast').allInnerTexts();
  const dismissAll = async (page: Page) => {
    while ((await page.getByRole('button', { name: 'Dismiss' }).count()) > 0)
      await page.getByRole('button', { name: 'Dismiss' }).first().click();
  };

  it('are refused with their names, and without errors in the browser’s console', async () => {
    const { page, consoleErrors } = await open();
    await dropFile(page, 'broken.ts', text('this is not a model'));
    await page.getByTestId('toast').filter({ hasText: 'broken.ts' }).waitFor();
    await dismissAll(page);
    await dropFile(page, 'torn.tiller', text('{"format":'));
    await page.getByTestId('toast').filter({ hasText: 'torn.tiller' }).waitFor();
    await dropFile(page, 'notes.txt', text('hello'));
    await page.getByTestId('toast').getByText('Tiller cannot use notes.txt.').waitFor();
    await dismissAll(page);

    // Regression: two equal faults made one message, which named neither file.
    await dropFiles(page, [
      ['first.ts', text('this is not a model')],
      ['second.ts', text('neither is this')],
      ['noise.wav', text('RIFF, but no sound')],
    ]);
    const alert = page.getByTestId('toast').filter({ hasText: '3 files were not added.' });
    await alert.waitFor();
    for (const name of ['first.ts', 'second.ts', 'noise.wav'])
      expect(await alert.innerText()).toContain(`${name}`);
    expect(await messages(page)).toHaveLength(1);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('add a model, which can be removed and restored', async () => {
    const { page, consoleErrors } = await open();
    await dropFile(page, 'percussion.ts', readFileSync('models/percussion/percussion.ts'));
    await page.getByText('Importing percussion.ts').first().waitFor();
    await page.getByTestId('toast').getByText('percussion.ts is in the library and plays now.').waitFor();
    expect(ownModels()).toHaveLength(1);
    expect(probe.slices.model.card?.name).toBe('percussion');
    // The same model was current already: there is nothing to save or to undo.
    expect(probe.slices.history).toMatchObject({ dirty: false, canUndo: false });

    // The imported copy can be removed; the bundled one continues to play.
    await page.getByRole('tab', { name: 'Library' }).click();
    await page.getByRole('radio', { name: 'Models' }).click();
    expect(await page.getByRole('button', { name: 'Remove voices' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Remove percussion' }).click();
    await page.getByTestId('toast').getByText('“percussion” was removed from the library.').waitFor();
    await page.getByRole('button', { name: 'Remove percussion' }).waitFor({ state: 'detached' });
    expect(ownModels()).toEqual([]);
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Remove percussion' }).waitFor();
    expect(ownModels()).toHaveLength(1);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('are added together: models, then the preset that is opened; refused ones are reported separately', async () => {
    const { page, consoleErrors } = await open();
    const [preset = ''] = readdirSync('presets').filter((name) => name.endsWith('.tiller.json'));
    await dropFiles(page, [
      ['evening.tiller', readFileSync(join('presets', preset))],
      ['broken.ts', text('this is not a model')],
      ['small.ts', model('identity')],
      ['late.ts', model('delay')],
    ]);
    await page
      .getByTestId('toast')
      .getByText('3 files are in the library; evening.tiller plays now.')
      .waitFor();
    await page.getByTestId('toast').filter({ hasText: 'broken.ts' }).waitFor();
    expect(await messages(page)).toHaveLength(2);
    const names = probe.slices.library.models.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['small', 'late']));
    const { name } = JSON.parse(readFileSync(join('presets', preset), 'utf8')) as { name: string };
    expect([probe.slices.about.name, probe.slices.history.dirty]).toEqual([name, false]);
    await dismissAll(page);

    // A model never replaces the one that plays: playing it is offered.
    const playing = probe.slices.model.card?.sha256;
    await dropFiles(page, [
      ['late.ts', model('delay')],
      ['small.ts', model('identity')],
    ]);
    await page.getByTestId('toast').getByText('2 files are in the library.').waitFor();
    expect(probe.slices.model.card?.sha256).toBe(playing);
    expect(await page.getByRole('button', { name: 'New instrument on it: small.ts' }).isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Play here: small.ts' }).click();
    await probe.until(() => probe.slices.model.card?.name === 'small', 'the last model');
    await dismissAll(page);
    // Regression: removing the current model was reported twice.
    await page.getByRole('tab', { name: 'Library' }).click();
    await page.getByRole('radio', { name: 'Models' }).click();
    await page.getByRole('button', { name: 'Remove small' }).click();
    await page.getByTestId('toast').getByText('“small” was removed from the library.').waitFor();
    await page.getByRole('button', { name: 'Model: small, missing' }).waitFor();
    expect(await messages(page)).toHaveLength(1);
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: /^Model: small(?!, missing)/ }).waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await probe.until(() => probe.slices.model.card?.name !== 'small', 'the model of before');
    expect(probe.slices.history.undoLabel).toBe('open preset');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('can be cancelled by keyboard during the import, also from another window', async () => {
    const one = await open();
    const two = await open();
    const before = { models: ownModels(), playing: probe.slices.model.card?.sha256 };
    // Large enough to be cancelled in time, and not in the user's library.
    const files = (name: string): [string, Uint8Array][] => [
      [`${name}.ts`, readFileSync('models/voices/voices.ts')],
      [`${name} behind.ts`, model('stereo')],
    ];
    for (const window of [one.page, two.page]) {
      const name = window === one.page ? 'here' : 'there';
      await dropFiles(one.page, files(name));
      const cancel = window.getByRole('button', { name: 'Cancel import' });
      await cancel.waitFor();
      expect(await window.getByRole('progressbar', { name: `Import of ${name}.ts` }).isVisible()).toBe(true);
      expect(readdirSync(temporary).length).toBeGreaterThan(0);
      await cancel.focus();
      await window.keyboard.press('Enter');
      await one.page.getByTestId('toast').getByText(`${name}.ts: The import was cancelled.`).waitFor();
      await one.page.getByTestId('toast').getByText(`Skipped: ${name} behind.ts.`).waitFor();
      await probe.until(
        () => probe.slices.library.importing === null,
        'the end of the import',
        IMPORT_MILLISECONDS,
      );
      expect(readdirSync(temporary)).toEqual([]);
      expect(
        readdirSync(join(sandbox.folder, 'models')).filter((entry) => entry.includes('staging')),
      ).toEqual([]);
      expect(ownModels()).toEqual(before.models);
      expect(probe.slices.model.card?.sha256).toBe(before.playing);
    }
    expect([...one.consoleErrors, ...two.consoleErrors]).toEqual([]);
    await one.page.context().close();
    await two.page.context().close();
  });

  it('ask for the sample rate of a model that does not state it', async () => {
    const { page, consoleErrors } = await open();
    await dropFile(page, 'rateless.ts', await withoutRate(model('mono')));
    const question = page.getByRole('form', { name: 'Sample rate' });
    await question.getByText('rateless.ts does not state a sample rate').waitFor();
    const field = question.getByRole('combobox', { name: 'Sample rate in Hz' });
    await field.fill('7999');
    expect(await question.getByRole('button', { name: 'Import', exact: true }).isEnabled()).toBe(false);
    await field.fill('32000');
    await field.press('Enter');
    await question.waitFor({ state: 'detached' });
    await probe.until(
      () =>
        probe.slices.library.models.some(
          ({ name, sampleRate }) => name === 'rateless' && sampleRate === 32_000,
        ),
      'the model',
      IMPORT_MILLISECONDS,
    );
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('leave no temporary files when the engine ends during the import', async () => {
    const { page } = await open();
    await dropFile(page, 'late.ts', readFileSync('models/voices/voices.ts'));
    await page.getByRole('button', { name: 'Cancel import' }).waitFor();
    expect(readdirSync(temporary)).toHaveLength(1);
    await live.engine.stop();
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(join(sandbox.folder, 'models')).filter((entry) => entry.includes('staging'))).toEqual(
      [],
    );
    await page.context().close();
  });
});
