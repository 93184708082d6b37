import type { CDPSession, Page } from 'playwright-core';
import { PARAMETER_INDEX } from '../../src/document/parameters.js';
import { useLiveEngine } from './live-engine.js';
import { NO_OVERFLOW, overflow, screenshot, shownBy, STEP_MILLISECONDS } from './page.js';

/** Tablets and phones, upright and on their side, and the plugin's window; in CSS pixels. */
const SIZES = [
  [1024, 768],
  [1280, 800],
  [768, 1024],
  [390, 844],
  [844, 390],
  [900, 600],
] as const;
/** Apple and Google ask for 44 and 48. */
const LEAST_FINGER = 44;

interface Point {
  x: number;
  y: number;
}

describe('the deck view', () => {
  let page: Page;
  let consoleErrors: string[];
  let fingers: CDPSession;
  const { probe, open, play } = useLiveEngine({
    ready: async () => {
      ({ page, consoleErrors } = await open({ width: 1024, height: 768 }, 'dark', { hasTouch: true }));
      fingers = await page.context().newCDPSession(page);
      await probe.until(() => probe.slices.training.learned, 'a factory preset');
      await play(page);
    },
  });
  afterAll(() => expect(consoleErrors).toEqual([]));

  const deck = () => page.getByRole('main', { name: 'Deck' });
  const button = (name: string) => deck().getByRole('button', { name, exact: true });
  const output = () => probe.slices.output;
  const middleOf = async (name: string): Promise<Point> => {
    const box = await button(name).boundingBox();
    if (box === null) throw new Error(`${name} is not shown`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  const onPad = async (x: number, y: number): Promise<Point> => {
    const box = await deck().getByRole('application', { name: /^Pad/ }).boundingBox();
    if (box === null) throw new Error('the pad is not shown');
    return { x: box.x + x * box.width, y: box.y + (1 - y) * box.height };
  };
  /** Where the fingers are, each by its place in the list. */
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly Point[]) =>
    fingers.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map((point, id) => ({ ...point, id })),
    });
  const liftSecond = (point: Point) =>
    fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [{ ...point, id: 1 }] });
  const tap = async (name: string) => {
    await touch('touchStart', [await middleOf(name)]);
    await touch('touchEnd', []);
  };

  it('opens by its button, its key and its address; Escape, its button and Back leave it', async () => {
    await page.getByRole('button', { name: 'Deck view' }).click();
    await deck().waitFor();
    expect(new URL(page.url()).hash).toBe('#deck');
    await page.reload();
    await deck().waitFor();
    await probe.until(() => probe.slices.model.card !== null, 'the model');
    await page.keyboard.press('Escape');
    await deck().waitFor({ state: 'detached' });
    expect(new URL(page.url()).hash).toBe('');
    await page.keyboard.press('d');
    await deck().waitFor();
    await page.goBack();
    await deck().waitFor({ state: 'detached' });
    await page.goForward();
    await tap('Close the deck view');
    await deck().waitFor({ state: 'detached' });
  });

  it('is as large as the window, with room for fingers, on tablets and phones', async () => {
    await page.keyboard.press('d');
    probe.send({ type: 'edit', edit: { type: 'add-input', input: { name: 'Third' } } });
    await deck().getByRole('slider', { name: 'Third', exact: true }).waitFor();
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(100);
      await screenshot(page, `deck-${width}x${height}`);
      expect([width, height, await overflow(page)]).toEqual([width, height, NO_OVERFLOW]);
      const small = await deck()
        .locator('button, [role=slider], [role=application]')
        .evaluateAll(
          (all, least) =>
            all
              .map((element) => ({ element, box: element.getBoundingClientRect() }))
              .filter(({ box }) => Math.min(box.width, box.height) < least)
              .map(({ element, box }) => `${element.ariaLabel ?? ''} ${box.width} × ${box.height}`),
          LEAST_FINGER,
        );
      expect([width, height, small]).toEqual([width, height, []]);
    }
    await page.setViewportSize({ width: 1024, height: 768 });
    probe.send({ type: 'undo' });
    await deck().getByRole('slider', { name: 'Third', exact: true }).waitFor({ state: 'detached' });
  });

  // A second finger's press makes no click: buttons that waited for one did nothing while the pad was played.
  it('has Freeze on while a second finger holds it, and the pad follows the first', async () => {
    const freeze = await middleOf('Freeze');
    const x = () => probe.slices.inputs[0]?.value ?? NaN;
    await touch('touchStart', [await onPad(0.2, 0.3)]);
    await probe.until(() => Math.abs(x() - 0.2) < 0.01, 'the first finger');
    await touch('touchStart', [await onPad(0.2, 0.3), freeze]);
    await probe.until(() => output().freeze, 'freeze');
    await touch('touchMove', [await onPad(0.7, 0.6), freeze]);
    await probe.until(() => Math.abs(x() - 0.7) < 0.01, 'the first finger while freeze is held');
    expect(output().freeze).toBe(true);
    await page.waitForTimeout(600);
    await liftSecond(freeze);
    await probe.until(() => !output().freeze, 'the end of freeze');
    await touch('touchMove', [await onPad(0.4, 0.6)]);
    await probe.until(() => Math.abs(x() - 0.4) < 0.01, 'the first finger afterwards');
    await touch('touchEnd', []);
  });

  it('switches with a tap, chooses the length of the loop, and steps through the presets', async () => {
    await tap('Loop');
    await probe.until(() => output().loop, 'the loop');
    const before = output().loopLength;
    await tap('Shorter loop');
    await probe.until(() => output().loopLength !== before, 'another length');
    expect([before, output().loopLength]).toEqual(['1 bar', '2 beats']);
    await shownBy(page, probe);
    await tap('Longer loop');
    await probe.until(() => output().loopLength === before, 'the length before');
    const { current } = probe.slices.library;
    await tap('Next preset');
    await probe.until(() => probe.slices.library.current !== current, 'the next preset', STEP_MILLISECONDS);
    await tap('Previous preset');
    await probe.until(() => probe.slices.library.current === current, 'the preset before', STEP_MILLISECONDS);
  });

  it('moves the mix by as much as the finger, and not by a touch alone', async () => {
    const fader = deck().getByRole('slider', { name: 'Dry/wet', exact: true });
    const box = await fader.boundingBox();
    if (box === null) throw new Error('the fader is not shown');
    const at = (share: number) => ({ x: box.x + box.width / 2, y: box.y + share * box.height });
    const before = output().dryWet;
    await touch('touchStart', [at(0.5)]);
    for (const share of [0.55, 0.65, 0.75]) await touch('touchMove', [at(share)]);
    await probe.until(() => Math.abs(output().dryWet - (before - 0.25)) < 0.02, 'a quarter less');
    await touch('touchEnd', []);
    await touch('touchStart', [at(0.1)]);
    await touch('touchEnd', []);
    expect(output().dryWet).toBeCloseTo(before - 0.25, 1);
  });

  it('panics at a touch', async () => {
    probe.send({ type: 'parameter', index: PARAMETER_INDEX.freeze, value: 1 });
    await probe.until(() => output().freeze, 'freeze');
    await tap('Panic');
    await probe.until(() => output().bypass && !output().freeze, 'the dry sound');
    await deck().getByRole('button', { name: 'Bypass', pressed: true }).waitFor();
    await tap('Bypass');
    await probe.until(() => !output().bypass, 'the model');
  });
});
