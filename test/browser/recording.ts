import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
// @ts-expect-error: a script without types
import { animatedWebp as untypedAnimation } from '../../scripts/animated-webp.mjs';
// @ts-expect-error: a script without types
import { encodeWebp as untypedEncoder } from '../../scripts/encode-webp.mjs';

const animatedWebp = untypedAnimation as (
  stills: readonly Buffer[],
  width: number,
  height: number,
  milliseconds: number,
) => Buffer;
const encodeWebp = untypedEncoder as (
  page: Page,
  picture: Buffer,
  width: number,
  height: number,
  quality: number,
) => Promise<Buffer>;

/** Folder for recordings, to be looked at; none are made where it is not set. */
const FOLDER = process.env.TILLER_RECORDINGS;
/** Between two pictures, and how long each is shown. */
const PAUSE_MILLISECONDS = 250;
const SHOWN_MILLISECONDS = 300;
const QUALITY = 0.6;
/** A larger page is recorded smaller. */
const MOST_WIDTH = 1280;

/** Shows the pointer and the last keys on the page: a picture of it does not have them. */
function showDevices(): void {
  addEventListener('DOMContentLoaded', () => {
    const add = (style: string) => {
      const element = document.body.appendChild(document.createElement('div'));
      element.ariaHidden = 'true';
      element.style.cssText = `position:fixed;z-index:9999;pointer-events:none;${style}`;
      return element;
    };
    const pointer = add('width:18px;height:18px;margin:-11px;border:2px solid #ff4d8d;border-radius:50%');
    const keys = add(
      'right:8px;top:56px;padding:2px 8px;border-radius:4px;background:#ff4d8d;color:#000;font:600 13px sans-serif',
    );
    pointer.hidden = keys.hidden = true;
    const follow = ({ clientX, clientY, buttons }: MouseEvent) => {
      pointer.hidden = false;
      pointer.style.left = `${clientX}px`;
      pointer.style.top = `${clientY}px`;
      pointer.style.background = buttons > 0 ? '#ff4d8d80' : 'none';
    };
    for (const type of ['pointermove', 'pointerdown', 'pointerup'] as const)
      addEventListener(type, follow, { capture: true });
    addEventListener(
      'keydown',
      ({ key, ctrlKey, shiftKey }) => {
        keys.hidden = false;
        keys.textContent = `${ctrlKey ? 'Ctrl ' : ''}${shiftKey ? 'Shift ' : ''}${key === ' ' ? 'Space' : key}`;
      },
      { capture: true },
    );
  });
}

/**
 * Records what a page shows from now on, where `TILLER_RECORDINGS` names a folder; the page is loaded anew. A few pictures each
 * second: a video of a page that is painted without a graphics processor would slow it down.
 * @param name of the file, without its ending: an animated WebP
 * @returns a function that ends the recording and writes it
 */
export async function record(page: Page, name: string): Promise<() => Promise<void>> {
  if (FOLDER === undefined) return () => Promise.resolve();
  const size = page.viewportSize();
  if (size === null) throw new Error('a page without a size cannot be recorded');
  await page.addInitScript(showDevices);
  await page.reload();
  await page.getByRole('slider', { name: 'Latent 1', exact: true }).waitFor();
  const pictures: Buffer[] = [];
  let ended = false;
  const watch = async () => {
    while (!ended) {
      const jpeg = await page.screenshot({ type: 'jpeg', quality: 90 });
      if (pictures.at(-1)?.equals(jpeg) !== true) pictures.push(jpeg);
      await setTimeout(PAUSE_MILLISECONDS);
    }
  };
  const watching = watch();
  return async () => {
    ended = true;
    await watching;
    const width = Math.min(size.width, MOST_WIDTH);
    const height = Math.round((width * size.height) / size.width);
    const stills: Buffer[] = [];
    for (const jpeg of pictures) stills.push(await encodeWebp(page, jpeg, width, height, QUALITY));
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, `${name}.webp`), animatedWebp(stills, width, height, SHOWN_MILLISECONDS));
  };
}
