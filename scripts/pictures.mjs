// Renews the pictures in docs/images: starts the engine, plays, and photographs the page in Chromium. `npm run pictures`.
/* global localStorage -- in functions that run in the browser */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { animatedWebp } from './animated-webp.mjs';
import { ensureBrowser } from './browser.mjs';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import { encodeWebp } from './encode-webp.mjs';

const IMAGES = join(root, 'docs', 'images');
const MAX_BYTES = 200 * 1024;
const MAX_MOVING_BYTES = 1.5 * 2 ** 20;
/** A busy machine takes long for a picture. */
const TIMEOUT_MILLISECONDS = 180_000;

/** Until the map is painted, and the columns follow the sound. */
const SETTLING_MILLISECONDS = 2500;
/** How often a picture is tried on a busy machine. */
const MOST_ATTEMPTS = 20;

/** Theme, size and panel of each picture; its name is made of them. */
const PICTURES = [
  ['dark', [1600, 1000], ['Examples']],
  ['light', [1280, 800], ['Examples']],
  ['dark', [900, 600], ['Examples', 'Inputs', 'Learn', 'Steering']],
  ['light', [900, 600], ['Library', 'Output']],
];
const DECK = [1024, 768];
const MOVING = {
  width: 900,
  height: 600,
  shownWidth: 720,
  shownHeight: 480,
  pictures: 40,
  milliseconds: 125,
};

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{20,}/;

/** Starts an engine with folders of its own. */
async function startEngine(folder) {
  const engine = spawn(
    process.execPath,
    [
      join(root, 'dist/engine/tiller.js'),
      ...['--json', '--library', join(folder, 'models')],
      ...['serve', '--no-open', '--no-restart', '--presets', join(folder, 'presets')],
    ],
    {
      env: { ...process.env, XDG_DATA_HOME: join(folder, 'data'), XDG_STATE_HOME: join(folder, 'state') },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  for await (const part of engine.stdout) {
    output += part;
    const [url] = ADDRESS.exec(output) ?? [];
    if (url !== undefined) return { engine, url };
  }
  throw new Error(`The engine ended: ${output}`);
}

/** Opens the page and plays. */
async function openPage(browser, url, theme, [width, height]) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MILLISECONDS);
  await page.addInitScript((chosen) => {
    localStorage.setItem('tiller.view', JSON.stringify({ theme: chosen, firstSteps: 'done' }));
  }, theme);
  await page.goto(url);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  return page;
}

function save(name, bytes, limit) {
  if (bytes.length > limit) throw new Error(`${name} has ${bytes.length} bytes, more than ${limit}.`);
  writeFileSync(join(IMAGES, name), bytes);
  console.log(`${name} ${Math.round(bytes.length / 1024)} KB`);
}

/** Messages about a busy machine do not belong in a picture. */
async function dismissMessages(page) {
  // The mouse stays where it plays.
  for (const button of await page.getByRole('button', { name: 'Dismiss' }).all())
    await button.evaluate((element) => element.click());
}

/** Whether the header shows gaps of the last ten seconds, or a load of 100 % or more. */
const showsLoad = async (page) =>
  (await page.getByRole('button', { name: /^engine.*(gaps?$|\d{3}\s%)/ }).count()) > 0;

/** Waits until neither is shown: those of a busy machine do not belong in a picture. */
async function waitForQuiet(page) {
  for (let attempt = 0; await showsLoad(page); attempt++) {
    if (attempt === MOST_ATTEMPTS) throw new Error('This machine is too busy for pictures.');
    // Where playing begins, the count begins anew.
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    await page.waitForTimeout(SETTLING_MILLISECONDS);
  }
}

/** The longest buffer: on a busy machine, a shorter one would put its gaps into the pictures. */
async function lengthenBuffer(browser, url) {
  const page = await openPage(browser, url, 'dark', [900, 600]);
  await page.getByRole('button', { name: /^engine/ }).click();
  await page.getByRole('slider', { name: /^Buffer/ }).focus();
  await page.keyboard.press('End');
  await page.waitForTimeout(500);
  await page.context().close();
}

async function takePictures(browser, url, encoder) {
  for (const [theme, size, panels] of PICTURES) {
    const page = await openPage(browser, url, theme, size);
    for (const panel of panels) {
      await page.getByRole('tab', { name: panel }).click();
      await page.waitForTimeout(SETTLING_MILLISECONDS);
      await waitForQuiet(page);
      await dismissMessages(page);
      const png = await page.screenshot();
      save(
        `${theme}-${size[0]}-${panel.toLowerCase()}.webp`,
        await encodeWebp(encoder, png, ...size, 0.9),
        MAX_BYTES,
      );
    }
    await page.context().close();
  }
}

/** The deck view on a tablet. */
async function takeDeck(browser, url, encoder) {
  const [width, height] = DECK;
  const page = await openPage(browser, url, 'dark', [width, height]);
  await page.waitForTimeout(SETTLING_MILLISECONDS);
  await waitForQuiet(page);
  await page.getByRole('button', { name: 'Deck view' }).click();
  await page.waitForTimeout(SETTLING_MILLISECONDS);
  await dismissMessages(page);
  save(
    `deck-${width}.webp`,
    await encodeWebp(encoder, await page.screenshot(), width, height, 0.9),
    MAX_BYTES,
  );
  await page.context().close();
}

/** The cursor goes round over the pad, and the latents follow. */
async function takeMoving(browser, url, encoder, attempts = 3) {
  const { width, height, shownWidth, shownHeight, pictures, milliseconds } = MOVING;
  const page = await openPage(browser, url, 'dark', [width, height]);
  await page.waitForTimeout(SETTLING_MILLISECONDS);
  await waitForQuiet(page);
  const box = await page.getByRole('application', { name: /^Pad/ }).boundingBox();
  const frames = [];
  let isBusy = false;
  for (let i = 0; i < pictures && !isBusy; i++) {
    const angle = (2 * Math.PI * i) / pictures;
    const x = box.x + box.width * (0.5 + 0.34 * Math.sin(angle));
    const y = box.y + box.height * (0.5 - 0.3 * Math.cos(2 * angle));
    await page.mouse.move(x, y);
    if (i === 0) await page.mouse.down();
    await page.waitForTimeout(120);
    await dismissMessages(page);
    isBusy = await showsLoad(page);
    frames.push(await encodeWebp(encoder, await page.screenshot(), shownWidth, shownHeight, 0.6));
  }
  await page.mouse.up();
  await page.context().close();
  if (isBusy && attempts > 0) return takeMoving(browser, url, encoder, attempts - 1);
  if (isBusy) throw new Error('This machine is too busy for a moving picture.');
  save('playing.webp', animatedWebp(frames, shownWidth, shownHeight, milliseconds), MAX_MOVING_BYTES);
}

ensureDependencies();
ensureBundle();
const folder = mkdtempSync(join(tmpdir(), 'tiller-pictures-'));
const browser = await chromium.launch({
  executablePath: ensureBrowser(),
  timeout: TIMEOUT_MILLISECONDS,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
const { engine, url } = await startEngine(folder);
try {
  mkdirSync(IMAGES, { recursive: true });
  const encoder = await browser.newPage();
  await lengthenBuffer(browser, url);
  await takePictures(browser, url, encoder);
  await takeDeck(browser, url, encoder);
  await takeMoving(browser, url, encoder);
} finally {
  const ended = once(engine, 'exit');
  engine.kill();
  await Promise.all([browser.close(), ended]);
  rmSync(folder, { recursive: true, force: true });
}
