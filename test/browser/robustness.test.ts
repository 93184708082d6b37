import type { Page } from 'playwright-core';
import type { Command } from '../../src/protocol/interface.js';
import { useLiveEngine } from './live-engine.js';
import type { Learning } from '../../src/document/learning.js';
import { openPage, openWithAnnouncements } from './page.js';

describe('the page', () => {
  const live = useLiveEngine();
  const { sandbox, probe, open, play } = live;

  /** Commands that the page has sent since this was called. */
  const sentBy = async (page: Page): Promise<Command[]> => {
    const devices = await page.context().newCDPSession(page);
    const commands: Command[] = [];
    devices.on('Network.webSocketFrameSent', ({ response: { opcode, payloadData } }) => {
      if (opcode === 1) commands.push((JSON.parse(payloadData) as { command: Command }).command);
    });
    await devices.send('Network.enable');
    return commands;
  };

  // The second window became the speaker before it asked for the microphone.
  it('lets another window play on where the microphone is refused', async () => {
    const one = await open();
    await play(one.page);
    const two = await open();
    await two.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await two.page.getByLabel('Source').selectOption({ label: 'Microphone' });
    await two.page.getByTestId('toast').getByText('The microphone could not be opened.').waitFor();
    probe.frame = null;
    await probe.until(() => probe.frame !== null, 'the first window’s sound');
    expect(probe.slices.live).toMatchObject({ playing: true, source: { kind: 'loop' } });
    expect(await one.page.getByRole('button', { name: 'Stop', exact: true }).isVisible()).toBe(true);
    expect(await one.page.getByTestId('toast').getByText('The sound moved to another window.').count()).toBe(
      0,
    );
    await one.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await one.page.context().close();
    await two.page.context().close();
  });

  it('releases the latent of its sweep when it is closed', async () => {
    const { page } = await open();
    await page.getByRole('slider', { name: 'Latent 2', exact: true }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Sweep this latent' }).click();
    await probe.until(() => typeof probe.slices.holds[1] === 'number', 'the sweep');
    await page.context().close();
    await probe.until(() => probe.slices.holds.every((held) => held === null), 'the released latent');
  });

  // Each step started from the engine's last echo: of quick ones, all but the last were lost.
  it('takes every step of the wheel and of the keyboard', async () => {
    const { page } = await open();
    probe.send({ type: 'hold', dimension: 0, value: 0 });
    await probe.until(() => probe.slices.holds[0] === 0, 'the held latent');
    const column = page.getByRole('slider', { name: 'Latent 1', exact: true });
    const extent = Number(await column.getAttribute('aria-valuemax'));
    await column.hover();
    await column.evaluate((element) => {
      for (let i = 0; i < 5; i++)
        element.dispatchEvent(new WheelEvent('wheel', { deltaY: -100, cancelable: true, bubbles: true }));
    });
    await probe.until(() => Math.abs((probe.slices.holds[0] ?? 0) - 0.2 * extent) < 1e-6, 'five steps');
    const ceiling = page.getByRole('slider', { name: 'Ceiling', exact: true });
    const before = Number(await ceiling.getAttribute('aria-valuenow'));
    await ceiling.focus();
    const sent = await sentBy(page);
    await ceiling.evaluate((element) => {
      for (let i = 0; i < 4; i++)
        element.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'ArrowDown', cancelable: true, bubbles: true }),
        );
    });
    await probe.until(() => probe.slices.output.ceilingDb < before - 1, 'four steps');
    const values = () => sent.flatMap((command) => (command.type === 'parameter' ? [command.value] : []));
    // The debugger reports what was sent later than the engine answers it.
    while (values().length < 4) await page.waitForTimeout(20);
    expect(new Set(values()).size).toBe(4);
    await ceiling.press('Backspace');
    const number = page.getByRole('textbox', { name: 'Ceiling, number' });
    await number.focus();
    await number.press('ArrowDown');
    await probe.until(() => probe.slices.output.ceilingDb === -2, 'a step of one decibel');
    await number.press('Escape');
    await ceiling.press('Backspace');
    probe.send({ type: 'release-all' });
    await page.context().close();
  });

  // On a busy machine the engine's echo took longer than a quarter of a second: the steps after that were lost.
  it('takes every step that is slower than a quarter of a second, and faster than the engine’s echo', async () => {
    const { page } = await openWithAnnouncements(live.browser, live.engine.url, undefined, 600);
    probe.send({ type: 'hold', dimension: 0, value: 0 });
    probe.send({ type: 'parameter', index: 0, value: 0.5 });
    await page.locator('[data-latent="0"][data-held=true]').waitFor();
    const column = page.getByRole('slider', { name: 'Latent 1', exact: true });
    const extent = Number(await column.getAttribute('aria-valuemax'));
    const pad = page.getByRole('application', { name: /^Pad/ });
    for (const [control, key] of [
      [column, 'ArrowUp'],
      [pad, 'ArrowRight'],
    ] as const) {
      await control.focus();
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press(key);
        await page.waitForTimeout(300);
      }
    }
    await probe.until(() => Math.abs((probe.slices.holds[0] ?? 0) - 0.16 * extent) < 1e-6, 'four steps up');
    await probe.until(() => Math.abs((probe.slices.inputs[0]?.value ?? 0) - 0.58) < 1e-6, 'four steps right');
    probe.send({ type: 'release-all' });
    await page.context().close();
  });

  it('keeps both of two OSC switches that are pressed quickly', async () => {
    const { page } = await open();
    await page.getByRole('tab', { name: 'Inputs' }).click();
    await page.getByText('Controllers, recorder').click();
    await page.getByRole('region', { name: 'OSC' }).waitFor();
    await page.evaluate(() => {
      for (const name of ['Receive', 'Send'])
        document.querySelector<HTMLElement>(`[role=switch][aria-label="${name}"]`)?.click();
    });
    await probe.until(() => probe.slices.ports.osc.receive && probe.slices.ports.osc.send, 'both switches');
    probe.send({ type: 'osc', settings: { receive: false, send: false } });
    await page.context().close();
  });

  it('shows everything but the part that fails, and retries that part on demand', async () => {
    const { page, announce } = await openWithAnnouncements(live.browser, live.engine.url);
    await page.getByRole('tab', { name: 'Learn' }).click();
    const learning = probe.slices.learning;
    announce({ type: 'state', slices: { learning: null as unknown as Learning } });
    await page.getByText('The panel Learn cannot be shown.').waitFor();
    expect(await page.getByRole('application', { name: /^Pad/ }).isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Capture' }).isVisible()).toBe(true);
    announce({ type: 'state', slices: { learning } });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Neural net').waitFor();
    await page.context().close();
  });

  it('paints no canvas while nothing moves', async () => {
    const { page } = await open({ width: 1280, height: 800 });
    const counted = await page.evaluate(async () => {
      const frames = async (count: number) => {
        for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
      };
      let paints = 0;
      const clearRect = Reflect.get(CanvasRenderingContext2D.prototype, 'clearRect');
      CanvasRenderingContext2D.prototype.clearRect = function (...box) {
        paints += 1;
        Reflect.apply(clearRect, this, box);
      };
      // What followed the opening, such as the map, may still be painted in the first of these.
      let atRest = NaN;
      for (let i = 0; i < 20 && atRest !== 0; i++) {
        const before = paints;
        await frames(60);
        atRest = paints - before;
      }
      const before = paints;
      window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
      await frames(20);
      return { atRest, moved: paints - before };
    });
    expect(counted.atRest).toBe(0);
    expect(counted.moved).toBeGreaterThan(0);
    await page.context().close();
  });

  // All of 128 columns rendered again with each echo of a held latent.
  it('renders only the column of the latent that has changed', async () => {
    const { page, announce } = await openWithAnnouncements(live.browser, live.engine.url, {
      width: 1280,
      height: 800,
    });
    const { model, steering } = probe.slices;
    const [dimension] = steering.dimensions;
    if (model.card === null || dimension === undefined) throw new Error('there is no model');
    const many = <T>(value: T) => Array.from({ length: 128 }, () => value);
    const holds = many<number | null>(null);
    const card = { ...model.card, latentDims: 128, latentRanges: many([-3, 3] as [number, number]) };
    announce({
      type: 'state',
      slices: { model: { ...model, card }, steering: { ...steering, dimensions: many(dimension) }, holds },
    });
    await page.getByRole('slider', { name: 'Latent 128', exact: true }).waitFor({ state: 'attached' });
    await page.evaluate(() => {
      // A column looks for the words of its ends whenever it renders.
      const counted = window as Window & { rendered?: number };
      counted.rendered = 0;
      const exec = Reflect.get<RegExp, 'exec'>(RegExp.prototype, 'exec');
      RegExp.prototype.exec = function (text) {
        if (this.source.includes(' to ')) counted.rendered = (counted.rendered ?? 0) + 1;
        return exec.call(this, text);
      };
    });
    const rendered = () => page.evaluate(() => Reflect.get(window, 'rendered') as number);
    for (const value of [0.5, 0.75]) {
      announce({ type: 'state', slices: { holds: holds.with(5, value) } });
      await page
        .getByRole('slider', { name: 'Latent 6', exact: true })
        .and(page.locator(`[aria-valuenow="${value}"]`))
        .waitFor({ state: 'attached' });
    }
    expect(await rendered()).toBe(2);
    // Each of them has another extent then.
    announce({
      type: 'state',
      slices: { model: { ...model, card: { ...card, latentRanges: many([-4, 4] as [number, number]) } } },
    });
    await page
      .getByRole('slider', { name: 'Latent 1', exact: true })
      .and(page.locator('[aria-valuemax="5.4"]'))
      .waitFor();
    expect(await rendered()).toBe(2 + 128);
    await page.context().close();
  });

  it('gives messages room of their own, and keeps what is used next in sight', async () => {
    const { page, announce } = await openWithAnnouncements(live.browser, live.engine.url);
    for (const n of [1, 2, 3])
      announce({
        type: 'notice',
        level: 'warning',
        text: `Warning ${n}.`,
        hint: 'It has a hint that says what to do.',
      });
    const toasts = page.getByTestId('toast');
    await toasts.nth(2).waitFor();
    const boxes = await toasts.evaluateAll((all) =>
      all.map((toast) => toast.getBoundingClientRect().toJSON() as DOMRect),
    );
    for (const next of [
      page.getByRole('application', { name: /^Pad/ }),
      page.getByRole('button', { name: 'Capture' }),
      page.getByRole('tab', { name: 'Examples' }),
      page.getByRole('slider', { name: 'Latent 1', exact: true }),
    ]) {
      const box = await next.boundingBox();
      if (box === null) throw new Error('it is not shown');
      for (const { left, top, right, bottom } of boxes)
        expect(left < box.x + box.width && right > box.x && top < box.y + box.height && bottom > box.y).toBe(
          false,
        );
    }
    await page.context().close();
  });

  it('follows the system’s theme until another is chosen', async () => {
    const context = await live.browser.newContext({ colorScheme: 'light' });
    const page = await context.newPage();
    await page.goto(live.engine.url);
    await page.locator('html[data-theme=light]').waitFor({ state: 'attached' });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Light theme' }).click();
    await page.locator('html[data-theme=light]').waitFor({ state: 'attached' });
    await page.reload();
    await page.locator('html[data-theme=light]').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Dark theme' }).waitFor();
    await context.close();
  });

  it('renders only the rows in view of a long table', async () => {
    probe.send({ type: 'new-preset' });
    await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
    probe.send({ type: 'edit', edit: { type: 'learn-automatically', automatic: false } });
    const latents = probe.slices.holds.map(() => 0);
    for (let i = 0; i < 300; i++)
      probe.send({
        type: 'edit',
        edit: {
          type: 'add-example',
          example: { label: `sound ${i}`, inputs: [(i % 20) / 20, 0.5], latents },
        },
      });
    await probe.until(() => probe.slices.examples.length === 300, 'the examples');
    const { page } = await open();
    const rows = page.getByRole('tabpanel').locator('tr[data-index]');
    await rows.first().waitFor();
    expect(await rows.count()).toBeLessThan(60);
    await page.getByTestId('table').evaluate((table) => table.scrollTo({ top: table.scrollHeight }));
    await page.getByRole('textbox', { name: 'Label of example 300' }).waitFor();
    expect(await rows.count()).toBeLessThan(60);
    await page.context().close();
  });

  it('says that the address is incomplete where its token is missing', async () => {
    const context = await live.browser.newContext();
    const page = await context.newPage();
    await page.goto(live.engine.url.replace(/#.*/, ''));
    await page.getByText('This address is incomplete').waitFor();
    await context.close();
  });

  it.each(['stop', 'interrupt'] as const)(
    'says that the engine was stopped (%s), not that it is restarting',
    async (end) => {
      const other = await sandbox.start();
      const { page } = await openPage(live.browser, other.url);
      await other[end]();
      await page.getByText('The engine was stopped.').waitFor();
      expect(await page.getByText('The engine is restarting.').count()).toBe(0);
      await page.context().close();
    },
  );
});
