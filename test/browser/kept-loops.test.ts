import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { NO_OVERFLOW, overflow, screenshot } from './page.js';
import { useLiveEngine } from './live-engine.js';

describe('kept loops', () => {
  let page: Page;
  let consoleErrors: string[];
  const { probe, open, play } = useLiveEngine({
    ready: async () => {
      ({ page, consoleErrors } = await open());
      await play(page);
      await page.getByRole('tab', { name: 'Output' }).click();
    },
  });
  afterAll(() => expect(consoleErrors).toEqual([]));

  const slot = (number: number, what: string) =>
    page.getByRole('button', { name: `Slot ${number}: ${what}` });
  const kept = (number: number) => probe.slices.loops[number - 1] ?? null;

  it('keep what repeats in a slot, under a name, and undo it', async () => {
    await page.getByRole('combobox', { name: 'Length of the latent loop' }).selectOption('0.25 s');
    await page.getByRole('switch', { name: 'Loop', exact: true }).click();
    await probe.until(() => probe.slices.output.loop, 'the loop');
    await slot(3, 'empty').click();
    await page.getByRole('button', { name: 'Keep' }).click();
    await probe.until(() => kept(3) !== null, 'the kept loop');
    await page.getByRole('textbox', { name: 'Name of loop 3' }).fill('Chorus');
    await page.keyboard.press('Enter');
    await slot(3, 'Chorus').waitFor();
    await page.keyboard.press('Control+z');
    await probe.until(() => kept(3)?.name === '', 'the loop without its name');
    await page.keyboard.press('Control+Shift+z');
    await slot(3, 'Chorus').waitFor();
  });

  it('play when their slot is chosen, and blend on the pad once they have a place', async () => {
    await page.getByRole('radio', { name: 'Slot', exact: true }).click();
    await probe.until(() => probe.slices.output.loopSlot === 3, 'the slot');
    await page.getByRole('radio', { name: 'Next bar' }).click();
    await probe.until(() => probe.slices.output.loopStart === 'bar', 'the bar');
    expect(probe.slices.output).toMatchObject({ loop: true, loopLength: '0.25 s' });
    await page.getByRole('button', { name: 'Place' }).click();
    await probe.until(() => kept(3)?.inputs !== null, 'the place');
    await screenshot(page, 'kept-loops');
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    await page.getByRole('radio', { name: 'Pad', exact: true }).click();
    await probe.until(() => probe.slices.output.loopSlot === 17, 'the blend');
    await page.getByRole('button', { name: 'Take off' }).click();
    await probe.until(() => kept(3)?.inputs === null, 'no place');
  });

  it('go to a file and come back into another slot', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export loop 3 as .npy' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('Chorus.npy');
    const bytes = await readFile(await download.path());
    await slot(5, 'empty').click();
    await page.locator('input[type=file][accept=".npy"]').setInputFiles({
      name: 'Verse.npy',
      mimeType: 'application/octet-stream',
      buffer: bytes,
    });
    await probe.until(() => kept(5)?.name === 'Verse', 'the imported loop');
    expect(kept(5)?.frames).toBe(kept(3)?.frames);
    await page.getByRole('button', { name: 'Remove loop 5' }).click();
    await slot(5, 'empty').waitFor();
  });

  it('are recalled by a controller', async () => {
    probe.send({ type: 'edit', edit: { type: 'set-output', change: { loop: false, loopSlot: 0 } } });
    await probe.until(() => !probe.slices.output.loop, 'no loop');
    probe.send({ type: 'trigger', action: { id: 'playLoop3' } });
    await probe.until(() => probe.slices.output.loop && probe.slices.output.loopSlot === 3, 'the loop');
  });
});
