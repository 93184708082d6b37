import type { CDPSession, Page } from 'playwright-core';
import { useLiveEngine } from './live-engine.js';
import { shownBy } from './page.js';

describe('the pad', () => {
  let page: Page;
  let consoleErrors: string[];
  let devices: CDPSession;
  const { probe, open } = useLiveEngine({
    ready: async () => {
      probe.send({ type: 'new-preset' });
      await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
      probe.send({ type: 'edit', edit: { type: 'add-input', input: { name: 'Third' } } });
      const latents = probe.slices.model.card?.latentRanges.map(() => 0.5) ?? [];
      const bell = { label: 'bell', inputs: [0.3, 0.3, 0.9], latents };
      probe.send({ type: 'edit', edit: { type: 'add-example', example: bell } });
      await probe.until(() => probe.slices.examples.length === 1, 'the example');
      ({ page, consoleErrors } = await open(undefined, 'dark', { hasTouch: true }));
      await page.getByRole('slider', { name: 'Third', exact: true }).waitFor();
      devices = await page.context().newCDPSession(page);
    },
  });
  afterAll(() => expect(consoleErrors).toEqual([]));

  const input = (index: number) => probe.slices.inputs[index]?.value ?? NaN;
  const place = () => probe.slices.examples[0]?.inputs ?? [];
  const pad = () => page.getByRole('application', { name: /^Pad/ });
  const point = async (x: number, y: number) => {
    const box = await pad().boundingBox();
    if (box === null) throw new Error('the pad is not shown');
    return { x: box.x + x * box.width, y: box.y + (1 - y) * box.height };
  };
  const drag = async (from: readonly [number, number], to: readonly [number, number]) => {
    const [start, end] = [await point(...from), await point(...to)];
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(end.x, end.y, { steps: 6 });
    await page.mouse.up();
  };
  const near = (value: number, wanted: number) => Math.abs(value - wanted) < 0.01;

  // A drag that began on an example's dot moved the example, and nothing sounded of it.
  it('plays a drag that begins on an example, and leaves the example where it is', async () => {
    await drag([0.3, 0.3], [0.7, 0.6]);
    await probe.until(() => near(input(0), 0.7) && near(input(1), 0.6), 'the cursor at the end of the drag');
    expect(place()).toEqual([0.3, 0.3, 0.9]);
    expect(input(2)).toBe(0.5);
  });

  it('goes to an example that is pressed, with every input', async () => {
    const at = await point(0.305, 0.305);
    await page.mouse.click(at.x, at.y);
    await probe.until(() => input(0) === 0.3 && input(1) === 0.3 && input(2) === 0.9, 'the example');
  });

  // A touch that the system cancelled counted as a tap: every input jumped to the example.
  it('does not move the other inputs where a touch on an example is cancelled', async () => {
    probe.send({ type: 'parameter', index: 2, value: 0.2 });
    await probe.until(() => near(input(2), 0.2), 'the third input elsewhere');
    const gestures: string[] = [];
    devices.on('Network.webSocketFrameSent', ({ response }) => {
      const { command } = JSON.parse(response.payloadData) as {
        command: { type: string; index?: number; gesture?: string };
      };
      if (command.type === 'parameter') gestures.push(`${command.index ?? 0} ${command.gesture ?? ''}`);
    });
    await devices.send('Network.enable');
    const touch = (type: 'touchStart' | 'touchCancel', touchPoints: object[]) =>
      devices.send('Input.dispatchTouchEvent', { type, touchPoints } as never);
    await touch('touchStart', [{ ...(await point(0.3, 0.3)), id: 1 }]);
    await touch('touchCancel', []);
    // The next touch comes after everything that the cancelled one caused.
    await touch('touchStart', [{ ...(await point(0.8, 0.8)), id: 2 }]);
    await touch('touchCancel', []);
    await probe.until(() => near(input(0), 0.8), 'the second touch');
    // What the page sent before the engine answers is what the touches caused.
    await shownBy(page, probe);
    await devices.send('Network.disable');
    expect(gestures.filter((gesture) => gesture.startsWith('2'))).toEqual([]);
    expect(gestures.filter((gesture) => gesture.endsWith('end')).length).toBe(4);
    expect(input(2)).toBeCloseTo(0.2, 5);
  });

  it('moves an example with the command key, or while Move examples is on', async () => {
    const before = input(0);
    await page.keyboard.down('Control');
    await drag([0.3, 0.3], [0.5, 0.7]);
    await page.keyboard.up('Control');
    await probe.until(() => near(place()[0] ?? 0, 0.5) && near(place()[1] ?? 0, 0.7), 'the moved example');
    expect(input(0)).toBe(before);
    await shownBy(page, probe);
    const mode = page.getByRole('button', { name: 'Move examples' });
    await mode.click();
    await page.getByText('Drag an example to move it.').waitFor();
    await drag([0.5, 0.7], [0.2, 0.6]);
    await probe.until(() => near(place()[0] ?? 0, 0.2) && near(place()[1] ?? 0, 0.6), 'the example again');
    expect(place()[2]).toBe(0.9);
    expect(input(0)).toBe(before);
    await page.keyboard.press('Escape');
    await page.getByText('Drag an example to move it.').waitFor({ state: 'detached' });
    expect(await mode.getAttribute('aria-pressed')).toBe('false');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await probe.until(() => near(place()[0] ?? 0, 0.5), 'one drag undone by one step');
  });

  it('moves the selected example by keyboard', async () => {
    const [x = 0, y = 0] = place();
    await shownBy(page, probe);
    await pad().focus();
    await page.keyboard.press('1');
    await page.keyboard.press('Control+ArrowRight');
    await page.keyboard.press('Control+ArrowRight');
    await page.keyboard.press('Control+Shift+ArrowUp');
    await probe.until(() => near(place()[1] ?? 0, y + 0.002) && place()[1] !== y, 'the fine step');
    expect(place()[0]).toBeCloseTo(x + 0.04, 5);
    await page.keyboard.press('m');
    await page.keyboard.press('ArrowLeft');
    await probe.until(() => near(place()[0] ?? 0, x + 0.02), 'a step of the mode');
    await page.keyboard.press('m');
    const at = input(0);
    await page.keyboard.press('ArrowLeft');
    await probe.until(() => near(input(0), at - 0.02), 'the cursor again');
    expect(place()[0]).toBeCloseTo(x + 0.02, 5);
  });
});
