import type { Page } from 'playwright-core';
import { useLiveEngine } from './live-engine.js';
import { NO_OVERFLOW, overflow, screenshot } from './page.js';

describe('an input that follows the audio', () => {
  let page: Page;
  let consoleErrors: string[];
  const { probe, open, play } = useLiveEngine({
    ready: async () => {
      ({ page, consoleErrors } = await open());
      await play(page);
      await page.getByRole('tab', { name: 'Inputs' }).click();
    },
  });
  afterAll(() => expect(consoleErrors).toEqual([]));

  const source = () => {
    const present = probe.slices.inputs[0]?.source;
    return present?.kind === 'audio' ? present : null;
  };
  const name = () => probe.slices.inputs[0]?.name ?? '';
  const position = () => probe.frame?.parameters[0] ?? NaN;

  it('moves with the sound, and shows the range that was heard', async () => {
    await page.getByRole('combobox', { name: `Source of ${name()}` }).selectOption('Incoming audio');
    await probe.until(() => source() !== null, 'the source');
    const seen = new Set<number>();
    await probe.until(() => seen.add(Math.round(8 * position())).size > 3, 'the movement');
    await page.getByText(/−\d+\.\d to −\d+\.\d LUFS/).waitFor();
    await screenshot(page, 'follow-loudness');
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
  });

  it('keeps the range when it is frozen, as it is changed, and undoes it', async () => {
    await page.getByRole('switch', { name: 'Freeze range' }).click();
    await probe.until(() => source()?.heard !== null, 'the frozen range');
    const [low = NaN, high = NaN] = source()?.heard ?? [];
    expect(low).toBeLessThan(high);
    const to = page.getByRole('textbox', { name: `${name()}: To` });
    await to.fill('-3.5');
    await to.press('Enter');
    await probe.until(() => source()?.heard?.[1] === -3.5, 'the end');
    await screenshot(page, 'follow-frozen');
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    await page.keyboard.press('Control+z');
    await probe.until(() => source()?.heard?.[1] === high, 'the end before');
  });

  it('has other settings for each of what it follows', async () => {
    const what = page.getByRole('combobox', { name: `${name()}: what it follows` });
    await what.selectOption('Pitch');
    await probe.until(() => source()?.descriptor === 'pitch', 'the pitch');
    expect(source()?.heard).toBeNull();
    await page.getByText(/\d+\.\d to \d+\.\d Hz/).waitFor();
    const release = page.getByRole('textbox', { name: `${name()}: Release` });
    await release.fill('1500');
    await release.press('Enter');
    await probe.until(() => source()?.releaseMilliseconds === 1500, 'the time');
    // No longer than is possible.
    await release.fill('20 s');
    await release.press('Enter');
    await probe.until(() => source()?.releaseMilliseconds === 5000, 'the longest time');
    await page.setViewportSize({ width: 1440, height: 900 });
    await screenshot(page, 'follow-pitch');
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
  });
});
