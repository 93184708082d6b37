import type { CDPSession, Page } from 'playwright-core';
import type { Command } from '../../src/protocol/interface.js';
import { PARAMETER_INDEX } from '../../src/document/parameters.js';
import { defaultOutput } from '../../src/document/output.js';
import { screenshot } from './page.js';
import { useLiveEngine } from './live-engine.js';

/** Controls the fake MIDI device and gamepad from the test. */
interface Fakes {
  midi(...message: number[]): void;
  plugGamepad(axes: number[]): void;
  axes: number[];
  /** 0..1 each. */
  buttons: number[];
}
declare global {
  interface Window {
    fakes: Fakes;
  }
}

/** Runs in the page before its own scripts: replaces Web MIDI and the Gamepad API by fakes. */
function installFakes(): void {
  const port: { name: string; onmidimessage: ((event: { data: Uint8Array }) => void) | null } = {
    name: 'Fake keys',
    onmidimessage: null,
  };
  const access = { inputs: new Map([['1', port]]), onstatechange: null };
  Object.defineProperty(navigator, 'requestMIDIAccess', { value: () => Promise.resolve(access) });
  let plugged = false;
  const fakes: Fakes = {
    axes: [],
    buttons: [0, 0],
    midi: (...message) => port.onmidimessage?.({ data: Uint8Array.from(message) }),
    plugGamepad(axes) {
      fakes.axes = axes;
      plugged = true;
      window.dispatchEvent(new Event('gamepadconnected'));
    },
  };
  Object.defineProperty(navigator, 'getGamepads', {
    value: () =>
      plugged ? [null, { axes: fakes.axes, buttons: fakes.buttons.map((value) => ({ value })) }] : [null],
  });
  window.fakes = fakes;
}

describe('controllers', () => {
  let page: Page;
  let consoleErrors: string[];
  let devices: CDPSession;
  const { probe, open, play } = useLiveEngine({
    ready: async () => {
      ({ page, consoleErrors } = await open(undefined, 'dark', { hasTouch: true }));
      await page.addInitScript(installFakes);
      await page.reload();
      await page.getByRole('slider', { name: 'Latent 1', exact: true }).waitFor();
      devices = await page.context().newCDPSession(page);
      probe.send({ type: 'new-preset' });
      await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
      probe.send({ type: 'edit', edit: { type: 'add-input', input: { name: 'Third' } } });
      await page.getByRole('slider', { name: 'Third', exact: true }).waitFor();
      await play(page);
    },
  });
  afterAll(() => expect(consoleErrors).toEqual([]));

  const input = (index: number) => probe.slices.inputs[index]?.value ?? NaN;
  const padBox = async () => {
    const box = await page.getByRole('application', { name: /^Pad/ }).boundingBox();
    if (box === null) throw new Error('the pad is not shown');
    return { at: (x: number, y: number) => ({ x: box.x + x * box.width, y: box.y + (1 - y) * box.height }) };
  };

  it('learn a controller of the browser’s MIDI and move its input', async () => {
    await page.getByRole('tab', { name: 'Inputs' }).click();
    await page.getByRole('radio', { name: 'Controllers, recorder' }).click();
    await page.getByRole('button', { name: 'Browser’s MIDI' }).click();
    await page.getByTestId('toast').getByText('Listening to Fake keys.').waitFor();
    await page.getByRole('radio', { name: 'Inputs', exact: true }).click();
    await page.getByRole('region', { name: 'Input 1: X' }).getByRole('button', { name: 'Learn' }).click();
    await page.getByRole('button', { name: 'Move it…' }).waitFor();
    // A clock message must not be learned.
    await page.evaluate(() => window.fakes.midi(0xf8));
    await page.evaluate(() => window.fakes.midi(0xb2, 21, 64));
    await probe.until(() => probe.slices.inputs[0]?.source.kind === 'cc', 'the learned controller');
    expect(probe.slices.inputs[0]?.source).toMatchObject({ controller: 21 });
    await page.evaluate(() => window.fakes.midi(0xb2, 21, 127));
    await probe.until(() => input(0) === 1, 'the controller at 127');
    await page.evaluate(() => window.fakes.midi(0xb2, 21, 0));
    await probe.until(() => input(0) === 0, 'the controller at 0');
  });

  it('follow the tempo of a MIDI clock, and keep it afterwards', async () => {
    const tempo = () => probe.slices.live?.tempo;
    const ticks = setInterval(() => {
      page.evaluate(() => window.fakes.midi(0xf8)).catch(() => undefined);
    }, 25);
    await page.getByText('MIDI clock', { exact: true }).waitFor();
    clearInterval(ticks);
    expect(tempo()?.perMinute).not.toBe(120);
    await page.getByRole('button', { name: 'Tap', exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Tempo in beats per minute' }).fill('93,5');
    await page.keyboard.press('Enter');
    await probe.until(() => tempo()?.perMinute === 93.5, 'the typed tempo');
    await page.getByRole('tab', { name: 'Output' }).click();
    await page
      .getByTestId('musical-position')
      .getByText(/^93\.5 BPM, beat [1-4] of 4$/)
      .waitFor();
    await page.getByRole('tab', { name: 'Inputs' }).click();
    while (tempo()?.perMinute === 93.5) {
      await page.keyboard.press('t');
      await page.waitForTimeout(300);
    }
  });

  it('move an input with a gamepad’s stick once the stick has moved', async () => {
    const source = { kind: 'gamepad', axis: 1 } as const;
    probe.send({ type: 'edit', edit: { type: 'edit-input', index: 1, change: { source } } });
    const row = page.getByRole('region', { name: 'Input 2: Y' });
    await row.getByRole('textbox', { name: 'Y: Axis' }).waitFor();
    const before = input(1);
    await page.evaluate(() => window.fakes.plugGamepad([0, 0.8]));
    await page.waitForTimeout(200);
    expect(input(1)).toBe(before);
    await page.evaluate(() => (window.fakes.axes = [0, -1]));
    await probe.until(() => input(1) === 0, 'the stick at one end');
    await page.evaluate(() => (window.fakes.axes = [0, 1]));
    await probe.until(() => input(1) === 1, 'the stick at the other end');
    // Within the dead zone.
    await page.evaluate(() => (window.fakes.axes = [0, 0.03]));
    await probe.until(() => input(1) === 0.5, 'the stick at rest');
  });

  describe('assigned by the player', () => {
    const assigned = () => probe.slices.controllers.assignments;
    const card = () => page.getByRole('region', { name: 'Controllers' });
    const row = (name: string) => card().getByRole('listitem', { name });
    const learn = async (action: string) => {
      await card().getByRole('combobox', { name: 'Action to assign' }).selectOption({ label: action });
      await card().getByRole('button', { name: 'Learn', exact: true }).click();
      await card().getByRole('button', { name: 'Move it…', exact: true }).waitFor();
    };
    const midi = (...message: number[]) => page.evaluate((bytes) => window.fakes.midi(...bytes), message);
    beforeAll(async () => {
      await page.getByRole('tab', { name: 'Inputs' }).click();
      await page.getByRole('radio', { name: 'Controllers, recorder' }).click();
    });

    it('pick the mix up with a fader, and light up', async () => {
      await learn('Dry/wet');
      await midi(0xb0, 30, 5);
      await row('Dry/wet').getByText('CC 30, channel 1').waitFor();
      const mix = () => probe.slices.output.dryWet;
      expect(mix()).toBe(1);
      await midi(0xb0, 30, 64);
      await row('Dry/wet').locator('[data-testid=activity][data-lit=true]').waitFor();
      expect(mix()).toBe(1);
      await midi(0xb0, 30, 127);
      await midi(0xb0, 30, 0);
      await probe.until(() => mix() === 0, 'the fader that has picked it up');
      await row('Dry/wet').getByRole('combobox').selectOption('Relative: 64 ± n');
      await probe.until(() => assigned()[0]?.mode === 'binary-offset', 'the mode');
      await midi(0xb0, 30, 127);
      await midi(0xb0, 30, 127);
      await midi(0xb0, 30, 65);
      await probe.until(() => mix() === 1, 'the encoder at the end');
    });

    it('freeze with a gamepad’s button and a key', async () => {
      await learn('Freeze');
      await page.evaluate(() => (window.fakes.buttons = [0, 1]));
      await row('Freeze').getByText('Gamepad button 2').waitFor();
      expect(probe.slices.output.freeze).toBe(false);
      await page.evaluate(() => (window.fakes.buttons = [0, 0]));
      await page.waitForTimeout(100);
      await page.evaluate(() => (window.fakes.buttons = [0, 1]));
      await probe.until(() => probe.slices.output.freeze, 'the pressed button');
      await learn('Loop');
      await page.keyboard.press('y');
      await row('Loop').getByText('Key Y').waitFor();
      await page.keyboard.press('y');
      await probe.until(() => probe.slices.output.loop, 'the pressed key');
      await screenshot(page, 'controllers');
    });

    it('stay when the preset changes, and come before what it says', async () => {
      const source = { kind: 'cc', channel: 0, controller: 30, bits: 7 } as const;
      probe.send({ type: 'edit', edit: { type: 'edit-input', index: 1, change: { source } } });
      probe.send({ type: 'parameter', index: PARAMETER_INDEX.input + 1, value: 0.3 });
      await probe.until(() => input(1) === 0.3, 'the input by hand');
      await midi(0xb0, 30, 1);
      await midi(0xb0, 30, 1);
      await midi(0xb0, 30, 1);
      await probe.until(() => probe.slices.output.dryWet === 0, 'the encoder at the other end');
      expect(input(1)).toBe(0.3);
      await row('Dry/wet').getByRole('button', { name: 'Remove Dry/wet' }).click();
      await probe.until(() => assigned().length === 2, 'no assignment of the mix');
      await midi(0xb0, 30, 127);
      await probe.until(() => input(1) === 1, 'the input by its own source');
    });

    it('panic by its key, and by one that has learned it: dry, and nothing held', async () => {
      await page.keyboard.press('p');
      await probe.until(() => probe.slices.output.bypass && !probe.slices.output.freeze, 'the dry sound');
      expect(probe.slices.output.loop).toBe(false);
      const { bypass, freeze } = PARAMETER_INDEX;
      for (const [index, value] of [
        [bypass, 0],
        [freeze, 1],
      ] as const)
        probe.send({ type: 'parameter', index, value });
      await probe.until(() => !probe.slices.output.bypass && probe.slices.output.freeze, 'the model, frozen');
      await learn('Panic: dry sound');
      await page.keyboard.press('x');
      await row('Panic: dry sound').getByText('Key X').waitFor();
      await page.keyboard.press('x');
      await probe.until(() => probe.slices.output.bypass && !probe.slices.output.freeze, 'dry once more');
      probe.send({ type: 'undo' });
      probe.send({ type: 'edit', edit: { type: 'set-output', change: { ...defaultOutput() } } });
      for (const { id } of assigned()) probe.send({ type: 'remove-controller', id });
      await probe.until(() => assigned().length === 0 && !probe.slices.output.bypass, 'the end of it');
      await page.getByRole('radio', { name: 'Inputs', exact: true }).click();
    });
  });

  it('move a third input with the pressure of a pen', async () => {
    const pad = await padBox();
    const pen = (
      type: 'mousePressed' | 'mouseMoved' | 'mouseReleased',
      x: number,
      y: number,
      force: number,
    ) =>
      devices.send('Input.dispatchMouseEvent', {
        type,
        ...pad.at(x, y),
        force,
        pointerType: 'pen',
        button: 'left',
        buttons: type === 'mouseReleased' ? 0 : 1,
      });
    const gestures: string[] = [];
    devices.on('Network.webSocketFrameSent', ({ response }) => {
      const { command } = JSON.parse(response.payloadData) as { command: Command };
      if (command.type === 'parameter' && command.index === PARAMETER_INDEX.input + 2)
        gestures.push(command.gesture ?? 'none');
    });
    await devices.send('Network.enable');
    await pen('mousePressed', 0.3, 0.3, 0.25);
    await probe.until(() => Math.abs(input(2) - 0.25) < 0.01, 'a light pen');
    await pen('mouseMoved', 0.35, 0.3, 0.9);
    await probe.until(() => Math.abs(input(2) - 0.9) < 0.01, 'a heavy pen');
    expect(input(0)).toBeCloseTo(0.35, 2);
    await pen('mouseReleased', 0.35, 0.3, 0);
    while (gestures.at(-1) !== 'end') await page.waitForTimeout(20);
    expect(input(2)).toBeCloseTo(0.9, 2);
    // Hosts record automation from the begin to the end of a gesture.
    expect([gestures[0], ...new Set(gestures.slice(1, -1)), gestures.at(-1)]).toEqual([
      'begin',
      'move',
      'end',
    ]);
    await devices.send('Network.disable');
  });

  it('move the pad and a fader with two fingers and ignore a third one on the pad', async () => {
    const pad = await padBox();
    const box = await page.getByRole('slider', { name: 'Third', exact: true }).boundingBox();
    if (box === null) throw new Error('the fader is not shown');
    const fader = (y: number) => ({ x: box.x + box.width / 2, y: box.y + (1 - y) * box.height, id: 2 });
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: object[]) =>
      devices.send('Input.dispatchTouchEvent', { type, touchPoints } as never);
    const first = (x: number, y: number) => ({ ...pad.at(x, y), id: 1 });
    await touch('touchStart', first(0.4, 0.4));
    await touch('touchStart', first(0.4, 0.4), fader(0.2));
    await touch('touchMove', first(0.6, 0.7), fader(0.8));
    await probe.until(() => Math.abs(input(2) - 0.8) < 0.02, 'the finger on the fader');
    await probe.until(() => Math.abs(input(0) - 0.6) < 0.02, 'the finger on the pad');
    const third = { ...pad.at(0.1, 0.1), id: 3 };
    await touch('touchStart', first(0.6, 0.7), fader(0.8), third);
    await touch('touchMove', first(0.6, 0.7), fader(0.8), { ...pad.at(0.15, 0.1), id: 3 });
    await page.waitForTimeout(150);
    expect(input(0)).toBeCloseTo(0.6, 1);
    await touch('touchEnd');
  });

  it('open a fader’s menu with a long press, not with a short one', async () => {
    const box = await page.getByRole('slider', { name: 'Third', exact: true }).boundingBox();
    if (box === null) throw new Error('the fader is not shown');
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, id: 5 };
    const menu = page.getByRole('menu', { name: 'Third' });
    for (const [held, shown] of [
      [150, 0],
      [950, 1],
    ] as const) {
      await devices.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
      await page.waitForTimeout(held);
      expect(await menu.count()).toBe(shown);
      await devices.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    }
    await menu.getByRole('menuitem', { name: 'Learn MIDI' }).click();
    await probe.until(() => probe.slices.waiting.midiLearn === 2, 'the input that learns');
    // Escape ends what the page knows of, and closes the menu while that is open.
    await menu.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Move it…' }).waitFor();
    await page.keyboard.press('Escape');
    await probe.until(() => probe.slices.waiting.midiLearn === null, 'the end of learning');
  });

  it('recall the preset that a program change is assigned to, once they are switched on', async () => {
    probe.send({ type: 'save-preset-as', name: 'Mine' });
    await probe.until(() => probe.slices.library.current === 'user/mine', 'the saved preset');
    probe.send({ type: 'new-preset' });
    await probe.until(() => probe.slices.library.current === null, 'another instrument');
    await page.getByRole('tab', { name: 'Inputs' }).click();
    await page.getByRole('radio', { name: 'Controllers, recorder' }).click();
    const card = page.getByRole('region', { name: 'Program changes' });
    await card.getByRole('switch', { name: 'Recall presets' }).click();
    await card.getByText('Nothing is assigned yet').waitFor();
    await card.getByRole('textbox', { name: 'Bank, fine' }).fill('3');
    await card.getByRole('textbox', { name: 'Program' }).fill('10');
    await card.getByRole('combobox', { name: 'Preset of the program' }).selectOption('Mine');
    await card.getByRole('button', { name: 'Assign' }).click();
    await card.getByText('0.3 / 10').waitFor();
    expect(probe.slices.programs).toEqual({
      on: true,
      channel: 0,
      assignments: [{ program: 3 * 128 + 9, preset: 'user/mine' }],
    });
    await card.getByRole('combobox', { name: 'MIDI channel of program changes' }).selectOption('Channel 3');
    await probe.until(() => probe.slices.programs.channel === 3, 'the channel');
    const program = (channel: number) =>
      page.evaluate((status) => {
        window.fakes.midi(0xb0 | status, 0, 0);
        window.fakes.midi(0xb0 | status, 32, 3);
        window.fakes.midi(0xc0 | status, 9);
      }, channel - 1);
    await program(4);
    await program(3);
    await probe.until(() => probe.slices.library.current === 'user/mine', 'the recalled preset');
    await card.getByRole('button', { name: 'Remove program 0.3 / 10' }).click();
    await probe.until(() => probe.slices.programs.assignments.length === 0, 'no program');
  });
});
