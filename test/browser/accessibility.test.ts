import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { useLiveEngine } from './live-engine.js';
import { NO_OVERFLOW, overflow, PANELS, shownBy, smallTargets } from './page.js';

describe('the accessibility of the page', () => {
  const { probe, open, play } = useLiveEngine({
    ready: async () => {
      await probe.until(() => probe.slices.examples.length > 0, 'a factory preset');
    },
  });

  const pad = (page: Page) => page.getByRole('application', { name: /^Pad/ });

  it('announces where the pad’s cursor is, and which example is near', async () => {
    const { page } = await open();
    await pad(page).focus();
    await page.keyboard.press('1');
    const [example] = probe.slices.examples;
    const [x = 0, y = 0] = example?.inputs ?? [];
    const announced = pad(page).locator('[aria-live=polite]');
    await announced
      .getByText(`${x.toFixed(2)} across, ${y.toFixed(2)} up, at ${example?.label ?? ''}`)
      .waitFor();
    await page.keyboard.press('ArrowLeft');
    await announced.getByText(`${(x - 0.02).toFixed(2)} across, ${y.toFixed(2)} up, near`).waitFor();
    await page.getByRole('tab', { name: 'Examples' }).focus();
    expect(await pad(page).locator('[aria-live]').getAttribute('aria-live')).toBe('off');
    await page.context().close();
  });

  it('reaches the columns of the latents with one press of Tab, and each of them with the arrow keys', async () => {
    const { page } = await open();
    const columns = page
      .getByRole('region', { name: 'Latents' })
      .getByRole('slider', { name: /^Latent \d+$/ });
    const stops = () => columns.evaluateAll((all) => all.filter(({ tabIndex }) => tabIndex === 0).length);
    expect(await stops()).toBe(1);
    await columns.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('slider', { name: 'Latent 3', exact: true }).and(page.locator(':focus')).waitFor();
    expect(await stops()).toBe(1);
    await page.keyboard.press('Tab');
    await page.getByRole('tab', { name: 'Examples' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.getByRole('slider', { name: 'Latent 3', exact: true }).and(page.locator(':focus')).waitFor();
    await page.context().close();
  });

  it('ignores letters where single keys are switched off', async () => {
    const { page } = await open();
    const frozen = probe.slices.output.freeze;
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await page.getByRole('switch', { name: 'Single keys' }).click();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await page.keyboard.press('f');
    await page.keyboard.press('?');
    const before = probe.slices.inputs[0]?.value ?? 0;
    await page.keyboard.press('ArrowRight');
    await probe.until(() => probe.slices.inputs[0]?.value !== before, 'the arrow key');
    expect(probe.slices.output.freeze).toBe(frozen);
    expect(await list.isVisible()).toBe(false);
    await page.context().close();
  });

  it('leaves the focus where the player puts it while a label is asked for', async () => {
    const { page } = await open();
    await play(page);
    const ceiling = page.getByRole('textbox', { name: 'Ceiling, number' });
    const label = page.getByLabel('Label of the captured sound');
    for (const leave of [() => ceiling.click(), () => page.keyboard.press('Tab')]) {
      await pad(page).focus();
      await page.keyboard.press('c');
      await label.waitFor();
      await leave();
      await label.waitFor({ state: 'detached' });
      await page.waitForFunction(() => document.activeElement !== document.body);
      expect(await pad(page).and(page.locator(':focus')).count()).toBe(0);
      await page.keyboard.press('Escape');
      probe.send({ type: 'undo' });
    }
    await page.context().close();
  });

  it('takes Cmd in place of Ctrl on macOS, and says so', async () => {
    const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
    const { page } = await open(undefined, 'dark', { userAgent: mac });
    const { seed } = probe.slices.about;
    probe.send({ type: 'edit', edit: { type: 'set-seed', seed: seed + 1 } });
    await probe.until(() => probe.slices.about.seed === seed + 1, 'a change');
    await page.keyboard.press('Meta+z');
    await probe.until(() => probe.slices.about.seed === seed, 'the undo');
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await list.getByText('Cmd Z', { exact: true }).waitFor();
    expect(await list.getByText('Ctrl Z').count()).toBe(0);
    await page.context().close();
  });

  it('shows how a factory preset’s mapping fits', async () => {
    const { page } = await open();
    await page.getByRole('tab', { name: 'Learn' }).click();
    await page.getByText('Came with the preset').waitFor();
    await page.getByText('of the examples’ spread').first().waitFor();
    await page.context().close();
  });

  it('scrolls downwards only at a zoom of 200 %', async () => {
    const { page } = await open({ width: 640, height: 400 });
    for (const panel of PANELS) {
      await page.getByRole('tab', { name: panel }).click();
      expect([panel, (await overflow(page)).across]).toEqual([panel, NO_OVERFLOW.across]);
    }
    await page.getByRole('button', { name: 'Capture' }).scrollIntoViewIfNeeded();
    expect(await page.getByRole('button', { name: 'Capture' }).isVisible()).toBe(true);
    await page.context().close();
  });

  it('distinguishes selected from unselected in forced colours', async () => {
    const { page } = await open(undefined, 'dark', { forcedColors: 'active' });
    const colours = await page
      .getByRole('radiogroup', { name: 'Map under the pad' })
      .getByRole('radio')
      .evaluateAll((all) => all.slice(0, 2).map((radio) => getComputedStyle(radio).backgroundColor));
    expect(colours[0]).not.toBe(colours[1]);
    // The marks of the legend were as white as the ground.
    const marks = await page
      .getByRole('list', { name: 'Colours' })
      .getByRole('listitem')
      .evaluateAll((all) => all.map((item) => getComputedStyle(item, '::before').backgroundColor));
    expect(new Set(marks).size).toBe(3);
    await page.context().close();
  });

  it('outlines a tab that a key has focused, not one that was pressed', async () => {
    const { page } = await open();
    const ring = (name: string) =>
      page
        .getByRole('tab', { name })
        .and(page.locator(':focus'))
        .evaluate((tab) => getComputedStyle(tab).outlineStyle);
    await page.getByRole('tab', { name: 'Learn' }).click();
    expect(await ring('Learn')).toBe('none');
    await page.keyboard.press('ArrowRight');
    expect(await ring('Inputs')).toBe('solid');
    await page.context().close();
  });

  // Canvases kept the theme's colours until something else was painted on them.
  it('paints the canvases in the system’s colours, as soon as these are forced', async () => {
    const { page } = await open(undefined, 'dark', { colorScheme: 'light' });
    await page.getByRole('radio', { name: 'Off' }).click();
    /** Red, green and blue of the pad's ground, between two lines of its grid. */
    const ground = () =>
      pad(page)
        .locator('canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => {
          const at = [0.14 * canvas.width, 0.14 * canvas.height] as const;
          return [
            ...(canvas
              .getContext('2d')
              ?.getImageData(...at, 1, 1)
              .data.slice(0, 3) ?? []),
          ];
        });
    expect(Math.max(...(await ground()))).toBeLessThan(64);
    await page.emulateMedia({ forcedColors: 'active' });
    while ((await ground()).join() !== '255,255,255') await page.waitForTimeout(20);
    await page.emulateMedia({ forcedColors: 'none' });
    while (Math.max(...(await ground())) >= 64) await page.waitForTimeout(20);
    await page.context().close();
  });

  it('has targets of 24 pixels and more, on every panel and in what opens over it', async () => {
    const { page } = await open();
    const check = async (place: string) => expect([place, await smallTargets(page)]).toEqual([place, []]);
    const radio = (name: string) => page.getByRole('radio', { name, exact: true });
    for (const panel of PANELS) {
      await page.getByRole('tab', { name: panel }).click();
      await check(panel);
    }
    for (const part of ['Models', 'Details', 'Trash', 'Presets']) {
      await radio(part).click();
      await check(part);
    }
    await page.getByRole('tab', { name: 'Inputs' }).click();
    await radio('Controllers, recorder').click();
    await check('Controllers, recorder');
    await page.getByRole('tab', { name: 'Learn' }).click();
    for (const kind of ['Neural net', 'Linear', 'Polynomial', 'Neighbours', 'Gaussian']) {
      await radio(kind).click();
      await page.getByRole('radio', { name: kind, exact: true, checked: true }).waitFor();
      // What it misses is shown then, and can be pressed.
      await probe.until(() => !probe.slices.training.running && !probe.slices.training.stale, 'learning');
      await shownBy(page, probe);
      await check(kind);
    }
    await page.keyboard.press('1');
    await page.getByRole('tab', { name: 'Examples' }).click();
    await page.getByRole('slider', { name: /^Colour of/ }).waitFor();
    await check('the values of an example');
    for (const [name, dialog] of [
      [/^engine/, 'Engine'],
      [/^Files/, 'Files'],
      [/shortcuts/i, 'Keyboard shortcuts'],
    ] as const) {
      await page.getByRole('button', { name }).first().click();
      await page.getByRole('dialog', { name: dialog }).waitFor();
      await check(dialog);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog', { name: dialog }).waitFor({ state: 'detached' });
    }
    await page.context().close();
  });

  it.each(['dark', 'light'] as const)('breaks no rule on the deck view, %s', async (theme) => {
    const { page } = await open({ width: 1024, height: 768 }, theme);
    await page.getByRole('button', { name: 'Deck view' }).click();
    await page.getByRole('main', { name: 'Deck' }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    ).toEqual([]);
    await page.context().close();
  });

  it('has names that contain what is written', async () => {
    const { page } = await open();
    for (const panel of PANELS) {
      await page.getByRole('tab', { name: panel }).click();
      const { violations } = await new AxeBuilder({ page })
        .withRules(['label-content-name-mismatch'])
        .analyze();
      expect(
        violations.map(
          ({ id, nodes }) => `${panel}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
        ),
      ).toEqual([]);
    }
    await page.context().close();
  });

  it('shows the first steps on an empty pad until the first mapping, and gives the focus back after the label', async () => {
    probe.send({ type: 'new-preset' });
    await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
    const { page } = await open();
    const steps = page.getByRole('group', { name: 'First steps' });
    const done = (count: number) =>
      steps
        .locator('[data-done=true]')
        .nth(count - 1)
        .waitFor();
    await steps.waitFor();
    expect(await steps.locator('[data-done=true]').count()).toBe(0);
    await play(page);
    await page.keyboard.press('r');
    await done(1);
    await pad(page).focus();
    await page.keyboard.press('ArrowRight');
    await done(2);
    await page.keyboard.press('c');
    await page.getByLabel('Label of the captured sound').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('hum');
    await page.keyboard.press('Enter');
    await pad(page).and(page.locator(':focus')).waitFor();
    await probe.until(() => probe.slices.training.learned, 'the mapping');
    await steps.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('button', { name: 'First steps' }).click();
    await steps.waitFor();
    await page.getByRole('button', { name: 'Close the first steps' }).click();
    await steps.waitFor({ state: 'detached' });
    await page.context().close();
  });
});
