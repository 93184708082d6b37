import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { useLiveEngine } from './live-engine.js';

/** The button of the list of presets that opens one; its name begins with the preset's. */
const presetRow = (page: Page, name: string) =>
  page.getByRole('tabpanel').getByRole('button', { name: new RegExp(`^${name}`) });

describe('presets', () => {
  /** Number of examples of the preset whose model is missing. */
  let examples = 0;
  const live = useLiveEngine({
    files: ({ folder: data }) => {
      const folder = join(data, 'presets');
      mkdirSync(folder);
      const [factory] = readdirSync('presets').filter((name) => name.endsWith('.tiller.json'));
      if (factory === undefined) throw new Error('there is no factory preset to start from');
      const preset = JSON.parse(readFileSync(join('presets', factory), 'utf8')) as Record<string, unknown>;
      examples = (preset.examples as unknown[]).length;
      const unknown = { ...preset, name: 'Far choir', model: { name: 'choir-v9', sha256: 'ab'.repeat(32) } };
      writeFileSync(join(folder, 'far-choir.tiller.json'), JSON.stringify(unknown));
      writeFileSync(join(folder, 'torn.tiller.json'), '{"format":');
      return {};
    },
  });
  const { sandbox, probe, open } = live;

  it('saves, changes and reloads a preset; deleting can be undone', async () => {
    const { page, consoleErrors } = await open();
    await page.getByRole('tab', { name: 'Library' }).click();
    await page.getByRole('button', { name: 'Save as…' }).click();
    await page.getByRole('textbox', { name: 'Name of the new preset' }).fill('Friday set');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Preset: Friday set', exact: true }).waitFor();
    expect(readdirSync(join(sandbox.folder, 'presets'))).toContain('friday-set.tiller.json');

    const ceiling = page.getByRole('textbox', { name: 'Ceiling, number' });
    const saved = await ceiling.inputValue();
    await ceiling.fill('-7.5 dB');
    await ceiling.press('Enter');
    await page.getByRole('button', { name: 'Preset: Friday set, changed' }).waitFor();
    expect(probe.slices.output.ceilingDb).toBeCloseTo(-7.5, 5);
    await presetRow(page, 'Friday set').click();
    await page.getByRole('button', { name: 'Preset: Friday set', exact: true }).waitFor();
    expect(await ceiling.inputValue()).toBe(saved);
    // Regression: opening a preset discarded unsaved changes.
    await page.getByTestId('toast').getByText('“Friday set” was left with unsaved changes.').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Preset: Friday set, changed' }).waitFor();
    expect(await ceiling.inputValue()).toBe('−7.5 dB');
    await page.keyboard.press('Control+Shift+z');
    await page.getByRole('button', { name: 'Preset: Friday set', exact: true }).waitFor();

    await page.getByRole('button', { name: 'Delete Friday set' }).click();
    await page.getByTestId('toast').getByText('“Friday set” was deleted.').waitFor();
    expect(readdirSync(join(sandbox.folder, 'presets'))).not.toContain('friday-set.tiller.json');
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click();
    await presetRow(page, 'Friday set').waitFor();
    expect(readdirSync(join(sandbox.folder, 'presets'))).toContain('friday-set.tiller.json');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('edits author, tags and description, searches by them, and undoes the edit', async () => {
    const { page, consoleErrors } = await open();
    await page.getByRole('tab', { name: 'Library' }).click();
    await presetRow(page, 'Friday set').click();
    await page.getByRole('button', { name: 'Preset: Friday set', exact: true }).waitFor();
    await page.getByRole('radio', { name: 'Details' }).click();
    const original = probe.slices.about.description;
    for (const [field, text] of [
      ['Author', 'Ada L.'],
      ['Tags', 'dark, live,  dark, '],
      ['Description', 'First slowly,\nthen all at once.'],
    ] as const) {
      await page.getByRole('textbox', { name: field }).fill(text);
      await page.getByRole('textbox', { name: field }).blur();
    }
    await probe.until(() => probe.slices.about.description.includes('at once'), 'the description');
    expect(probe.slices.about).toMatchObject({ author: 'Ada L.', tags: ['dark', 'live'] });
    await page.getByRole('button', { name: 'Save', exact: true }).first().click();
    await page.getByRole('radio', { name: 'Presets' }).click();
    for (const [words, found] of [
      ['ada dark', 1],
      ['all at once', 1],
      ['ada bright', 0],
    ] as const) {
      await page.getByRole('searchbox', { name: 'Search presets' }).fill(words);
      await presetRow(page, 'Friday set').waitFor({ state: found === 1 ? 'visible' : 'detached' });
    }
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await probe.until(() => probe.slices.about.description === original, 'the undone description');
    expect(probe.slices.about.tags).toEqual(['dark', 'live']);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('narrows the list to a tag or to favourites, which the engine keeps', async () => {
    const { page, consoleErrors } = await open();
    await page.getByRole('tab', { name: 'Library' }).click();
    const rows = page.getByRole('tabpanel').getByRole('listitem');
    const all = await rows.count();
    const tag = probe.slices.library.presets.find(({ tags }) => tags.length > 0)?.tags[0] ?? '';
    const tagged = probe.slices.library.presets.filter(({ tags }) => tags.includes(tag));
    expect(tagged.length).toBeLessThan(all);
    await rows.getByRole('button', { name: tag, exact: true }).first().click();
    await page.getByRole('group', { name: 'Only with these tags' }).waitFor();
    expect(await rows.count()).toBe(tagged.length);
    await page.getByRole('group', { name: 'Only with these tags' }).getByRole('button').click();
    expect(await rows.count()).toBe(all);

    await page.getByRole('button', { name: 'Favourite: Friday set' }).click();
    await probe.until(() => probe.slices.favourites.presets.includes('user/friday-set'), 'the favourite');
    await page.getByRole('button', { name: 'Favourite: Friday set', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'Favourites only' }).click();
    expect(await rows.count()).toBe(1);
    expect(readdirSync(join(sandbox.folder, 'data', 'tiller'))).toContain('favourites.json');
    await page.getByRole('button', { name: 'Favourite: Friday set' }).click();
    await page.getByText('There are no favourites yet.').waitFor();
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('lists the trash, restores from it, and asks before it is emptied', async () => {
    const { page, consoleErrors } = await open();
    await page.getByRole('tab', { name: 'Library' }).click();
    await page.getByRole('button', { name: 'Duplicate Friday set' }).click();
    await page.getByRole('button', { name: 'Delete Friday set 2' }).click();
    await page.getByRole('radio', { name: 'Trash' }).click();
    await page.getByRole('button', { name: 'Restore Friday set 2' }).click();
    await probe.until(() => probe.slices.trash.presets.length === 0, 'the restored preset');
    await page.getByText('The trash is empty').waitFor();
    await page.getByRole('radio', { name: 'Presets' }).click();
    await page.getByRole('button', { name: 'Delete Friday set 2' }).click();
    await page.getByRole('radio', { name: 'Trash' }).click();
    await page.getByRole('button', { name: 'Empty the trash…' }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(probe.slices.trash.presets.length).toBe(1);
    await page.getByRole('button', { name: 'Empty the trash…' }).click();
    await page.getByRole('button', { name: 'Remove for good' }).click();
    await probe.until(() => probe.slices.trash.presets.length === 0, 'the empty trash');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('names a missing model, keeps the rest of the preset, and lists unreadable files', async () => {
    const { page, consoleErrors } = await open();
    await page.getByRole('tab', { name: 'Library' }).click();
    expect(
      await page
        .getByRole('listitem')
        .filter({ has: page.getByRole('button', { name: 'torn', exact: true }) })
        .getByText('unreadable')
        .isVisible(),
    ).toBe(true);
    await presetRow(page, 'Far choir').click();
    await page.getByRole('button', { name: 'Model: choir-v9, missing' }).waitFor();
    await page
      .getByTestId('toast')
      .getByText(/plays the model “choir-v9”, which is not in the library/)
      .waitFor();
    await probe.until(() => probe.slices.model.missing?.name === 'choir-v9', 'the missing model');
    expect(probe.slices.examples.length).toBe(examples);
    expect(examples).toBeGreaterThan(0);
    await presetRow(page, 'Friday set').click();
    await page.getByRole('button', { name: /^Model: (?!choir)/ }).waitFor();
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });
});
