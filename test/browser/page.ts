import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { EngineMessage, Slices } from '../../src/protocol/interface.js';
import type { Probe } from './probe.js';

/** On machines that do other work, a browser without a graphics processor takes long for a step. */
export const STEP_MILLISECONDS = 180_000;

export const PANELS = ['Examples', 'Learn', 'Inputs', 'Steering', 'Model', 'Output', 'Library'] as const;

/** The result of `overflow` for a page whose contents all fit. */
export const NO_OVERFLOW = { across: 0, down: 0, outside: [], clipped: [] };

/** Delay of every message between page and engine; what a test does too early then shows. */
const DELAY_MILLISECONDS = Number(process.env.TILLER_PAGE_DELAY_MS ?? 0);

const delayMessages = (page: Page): Promise<void> =>
  page.routeWebSocket(/./, (socket) => {
    const engine = socket.connectToServer();
    engine.onMessage((message) => void setTimeout(() => socket.send(message), DELAY_MILLISECONDS));
    socket.onMessage((message) => void setTimeout(() => engine.send(message), DELAY_MILLISECONDS));
  });

declare global {
  interface Window {
    /** The engine's state as the page has received it. */
    announced?: Slices;
  }
}

/** Runs in the page before its own scripts: keeps what the engine announces, for `shownBy`. */
function recordAnnouncements(): void {
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') return;
        const message = JSON.parse(data) as EngineMessage;
        if (message.type === 'welcome' && message.kind !== 'deck') window.announced = message.slices;
        else if (message.type === 'state' && window.announced !== undefined)
          window.announced = { ...window.announced, ...message.slices };
      });
    }
  };
}

/** Resolves when the page has what the engine has announced to `probe`, and has painted it. */
export async function shownBy(page: Page, probe: Probe): Promise<void> {
  while (!isDeepStrictEqual(await page.evaluate(() => window.announced), probe.slices))
    await page.waitForTimeout(20);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** Opens the page; `consoleErrors` collects warnings and errors of its console. */
export async function openPage(
  browser: Browser,
  url: string,
  size: { width: number; height: number } = { width: 900, height: 600 },
  theme: 'dark' | 'light' = 'dark',
  context: BrowserContextOptions = {},
): Promise<{ page: Page; consoleErrors: string[] }> {
  const opened = await browser.newContext({ viewport: size, reducedMotion: 'reduce', ...context });
  const page = await opened.newPage();
  page.setDefaultTimeout(STEP_MILLISECONDS);
  const consoleErrors: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => consoleErrors.push(error.message));
  await page.addInitScript(recordAnnouncements);
  if (DELAY_MILLISECONDS > 0) await delayMessages(page);
  await page.addInitScript((kept) => {
    if (localStorage.getItem('tiller.view') === null) {
      localStorage.setItem('tiller.view', JSON.stringify({ theme: kept }));
    }
  }, theme);
  await page.goto(url);
  await page.getByRole('button', { name: /^Preset: (?!Untitled$)|^Preset: / }).waitFor();
  await page.getByRole('slider', { name: 'Latent 1', exact: true }).waitFor();
  return { page, consoleErrors };
}

/** Folder for screenshots, to be looked at; none are taken where it is not set. */
const PICTURES = process.env.TILLER_PICTURES;

export async function screenshot(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  // Toasts about a busy machine do not belong in the screenshots.
  for (const dismiss of await page.getByRole('button', { name: 'Dismiss' }).all()) await dismiss.click();
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** By how many pixels the page exceeds its window, which elements lie outside of it, and which fields and panels are cut off. */
export const overflow = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const outside = [...document.querySelectorAll('button, h1, h2, [data-testid=footer] *')]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => {
        const scrolls =
          element.closest('[role=tabpanel], [data-testid=latents-scroll], [data-testid=faders], dialog') !==
          null;
        return box.width > 0 && !scrolls && (box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5);
      })
      .map(({ element }) => element.outerHTML.slice(0, 120));
    const clipped = [
      ...document.querySelectorAll<HTMLElement>(
        '[data-testid=number], [role=tabpanel] > *, [data-testid=table]',
      ),
    ]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => element.ariaLabel ?? element.className);
    return { across: scrollWidth - innerWidth, down: scrollHeight - innerHeight, outside, clipped };
  });

/** Of something that can be pressed, in CSS pixels across and down (WCAG 2.2, 2.5.8, without its exceptions). */
const LEAST_TARGET = 24;

/** Everything that can be pressed and is smaller than `LEAST_TARGET` across or down, with its size. */
export const smallTargets = (page: Page): Promise<string[]> =>
  page
    .locator('button, a[href], input, select, textarea, [role=slider], [role=switch]')
    .evaluateAll((all, least) => {
      const sized = all.map((element) => {
        const { width, height } = element.getBoundingClientRect();
        const hidden = element.closest('[aria-hidden=true]') !== null;
        return { name: element.ariaLabel ?? element.textContent, width, height, hidden };
      });
      return sized
        .filter(({ width, height, hidden }) => !hidden && width > 0 && height > 0)
        .filter(({ width, height }) => Math.min(width, height) < least - 0.01)
        .map(({ name, width, height }) => `${name} ${width} × ${height}`);
    }, LEAST_TARGET);

/**
 * Opens the page with a connection to its engine into which messages can be put.
 * @param delayMilliseconds by how much later the page gets the engine's messages
 * @returns the page, and what sends it a message as if the engine had
 */
export async function openWithAnnouncements(
  browser: Browser,
  url: string,
  size: { width: number; height: number } = { width: 900, height: 600 },
  delayMilliseconds = 0,
): Promise<{ page: Page; announce: (message: EngineMessage) => void }> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce', colorScheme: 'dark' });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MILLISECONDS);
  let announce: (message: EngineMessage) => void = () => undefined;
  await page.routeWebSocket(/\/session$/, (socket) => {
    const engine = socket.connectToServer();
    engine.onMessage((message) =>
      delayMilliseconds === 0
        ? socket.send(message)
        : void setTimeout(() => socket.send(message), delayMilliseconds),
    );
    socket.onMessage((message) => engine.send(message));
    announce = (message) => socket.send(JSON.stringify(message));
  });
  await page.goto(url);
  await page.getByRole('slider', { name: 'Latent 1', exact: true }).waitFor();
  return { page, announce: (message) => announce(message) };
}

/** Drops a file on the window, as from a file manager. */
export const dropFile = (page: Page, name: string, bytes: Uint8Array): Promise<void> =>
  dropFiles(page, [[name, bytes]]);

/** Drops several files at once. */
export async function dropFiles(
  page: Page,
  files: readonly (readonly [string, Uint8Array])[],
): Promise<void> {
  await page.evaluate(
    (dropped) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of dropped) {
        const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([data], name));
      }
      for (const type of ['dragover', 'drop']) {
        window.dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      }
    },
    files.map(([name, bytes]) => ({ name, base64: Buffer.from(bytes).toString('base64') })),
  );
}
