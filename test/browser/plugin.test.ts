import { jest } from '@jest/globals';
import { NO_OVERFLOW, openPage, overflow, PANELS, STEP_MILLISECONDS } from './page.js';
import { useSandbox } from './sandbox.js';

/** Controls that exist only without a host. */
const LIVE_ONLY = [
  ['button', 'Play'],
  ['button', 'Stop'],
  ['combobox', 'Source'],
  ['combobox', 'MIDI input'],
  ['button', 'Browser’s MIDI'],
  ['slider', 'Buffer to the speakers'],
] as const;

jest.setTimeout(10 * STEP_MILLISECONDS);

describe('the page in the plugin’s window', () => {
  const sandbox = useSandbox();

  it('has no transport, fits its window and controls the host’s sound', async () => {
    const engine = await sandbox.startInPlugin('presets/drum-garden.tiller.json');
    const { page, consoleErrors } = await openPage(sandbox.browser, engine.url, { width: 900, height: 600 });
    const probe = await sandbox.openProbe(engine);
    expect(probe.slices.live).toBeNull();
    await page.getByRole('button', { name: /^engine/ }).click();
    await page.getByRole('dialog', { name: 'Engine' }).getByText('Latency').waitFor();
    // The host of this test gives no priority.
    if (process.platform === 'linux') await page.getByText('ordinary: run “tiller doctor”').waitFor();
    for (const panel of PANELS) {
      await page.getByRole('tab', { name: panel }).click();
      if (panel === 'Inputs') {
        await page.getByRole('radio', { name: 'Controllers, recorder' }).click();
        await page.getByText('The host sends MIDI to this track.').waitFor();
      }
      for (const [role, name] of LIVE_ONLY)
        expect([panel, name, await page.getByRole(role, { name, exact: true }).count()]).toEqual([
          panel,
          name,
          0,
        ]);
      expect([panel, await overflow(page)]).toEqual([panel, NO_OVERFLOW]);
    }
    await page.getByRole('tab', { name: 'Output' }).click();
    // The host of this test gives no tempo.
    await page.getByTestId('musical-position').getByText('120.0 BPM, stopped').waitFor();
    await page.getByRole('radio', { name: 'Long', exact: true }).click();
    await probe.until(() => probe.slices.output.margin === 'safe', 'the setting');
    await page.getByRole('radiogroup', { name: 'Latency reported to the host' }).waitFor();
    await page.getByText('needs 62.0 ms').waitFor();
    await page.keyboard.press('?');
    expect(await page.getByText('play and stop').count()).toBe(0);
    await page.keyboard.press('Escape');

    // Space is the host's: it must not press the button that was clicked last.
    const freeze = (pressed: boolean) => page.getByRole('button', { name: 'Freeze', pressed }).waitFor();
    await page.getByRole('button', { name: 'Freeze' }).click();
    await freeze(true);
    await page.evaluate(() => {
      window.addEventListener('keydown', (event) => {
        document.body.dataset.key = `${event.key} ${event.defaultPrevented ? 'used' : 'left to the host'}`;
      });
    });
    await page.keyboard.press(' ');
    await page.waitForFunction(() => document.body.dataset.key !== undefined);
    expect(await page.evaluate(() => document.body.dataset.key)).toBe('  left to the host');
    await page.keyboard.press('f');
    await freeze(false);

    // Who goes on by keyboard goes on from that button, and presses buttons by space.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press(' ');
    await freeze(true);
    await page.keyboard.press('f');
    await freeze(false);

    await probe.until(() => probe.level('inputPeakLeft') > -20, 'the host’s tone');
    const pad = page.getByRole('application', { name: /^Pad/ });
    await pad.click({ position: { x: 90, y: 300 } });
    await probe.until(() => (probe.frame?.parameters[0] ?? 1) < 0.3, 'the input in the telemetry');
    const before = probe.slices.examples.length;
    await page.keyboard.press('c');
    await page.getByRole('textbox', { name: 'Label of the captured sound' }).fill('from the host');
    await page.keyboard.press('Enter');
    await probe.until(() => probe.slices.examples[before]?.label === 'from the host', 'the captured sound');
    await page.keyboard.press('Control+z');
    await probe.until(() => probe.slices.examples.length === before, 'the undo');
    probe.close();
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  // The page's own storage belongs to a port, which is another one each time.
  it('restores theme and panel in the next instance', async () => {
    const first = await sandbox.startInPlugin('presets/drum-garden.tiller.json');
    const before = await openPage(sandbox.browser, first.url);
    await before.page.getByRole('button', { name: 'Light theme' }).click();
    await before.page.getByRole('tab', { name: 'Steering' }).click();
    const probe = await sandbox.openProbe(first);
    await probe.until(() => probe.slices.rememberedView?.panel === 'steering', 'what is remembered');
    await before.page.context().close();

    const second = await sandbox.startInPlugin('presets/drum-garden.tiller.json');
    const after = await openPage(sandbox.browser, second.url);
    await after.page.locator('html[data-theme=light]').waitFor();
    await after.page.getByRole('tab', { name: 'Steering', selected: true }).waitFor();
    expect(after.consoleErrors).toEqual([]);
    await after.page.context().close();
  });
});
