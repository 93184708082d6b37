import type { Page } from 'playwright-core';
import { useLiveEngine } from './live-engine.js';
import { openPage, screenshot } from './page.js';
import { record } from './recording.js';

const SIZES = [
  { width: 900, height: 600 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;
/** Across and up. */
const PLACES = [
  [0.3, 0.3],
  [0.7, 0.3],
  [0.5, 0.7],
] as const;
/** Most presses of Tab from one end of the page to the other. */
const MOST_STOPS = 150;

/** What a player does, by one kind of device alone. */
interface Player {
  newInstrument(): Promise<void>;
  play(): Promise<void>;
  /** Moves a latent, and draws the others at random. */
  explore(): Promise<void>;
  goTo(x: number, y: number): Promise<void>;
  /** @returns the example's label */
  capture(): Promise<string>;
  /** @returns the preset's name */
  save(): Promise<string>;
  openAnother(): Promise<void>;
  open(name: string): Promise<void>;
}

describe('the whole way from an empty instrument to a saved one', () => {
  const live = useLiveEngine();
  const { probe, sandbox } = live;
  const input = (index: number) => probe.slices.inputs[index]?.value ?? NaN;
  const pad = (page: Page) => page.getByRole('application', { name: /^Pad/ });
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const presets = (page: Page) => page.getByRole('tabpanel').getByRole('listitem');
  const held = () => probe.slices.holds.filter((value) => value !== null).length;

  const byPointer = (page: Page): Player => {
    const library = () => page.getByRole('tab', { name: 'Library' }).click();
    const entry = (name: RegExp) => presets(page).getByRole('button', { name }).first();
    return {
      newInstrument: async () => {
        await library();
        await button(page, 'New').click();
      },
      play: () => button(page, 'Play').click(),
      explore: async () => {
        const box = await page.getByRole('slider', { name: 'Latent 2', exact: true }).boundingBox();
        if (box === null) throw new Error('the columns are not shown');
        const x = box.x + box.width / 2;
        await page.mouse.move(x, box.y + 0.5 * box.height);
        await page.mouse.down();
        await page.mouse.move(x, box.y + 0.3 * box.height, { steps: 4 });
        await page.mouse.up();
        await button(page, 'Random').click();
      },
      goTo: async (x, y) => {
        const box = await pad(page).boundingBox();
        if (box === null) throw new Error('the pad is not shown');
        await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
        await page.mouse.down();
        await page.mouse.move(box.x + x * box.width, box.y + (1 - y) * box.height, { steps: 5 });
        await page.mouse.up();
      },
      capture: async () => {
        const label = `Sound ${probe.slices.examples.length + 1}`;
        await button(page, 'Capture').click();
        await page.getByLabel('Label of the captured sound').waitFor();
        // A press elsewhere accepts the proposed label.
        await page.getByRole('heading', { name: 'Tiller' }).click();
        return label;
      },
      save: async () => {
        await page.getByRole('group', { name: 'Preset' }).getByRole('button', { name: 'Save' }).click();
        // A name of its own, also where an instrument without a name was saved before.
        await probe.until(() => probe.slices.library.current !== null, 'the saved preset');
        return probe.slices.about.name;
      },
      openAnother: () => button(page, 'Next preset').click(),
      open: async (name) => {
        await library();
        await entry(new RegExp(`^${name}(?! \\d)`)).click();
      },
    };
  };

  const byKeyboard = (page: Page): Player => {
    const { keyboard } = page;
    /** Presses Tab until the focus is where `there` holds. */
    const tabTo = async (name: RegExp, key = 'Tab') => {
      const seen = new Set<string>();
      for (let i = 0; i < MOST_STOPS; i++) {
        const focused = await page.evaluate(() => {
          const element = document.activeElement;
          return element === document.body ? '' : (element?.ariaLabel ?? element?.textContent ?? '');
        });
        if (name.test(focused)) return;
        seen.add(focused);
        await keyboard.press(key);
      }
      throw new Error(`Tab does not reach ${String(name)}: ${[...seen].join(' | ')}`);
    };
    const library = async () => {
      await tabTo(/^(Examples|Learn|Inputs|Steering|Output|Library)$/);
      await keyboard.press('End');
      await button(page, 'Save as…').waitFor();
    };
    const toPad = () => tabTo(/^Pad:/, 'Shift+Tab');
    const steps = async (by: number, less: string, more: string) => {
      // A step is 0.02, and with Shift 0.002.
      const fine = Math.round(Math.abs(by) / 0.002);
      const key = by > 0 ? more : less;
      for (let i = 0; i < Math.floor(fine / 10); i++) await keyboard.press(key);
      for (let i = 0; i < fine % 10; i++) await keyboard.press(`Shift+${key}`);
    };
    return {
      newInstrument: async () => {
        await library();
        await tabTo(/^New$/);
        await keyboard.press('Enter');
      },
      play: async () => {
        await toPad();
        await keyboard.press('Space');
      },
      explore: async () => {
        await tabTo(/^Latent \d+$/);
        await keyboard.press('ArrowRight');
        for (let i = 0; i < 4; i++) await keyboard.press('ArrowUp');
        await keyboard.press('r');
      },
      goTo: async (x, y) => {
        await toPad();
        await steps(x - input(0), 'ArrowLeft', 'ArrowRight');
        await steps(y - input(1), 'ArrowDown', 'ArrowUp');
      },
      capture: async () => {
        const label = `place ${probe.slices.examples.length + 1}`;
        await keyboard.press('c');
        await keyboard.type(label);
        await keyboard.press('Enter');
        await page.getByLabel('Label of the captured sound').waitFor({ state: 'detached' });
        // The focus is back on the pad: the next place is reached from here.
        await pad(page).and(page.locator(':focus')).waitFor();
        return label;
      },
      save: async () => {
        await library();
        await tabTo(/^Save as…$/);
        await keyboard.press('Enter');
        const name = `By keys ${page.viewportSize()?.width ?? 0}`;
        await page.getByLabel('Name of the new preset').and(page.locator(':focus')).waitFor();
        await keyboard.type(name);
        await keyboard.press('Enter');
        await button(page, 'Save as…').and(page.locator(':focus')).waitFor();
        return name;
      },
      openAnother: () => keyboard.press(']'),
      open: async (name) => {
        await library();
        await tabTo(new RegExp(`^${name}`));
        await keyboard.press('Enter');
      },
    };
  };

  for (const { width, height } of SIZES)
    for (const [device, playerOf] of [
      ['pointer', byPointer],
      ['keyboard', byKeyboard],
    ] as const)
      it(`can be done by ${device} alone at ${width} × ${height}`, async () => {
        const { page, consoleErrors } = await live.open({ width, height });
        const endRecording = await record(page, `journey-${device}-${width}`);
        const player = playerOf(page);
        const look = (step: string) => screenshot(page, `journey-${device}-${width}-${step}`);
        await player.newInstrument();
        await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
        await page.getByRole('group', { name: 'First steps' }).waitFor();
        await look('1-empty');
        await player.play();
        probe.frame = null;
        await probe.until(() => probe.frame !== null, 'the sound');

        const labels: string[] = [];
        for (const [x, y] of PLACES) {
          await player.explore();
          await probe.until(() => held() > 0, 'a sound that was found');
          await player.goTo(x, y);
          await probe.until(
            () => Math.abs(input(0) - x) < 0.01 && Math.abs(input(1) - y) < 0.01,
            `the cursor at ${x}, ${y}`,
          );
          await look(`2-found-${labels.length + 1}`);
          labels.push(await player.capture());
          await probe.until(
            () =>
              probe.slices.examples.at(-1)?.label === labels.at(-1) &&
              probe.slices.examples.length === labels.length,
            `the example ${labels.at(-1) ?? ''}`,
          );
        }
        await probe.until(() => probe.slices.training.learned && !probe.slices.training.stale, 'learning');
        await page.getByRole('group', { name: 'First steps' }).waitFor({ state: 'detached' });
        await look('3-learned');

        const name = await player.save();
        await probe.until(() => probe.slices.library.current !== null, 'the saved preset');
        expect(probe.slices.about.name).toBe(name);
        const saved = { id: probe.slices.library.current, examples: probe.slices.examples };
        await player.openAnother();
        await probe.until(() => probe.slices.library.current !== saved.id, 'another preset');
        await player.open(name);
        await probe.until(() => probe.slices.library.current === saved.id, 'the preset again');
        expect(probe.slices.examples).toEqual(saved.examples);
        expect(probe.slices.training).toMatchObject({ learned: true, stale: false });
        await look('4-reopened');
        await endRecording();
        expect(consoleErrors).toEqual([]);
        await page.context().close();
      });

  it('is restored after Tiller was closed and started', async () => {
    const { about, examples } = probe.slices;
    await live.engine.stop();
    const engine = await sandbox.start();
    const { page } = await openPage(live.browser, engine.url);
    await page.getByRole('button', { name: `Preset: ${about.name}`, exact: true }).waitFor();
    for (const [i, { label }] of examples.entries()) {
      const field = page.getByRole('textbox', { name: `Label of example ${i + 1}` });
      expect(await field.inputValue()).toBe(label);
    }
    await page.context().close();
  });
});
