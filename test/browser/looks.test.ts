import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { type LiveEngine, useLiveEngine } from './live-engine.js';
import { NO_OVERFLOW, overflow, PANELS, screenshot } from './page.js';

const SIZES = [
  { width: 900, height: 600 },
  { width: 1280, height: 800 },
  { width: 1600, height: 1000 },
] as const;
const SOUNDS = [
  ['deep drum', 0.17, 0.2],
  ['soft shaker', 0.3, 0.74],
  ['glass', 0.82, 0.84],
  ['broken radio', 0.62, 0.42],
  ['dark bell', 0.86, 0.16],
  ['wood', 0.1, 0.52],
] as const;

/** Gives the engine an instrument with content on every panel: examples within the model's ranges, and a mapping. */
async function prepare({ probe }: LiveEngine): Promise<void> {
  const ranges = probe.slices.model.card?.latentRanges ?? [];
  probe.send({ type: 'new-preset' });
  probe.send({ type: 'edit', edit: { type: 'describe', change: { name: 'Metal garden' } } });
  probe.send({
    type: 'edit',
    edit: { type: 'learn-all-with', settings: { kind: 'gp', lengthScale: 'auto', noise: 0.01 } },
  });
  SOUNDS.forEach(([label, x, y], i) => {
    const latents = ranges.map(
      ([low, high], j) => low + (high - low) * (0.5 + 0.42 * Math.sin(2.4 * i + 1.7 * j)),
    );
    probe.send({ type: 'edit', edit: { type: 'add-example', example: { label, inputs: [x, y], latents } } });
  });
  await probe.until(
    () =>
      probe.slices.examples.length === SOUNDS.length &&
      probe.slices.training.learned &&
      !probe.slices.training.stale,
    'the mapping',
  );
}

describe('how the page looks', () => {
  const live = useLiveEngine({
    ready: async () => {
      await prepare(live);
      // Underruns on a busy machine would put a toast on the screenshots.
      probe.send({ type: 'buffer', milliseconds: 500 });
    },
  });
  const { probe, open, play } = live;

  for (const theme of ['dark', 'light'] as const) {
    for (const size of SIZES) {
      it(`fits ${size.width} × ${size.height} without scrolling, every panel of it, ${theme}`, async () => {
        const { page, consoleErrors } = await open(size, theme);
        await play(page);
        for (const panel of PANELS) {
          await page.getByRole('tab', { name: panel }).click();
          expect(await overflow(page)).toEqual(NO_OVERFLOW);
          if (panel === 'Examples' || size.width === 900)
            await screenshot(page, `${theme}-${size.width}-${panel.toLowerCase()}`);
        }
        expect(consoleErrors).toEqual([]);
        await page.context().close();
      });
    }

    it(`has no serious accessibility violation, ${theme}`, async () => {
      const { page } = await open(SIZES[0], theme);
      for (const panel of PANELS) {
        await page.getByRole('tab', { name: panel }).click();
        // The surroundings of the panels are checked once.
        const axe =
          panel === 'Examples'
            ? new AxeBuilder({ page })
            : new AxeBuilder({ page }).include('[role=tabpanel]');
        // The themes differ in colours only.
        const { violations } = await (theme === 'dark' ? axe : axe.withRules('color-contrast')).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(
          serious.map(
            ({ id, nodes }) => `${panel}: ${id}: ${nodes.map(({ html }) => html.slice(0, 140)).join(' | ')}`,
          ),
        ).toEqual([]);
      }
      await page.context().close();
    });
  }

  it('can be used by keyboard alone', async () => {
    const { page, consoleErrors } = await open();
    const seen = new Set<string>();
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press('Tab');
      seen.add(
        await page.evaluate(() => {
          const focused = document.activeElement;
          if (focused === null || focused === document.body) return 'the page itself';
          const ring = getComputedStyle(focused).outlineStyle !== 'none';
          const name = focused.getAttribute('aria-label') ?? focused.textContent;
          return ring ? name : `no ring: ${name}`;
        }),
      );
    }
    const names = [...seen];
    expect(names.filter((name) => name.startsWith('no ring'))).toEqual([]);
    const wanted = [
      /^Model:/,
      /^Preset:/,
      /^Pad/,
      /^Latent 1$/,
      /^Examples$/,
      /^Play$/,
      /^Capture/,
      /^Ceiling$/,
    ];
    expect(wanted.filter((name) => !names.some((known) => name.test(known)))).toEqual([]);

    await page.getByRole('application', { name: /^Pad/ }).focus();
    const before = probe.slices.inputs.map(({ value }) => value);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowUp');
    await probe.until(
      () => Math.abs((probe.slices.inputs[1]?.value ?? 0) - (before[1] ?? 0) - 0.002) < 1e-4,
      'a fine step up',
    );
    expect((probe.slices.inputs[0]?.value ?? 0) - (before[0] ?? 0)).toBeCloseTo(0.02, 4);

    await page.keyboard.press('f');
    await probe.until(() => probe.slices.output.freeze, 'the freeze');
    await page.getByRole('button', { name: 'Freeze', pressed: true }).waitFor();
    await page.keyboard.press('f');
    await probe.until(() => !probe.slices.output.freeze, 'the end of the freeze');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).isVisible()).toBe(false);
    await page.keyboard.press('1');
    const home = probe.slices.examples[0]?.inputs[0] ?? NaN;
    await probe.until(() => probe.slices.inputs[0]?.value === home, 'the first example');

    // Regression: the first item is disabled while nothing is held, so the focus stayed outside, where Escape was not handled.
    await page.getByRole('slider', { name: 'Latent 3', exact: true }).focus();
    await page.keyboard.press('Shift+F10');
    const menu = page.getByRole('menu', { name: 'Latent 3' });
    await menu
      .getByRole('menuitem', { name: 'Hold the current value' })
      .and(page.locator(':focus'))
      .waitFor();
    await page.keyboard.press('ArrowDown');
    await menu.getByRole('menuitem', { name: 'Sweep this latent' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
    await page.getByRole('slider', { name: 'Latent 3', exact: true }).and(page.locator(':focus')).waitFor();

    // Regression: the focus was lost with the removed row.
    await page.getByRole('tab', { name: 'Examples' }).click();
    await page.getByRole('button', { name: 'Delete deep drum' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Delete soft shaker' }).and(page.locator(':focus')).waitFor();
    await probe.until(() => probe.slices.examples.length === SOUNDS.length - 1, 'one example less');
    await page.keyboard.press('Control+z');
    await probe.until(() => probe.slices.examples.length === SOUNDS.length, 'the example back');

    // Regression: a second press closed the popover and opened it again.
    const status = page.getByRole('button', { name: /^engine/ });
    for (const open of [1, 0]) {
      await status.click();
      expect(await page.getByRole('dialog', { name: 'Engine' }).count()).toBe(open);
    }

    const ceiling = page.getByRole('slider', { name: 'Ceiling', exact: true });
    await ceiling.focus();
    await page.keyboard.press('ArrowDown');
    await probe.until(() => probe.slices.output.ceilingDb < -1.1, 'a lower ceiling');
    // Screen readers get the help text as description.
    expect(await ceiling.getAttribute('aria-description')).toBe('Nothing gets louder than this.');
    await page.keyboard.press('Backspace');
    await probe.until(() => probe.slices.output.ceilingDb === -1, 'the initial ceiling');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  /** Radio groups that Tab does not reach at exactly one of their choices. */
  const wrongTabStops = (page: Page) =>
    page.getByRole('radiogroup').evaluateAll((groups) =>
      groups
        // The group itself takes the focus on to the chosen one, until it was entered once.
        .filter((group) => {
          const stops = [group, ...group.querySelectorAll('button')].filter(
            (element) => element.getAttribute('tabindex') === '0',
          );
          return group.querySelector('button:enabled') !== null && stops.length !== 1;
        })
        .map((group) => group.ariaLabel),
    );

  it('has room for long names and the longest numbers', async () => {
    const long = 'A name that is far longer than any control of the page has room to show in full';
    const output = { ceilingDb: -23.9, inputGainDb: -24.3, outputGainDb: -59.9 };
    probe.send({
      type: 'edit',
      edit: { type: 'describe', change: { name: long, tags: ['a', 'rather', long.slice(0, 40)] } },
    });
    probe.send({ type: 'edit', edit: { type: 'set-output', change: output } });
    const range: [number, number] = [-88.25, 1000];
    const change = { mode: 'add', range, offset: -10, glideSeconds: 30 } as const;
    probe.send({ type: 'edit', edit: { type: 'steer-dimensions', dimensions: [0, 1], change } });
    for (let count = probe.slices.inputs.length; count < 16; count++) {
      probe.send({ type: 'edit', edit: { type: 'add-input', input: { name: long.slice(0, 60) } } });
    }
    await probe.until(() => probe.slices.inputs.length === 16, 'the inputs');
    for (const size of SIZES) {
      const { page } = await open(size);
      for (const panel of PANELS) {
        await page.getByRole('tab', { name: panel }).click();
        expect([size.width, panel, await overflow(page)]).toEqual([size.width, panel, NO_OVERFLOW]);
        expect([panel, await wrongTabStops(page)]).toEqual([panel, []]);
      }
      await page.context().close();
    }
  });
});
