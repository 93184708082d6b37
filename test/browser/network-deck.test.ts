import type { Page } from 'playwright-core';
import { networkAddresses } from '../../src/engine/system/network-addresses.js';
import { useLiveEngine } from './live-engine.js';
import { NO_OVERFLOW, openPage, overflow, screenshot, STEP_MILLISECONDS } from './page.js';

/** Only where this machine is in a network can it be reached from there. */
const inNetwork = networkAddresses().length > 0 ? describe : describe.skip;

inNetwork('the deck view on a tablet in the network', () => {
  const live = useLiveEngine({
    ready: () => probe.until(() => probe.slices.training.learned, 'a factory preset'),
  });
  const { probe, open } = live;
  const deckUrl = () => probe.slices.networkDeck.url ?? 'the deck is off';
  const card = (page: Page) => page.getByRole('region', { name: 'Deck in the network' });
  const openCard = async (page: Page) => {
    await page.getByRole('tab', { name: 'Inputs' }).click();
    await page.getByRole('radio', { name: 'Controllers, recorder' }).click();
    await card(page).scrollIntoViewIfNeeded();
  };
  /** A browser of its own, as on another machine. */
  const openTablet = async (url: string) => {
    const context = await live.browser.newContext({
      viewport: { width: 1024, height: 768 },
      hasTouch: true,
      reducedMotion: 'reduce',
    });
    const tablet = await context.newPage();
    tablet.setDefaultTimeout(STEP_MILLISECONDS);
    const errors: string[] = [];
    tablet.on('pageerror', (error) => errors.push(error.message));
    tablet.on('console', (message) => {
      if (message.type() === 'error' && !/401/.test(message.text())) errors.push(message.text());
    });
    await tablet.goto(url);
    return { tablet, errors };
  };

  it('is off until the player switches it on, shows its code, and plays', async () => {
    const { page, consoleErrors } = await open();
    await openCard(page);
    expect(probe.slices.networkDeck).toMatchObject({ on: false, url: null, canKeep: true });
    await card(page).getByRole('switch', { name: 'On', exact: true }).click();
    await card(page).getByRole('img', { name: 'Code of the deck’s address' }).waitFor();
    await card(page).getByText(deckUrl()).waitFor();
    expect(await overflow(page)).toEqual(NO_OVERFLOW);
    await card(page).scrollIntoViewIfNeeded();
    await screenshot(page, 'network-deck-card');

    const { tablet, errors } = await openTablet(deckUrl());
    const deck = tablet.getByRole('main', { name: 'Deck' });
    await deck.getByRole('heading', { name: probe.slices.about.name }).waitFor();
    await card(page).getByText('1 deck connected').waitFor();
    expect(new URL(tablet.url()).hash).toBe('#deck');
    const box = await deck.getByRole('application', { name: /^Pad/ }).boundingBox();
    if (box === null) throw new Error('the pad is not shown');
    await tablet.touchscreen.tap(box.x + 0.31 * box.width, box.y + 0.77 * box.height);
    await probe.until(
      () => Math.abs((probe.slices.inputs[0]?.value ?? 0) - 0.31) < 0.02,
      'the tablet’s finger',
    );
    await deck.getByRole('button', { name: 'Freeze' }).tap();
    await probe.until(() => probe.slices.output.freeze, 'freeze');
    await deck.getByRole('button', { name: 'Freeze', pressed: true }).tap();
    await probe.until(() => !probe.slices.output.freeze, 'the end of freeze');
    await screenshot(tablet, 'network-deck-tablet');

    // There is no way to the whole page, nor to what changes the instrument.
    await tablet.keyboard.press('Escape');
    await tablet.keyboard.press('c');
    await tablet.keyboard.press('d');
    expect(await deck.isVisible()).toBe(true);
    expect(await deck.getByRole('button', { name: 'Close the deck view' }).count()).toBe(0);
    const examples = probe.slices.examples.length;
    await tablet.evaluate(() => {
      window.location.hash = '';
    });
    expect(await tablet.getByRole('tab').count()).toBe(0);
    expect(probe.slices.examples).toHaveLength(examples);
    expect(errors).toEqual([]);
    expect(consoleErrors).toEqual([]);
    await tablet.context().close();
    await card(page).getByText('0 decks connected').waitFor();
    await page.context().close();
  });

  it('needs the present code', async () => {
    const { page } = await open();
    probe.send({ type: 'network-deck', settings: { on: true } });
    await probe.until(() => probe.slices.networkDeck.on, 'the deck');
    const old = deckUrl();
    const { tablet } = await openTablet(old);
    await tablet.getByRole('heading', { name: probe.slices.about.name }).waitFor();
    await openCard(page);
    await card(page).getByRole('switch', { name: 'On', exact: true }).click();
    await tablet.getByText('The deck was switched off.').waitFor();
    await screenshot(tablet, 'network-deck-off');
    await card(page).getByRole('switch', { name: 'On', exact: true }).click();
    await probe.until(() => probe.slices.networkDeck.on && deckUrl() !== old, 'another code');
    await tablet.getByText('This code is no longer valid.').waitFor();

    const { tablet: stranger } = await openTablet(deckUrl().replace(/&token=.*/, ''));
    await stranger.getByText('the part from # on is missing').waitFor();
    const { tablet: late } = await openTablet(old);
    await late.getByText('This code is no longer valid.').waitFor();
    expect(await late.getByRole('heading', { name: probe.slices.about.name }).count()).toBe(0);
    probe.send({ type: 'network-deck', settings: { on: false } });
    await probe.until(() => !probe.slices.networkDeck.on, 'the end');
    for (const each of [tablet, stranger, late, page]) await each.context().close();
  });

  it('works in a plugin, too, for as long as the instance runs', async () => {
    const engine = await live.sandbox.startInPlugin('presets/drum-garden.tiller.json');
    const { page } = await openPage(live.browser, engine.url);
    const plugin = await live.sandbox.openProbe(engine);
    await openCard(page);
    expect(plugin.slices.networkDeck).toMatchObject({ on: false, canKeep: false });
    expect(await card(page).getByRole('switch', { name: 'Keep on' }).count()).toBe(0);
    await card(page).getByRole('switch', { name: 'On', exact: true }).click();
    await plugin.until(() => plugin.slices.networkDeck.url !== null, 'the deck');
    const { tablet, errors } = await openTablet(plugin.slices.networkDeck.url ?? '');
    await tablet.getByRole('button', { name: 'Panic' }).tap();
    await plugin.until(() => plugin.slices.output.bypass, 'the dry track');
    expect(errors).toEqual([]);
    for (const each of [tablet, page]) await each.context().close();
  });
});
