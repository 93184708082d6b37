import type { Browser } from 'playwright-core';
import { openPage, Probe, startBrowser, Workplace } from './rig.js';

describe('an engine that dies', () => {
  const workplace = new Workplace();
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await workplace.close();
  });

  it('is waited for, and comes back with nothing lost', async () => {
    const first = await workplace.start();
    const { page } = await openPage(browser, first.url);
    await page.getByRole('tab', { name: 'Output' }).click();
    const gain = page.getByRole('textbox', { name: 'Output gain, number' });
    await gain.fill('-9');
    await gain.press('Enter');
    await page
      .getByRole('textbox', { name: 'Output gain, number' })
      .and(page.locator('[value="−9.0 dB"]'))
      .waitFor();
    // The document is written a moment after the last change.
    await page.waitForTimeout(1500);
    await first.kill();
    await page.getByText('The engine is restarting.').waitFor();
    expect(await gain.inputValue()).toBe('−9.0 dB');

    const second = await workplace.start({ port: first.port, token: first.token });
    await page.getByText('The engine is restarting.').waitFor({ state: 'detached' });
    const probe = await Probe.open(second);
    await probe.until(() => probe.slices.output.outputGainDb === -9, 'the document');
    await gain.fill('-3');
    await gain.press('Enter');
    await probe.until(() => probe.slices.output.outputGainDb === -3, 'a change after the return');
    probe.close();
    await second.kill();
    await page.context().close();
  });

  it('says how to go on when another engine answers', async () => {
    const first = await workplace.start();
    const { page } = await openPage(browser, first.url);
    await first.kill();
    const second = await workplace.start({ port: first.port });
    expect(second.token).not.toBe(first.token);
    await page.getByText('This page belongs to an engine that has ended.').waitFor();
    expect(await page.getByText('Open the address that the engine printed').isVisible()).toBe(true);
    await second.kill();
    await page.context().close();
  });
});
