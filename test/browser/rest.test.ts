import type { Page } from 'playwright-core';
import { useLiveEngine } from './live-engine.js';
import { PANELS } from './page.js';

/** Animation frames, one and a half seconds and more, in which a page at rest must do nothing: timers of the page are faster. */
const FRAMES = 90;

/** Counts what is painted on canvases, and changes of the document, from now on. */
function countPaints(): void {
  const counts = { paints: 0, mutations: [] as string[] };
  const context = CanvasRenderingContext2D.prototype as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  for (const name of ['fillRect', 'clearRect', 'fill', 'stroke', 'fillText', 'drawImage', 'putImageData']) {
    const painted = context[name];
    if (painted === undefined) throw new Error(`there is no ${name}`);
    context[name] = function (this: unknown, ...args) {
      counts.paints += 1;
      return painted.apply(this, args);
    };
  }
  new MutationObserver((records) => {
    for (const { target, attributeName } of records)
      counts.mutations.push(
        `${target.nodeName} ${target.parentElement?.className ?? ''} ${attributeName ?? 'content'}`,
      );
  }).observe(document, { subtree: true, attributes: true, childList: true, characterData: true });
  Object.assign(window, { counts });
}

/**
 * Resolves when the page has done nothing for `frames` animation frames, and tells the test what it did before. One that never rests ends
 * the test by its time limit.
 */
async function rested(frames: number): Promise<void> {
  const { counts, tellTest } = window as unknown as {
    counts: { paints: number; mutations: string[] };
    tellTest: (text: string) => Promise<void>;
  };
  for (;;) {
    counts.paints = 0;
    counts.mutations = [];
    for (let frame = 0; frame < frames; frame += 1)
      await new Promise((resolve) => requestAnimationFrame(resolve));
    if (counts.paints === 0 && counts.mutations.length === 0) return;
    await tellTest(`${counts.paints} paints, ${[...new Set(counts.mutations)].join(', ')}`);
  }
}

describe('a page at rest', () => {
  const { open, play, probe } = useLiveEngine();
  const told: string[] = [];
  let page: Page;

  beforeAll(async () => {
    ({ page } = await open());
    await page.exposeFunction('tellTest', (text: string) => void told.push(text));
    await page.evaluate(countPaints);
  });
  afterAll(() => page.context().close());

  it.each(PANELS)('paints nothing: %s', async (panel) => {
    await page.getByRole('tab', { name: panel }).click();
    await page.evaluate(rested, FRAMES);
  });

  it('paints nothing after the sound has stopped', async () => {
    await play(page);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await probe.until(() => probe.slices.live?.playing === false, 'the stop');
    await page.evaluate(rested, FRAMES);
  });

  it('paints while something moves', async () => {
    await play(page);
    told.length = 0;
    void page.evaluate(rested, FRAMES).catch(() => undefined);
    while (told.length < 2) await page.waitForTimeout(100);
    expect(told.every((text) => /^[1-9]/.test(text))).toBe(true);
  });
});
