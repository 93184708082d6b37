import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { effectFile } from '../engine/model/import/effect-source.js';
import { useLiveEngine } from './live-engine.js';
import { dropFile, NO_OVERFLOW, overflow, screenshot, smallTargets } from './page.js';

const MODEL = join('test', 'fixtures', 'attributes', 'learning.torchscript');

const PRIOR = join('test', 'fixtures', 'prior', 'prior.torchscript');
const CHOICES = join('test', 'fixtures', 'attributes', 'choices.torchscript');

/** Imports run at the lowest priority, on machines that do other work. */
const IMPORT_MILLISECONDS = 240_000;

describe('what a model lets be set', () => {
  const { open, probe } = useLiveEngine();

  it('is set on a panel of its own, bounded by the player, and can be undone', async () => {
    const { page, consoleErrors } = await open();
    const tab = page.getByRole('tab', { name: 'Model', exact: true });
    await dropFile(page, 'learning.ts', readFileSync(MODEL));
    const imported = () => probe.slices.library.models.find(({ name }) => name === 'learning');
    await probe.until(() => imported() !== undefined, 'the import', IMPORT_MILLISECONDS);
    probe.send({ type: 'select-model', sha256: imported()?.sha256 ?? '' });
    await tab.waitFor();
    await tab.click();
    expect(await page.getByRole('row').count()).toBe(9);
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    expect(await smallTargets(page)).toEqual([]);
    await screenshot(page, 'model-settings');

    const temperature = page.getByRole('textbox', { name: 'temperature, number' });
    await temperature.fill('1.5');
    await temperature.press('Enter');
    await probe.until(() => probe.slices.attributes[4]?.value === 1.5, 'the temperature');
    await page.getByRole('textbox', { name: 'temperature highest' }).fill('1.2');
    await page.getByRole('textbox', { name: 'temperature highest' }).press('Enter');
    await probe.until(
      () => probe.slices.attributes[4]?.value === 1.2,
      'the temperature within its new range',
    );
    const learn = page.getByRole('switch', { name: 'learn target' });
    await learn.click();
    await probe.until(() => probe.slices.attributes[1]?.value === 1, 'the switch');
    await page.getByRole('switch', { name: 'learn target', checked: true }).waitFor();
    const shape = page.getByRole('textbox', { name: 'shape, number' });
    await shape.fill('2');
    await shape.press('Enter');
    await probe.until(() => probe.slices.attributes[5]?.value === 2, 'the whole number');

    for (let step = 0; step < 4; step += 1) probe.send({ type: 'undo' });
    await probe.until(
      () =>
        probe.slices.attributes.every(({ value, initial }) => value === initial) &&
        probe.slices.attributes[4]?.range[1] === 2,
      'the settings as the file states them',
    );
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('lets a model that has a prior play by itself', async () => {
    const { page, consoleErrors } = await open();
    await dropFile(page, 'prior.ts', readFileSync(PRIOR));
    const imported = () => probe.slices.library.models.find(({ name }) => name === 'prior');
    await probe.until(() => imported() !== undefined, 'the import', IMPORT_MILLISECONDS);
    probe.send({ type: 'select-model', sha256: imported()?.sha256 ?? '' });
    await page.getByRole('tab', { name: 'Model', exact: true }).click();
    await page.getByRole('switch', { name: 'Play by itself' }).click();
    await probe.until(() => probe.slices.output.prior, 'the prior');
    const temperature = page.getByRole('textbox', { name: 'Prior temperature, number' });
    await temperature.fill('-1.5');
    await temperature.press('Enter');
    await probe.until(() => probe.slices.output.priorTemperature === -1.5, 'the temperature');
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    expect(await smallTargets(page)).toEqual([]);
    await screenshot(page, 'model-prior');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('has another model listen, and goes back', async () => {
    const { page, consoleErrors } = await open();
    const [player, other] = probe.slices.library.models.filter(({ bundled }) => bundled);
    probe.send({ type: 'select-model', sha256: player?.sha256 ?? '' });
    await probe.until(() => probe.slices.model.card?.sha256 === player?.sha256, 'the model');
    await page.getByRole('tab', { name: 'Model', exact: true }).click();
    const choice = page.getByRole('combobox', { name: 'Whose encoder listens' });
    await choice.selectOption(other?.sha256 ?? '');
    await probe.until(
      () => probe.slices.listenWith.model?.sha256 === other?.sha256,
      'the encoder',
      IMPORT_MILLISECONDS,
    );
    await page.getByRole('switch', { name: 'Adapted' }).waitFor();
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    expect(await smallTargets(page)).toEqual([]);
    await screenshot(page, 'model-listen');
    await choice.selectOption('own');
    await probe.until(() => probe.slices.listenWith.model === null, 'the own encoder');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('takes the pad’s place for an effect, which has no map', async () => {
    const { page, consoleErrors } = await open();
    await dropFile(page, 'effect.ts', Buffer.from(effectFile()));
    const imported = () => probe.slices.library.models.find(({ name }) => name === 'effect');
    await probe.until(() => imported() !== undefined, 'the import', IMPORT_MILLISECONDS);
    // An empty preset was opened in place of this one, and could not be mapped.
    const { name } = probe.slices.about;
    await page.getByRole('button', { name: 'Map it' }).click();
    await page.getByText('it has no latents that could be mapped').first().waitFor();
    expect(probe.slices.about.name).toBe(name);
    probe.send({ type: 'select-model', sha256: imported()?.sha256 ?? '' });
    await page.getByText('No latents, no map').waitFor();
    expect(await page.getByRole('button', { name: 'Map this model' }).count()).toBe(0);
    await page.getByRole('combobox', { name: 'mode' }).selectOption('fold');
    await probe.until(() => probe.slices.attributes[1]?.value === 1, 'the mode');
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    const playing = page.getByRole('group', { name: 'Playing' });
    for (const label of ['Capture', 'Learn', 'Random', 'Release', 'Freeze'])
      await playing.getByRole('button', { name: label, disabled: true }).waitFor();
    await screenshot(page, 'model-effect');
    // Its panels asked for examples and latents, and the deck had a pad that did nothing.
    for (const [tab, text] of [
      ['Examples', 'it has no latents that an example could keep'],
      ['Learn', 'it has no latents that a mapping could lead to'],
      ['Steering', 'what it lets be set is on the panel Model'],
    ] as const) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      await page.getByText(text).waitFor();
    }
    // Its report had an empty table of latents.
    await page.getByRole('tab', { name: 'Library', exact: true }).click();
    await page.getByRole('radio', { name: 'Models' }).click();
    await page.getByText('What was measured').click();
    await page
      .getByText(/ms for a call/)
      .first()
      .waitFor();
    expect(await page.getByText('latents change the sound').count()).toBe(0);
    await page.keyboard.press('d');
    await page.getByText('No latents, no map').waitFor();
    expect(await page.getByRole('application', { name: /^Pad/ }).count()).toBe(0);
    const deck = page.getByTestId('deck');
    expect(await deck.getByRole('button', { name: /^(Freeze|Loop)/ }).count()).toBe(0);
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    await screenshot(page, 'model-effect-deck');
    await page.keyboard.press('Escape');
    // There is nothing to capture.
    await page.keyboard.press('c');
    await page.getByText('is an effect: it has no latents.').first().waitFor();
    // The next page waits for latents.
    const [bundled] = probe.slices.library.models.filter((model) => model.bundled);
    probe.send({ type: 'select-model', sha256: bundled?.sha256 ?? '' });
    await probe.until(() => probe.slices.steering.dimensions.length > 0, 'a model with latents');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('is chosen from a list where the model takes only some values', async () => {
    const { page, consoleErrors } = await open();
    await dropFile(page, 'choices.ts', readFileSync(CHOICES));
    const imported = () => probe.slices.library.models.find(({ name }) => name === 'choices');
    await probe.until(() => imported() !== undefined, 'the import', IMPORT_MILLISECONDS);
    probe.send({ type: 'select-model', sha256: imported()?.sha256 ?? '' });
    await page.getByRole('tab', { name: 'Model', exact: true }).click();
    const mode = page.getByRole('combobox', { name: 'mode' });
    expect(await mode.getByRole('option').allTextContents()).toEqual(['tanh', 'clip', 'fold', 'soft']);
    await mode.selectOption('fold');
    await probe.until(() => probe.slices.attributes[0]?.value === 2, 'the mode');
    const highest = page.getByRole('textbox', { name: 'gain highest' });
    await highest.fill('5');
    await highest.press('Enter');
    // The model's code refuses more than 2.
    expect(await highest.inputValue()).toBe('2');
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    await screenshot(page, 'model-choices');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });
});
