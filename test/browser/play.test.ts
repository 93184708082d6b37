import { readFileSync } from 'node:fs';
import { AUDIBLE_DB, useLiveEngine } from './live-engine.js';
import { dropFile } from './page.js';

/** Positions between the examples of a factory preset, which lie on elevenths: a press on an example would select it. */
const LEFT = 2.5 / 11;
const RIGHT = 8.5 / 11;

describe('playing', () => {
  const { probe, open, play } = useLiveEngine();

  it('opens on a factory preset, plays a loop through the model and follows the pad', async () => {
    const { page, consoleErrors } = await open();
    expect(await page.getByRole('button', { name: /^Preset:/ }).textContent()).not.toContain('Untitled');
    expect(probe.frame).toBeNull();
    await play(page);

    const pad = page.getByRole('application', { name: /^Pad/ });
    const box = await pad.boundingBox();
    if (box === null) throw new Error('the pad is not shown');
    await page.mouse.move(box.x + LEFT * box.width, box.y + RIGHT * box.height);
    await page.mouse.down();
    await probe.until(() => Math.abs((probe.frame?.parameters[0] ?? 0) - LEFT) < 0.01, 'the left edge');
    const left = Float32Array.from(probe.frame?.mapped ?? []);
    await page.mouse.move(box.x + RIGHT * box.width, box.y + LEFT * box.height, { steps: 8 });
    await page.mouse.up();
    await probe.until(() => Math.abs((probe.frame?.parameters[0] ?? 0) - RIGHT) < 0.01, 'the right edge');
    await probe.until(
      () => left.some((value, i) => Math.abs(value - (probe.frame?.mapped[i] ?? value)) > 0.1),
      'another place in the latent space',
    );
    expect(probe.frame?.parameters[1]).toBeCloseTo(RIGHT, 2);

    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await probe.until(() => probe.slices.live?.playing === false, 'the stop');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('holds a latent, captures, labels, learns and plays the mapping; undo reverts all of it', async () => {
    const { page, consoleErrors } = await open();
    await page.getByRole('tab', { name: 'Library' }).click();
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
    await page.getByRole('tab', { name: 'Examples' }).click();
    await page.getByText('No examples yet').waitFor();
    await play(page);

    const pad = page.getByRole('application', { name: /^Pad/ });
    const box = await pad.boundingBox();
    if (box === null) throw new Error('the pad is not shown');
    const captured: number[] = [];
    for (const [x, y, label, turns] of [
      [0.2, 0.25, 'dark bell', -8],
      [0.8, 0.75, 'bright rain', 8],
    ] as const) {
      await pad.click({ position: { x: x * box.width, y: (1 - y) * box.height } });
      await page.getByRole('slider', { name: 'Latent 2', exact: true }).focus();
      for (let i = 0; i < Math.abs(turns); i++)
        await page.keyboard.press(turns > 0 ? 'ArrowUp' : 'ArrowDown');
      const column = page.getByRole('slider', { name: 'Latent 2', exact: true });
      await probe.until(() => probe.slices.holds[1] !== null, 'the hold of latent 2');
      // Wait for the telemetry of the last step.
      await page.waitForTimeout(400);
      captured.push(probe.slices.holds[1] ?? NaN);
      expect(Number(await column.getAttribute('aria-valuenow'))).toBe(captured.at(-1));
      const before = probe.slices.examples.length;
      await page.keyboard.press('c');
      const field = page.getByRole('textbox', { name: 'Label of the captured sound' });
      await field.fill(label);
      await field.press('Enter');
      await probe.until(() => probe.slices.examples[before]?.label === label, `the example ${label}`);
      expect(probe.slices.examples[before]?.inputs[0]).toBeCloseTo(x, 1);
      expect(probe.slices.holds.every((held) => held === null)).toBe(true);
    }
    // A capture stores what the decoder got, in single precision.
    probe.slices.examples.forEach(({ latents }, i) => expect(latents[1]).toBeCloseTo(captured[i] ?? NaN, 5));

    await probe.until(() => probe.slices.training.learned && !probe.slices.training.stale, 'the mapping');
    await pad.click({ position: { x: 0.8 * box.width, y: 0.25 * box.height } });
    // What was captured is what is heard.
    const { latents: wanted } = probe.slices.examples[1] ?? { latents: [] };
    expect(wanted).toHaveLength(probe.slices.holds.length);
    await probe.until(
      () => wanted.every((value, i) => Math.abs((probe.frame?.decoded[i] ?? NaN) - value) <= 1e-6),
      'the second sound, exactly',
    );
    expect(await page.getByRole('row', { name: /dark bell/ }).count()).toBe(1);

    // A capture and its label are one undo step.
    for (let i = 0; i < 2; i++) await page.keyboard.press('Control+z');
    await probe.until(() => probe.slices.examples.length === 0, 'nothing left to undo');
    for (let i = 0; i < 2; i++) await page.keyboard.press('Control+Shift+z');
    await probe.until(() => probe.slices.examples[1]?.label === 'bright rain', 'everything back');
    expect(probe.slices.examples.map(({ label }) => label)).toEqual(['dark bell', 'bright rain']);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  // It was captured where the input would have been without its motion, and the cursor stood still there.
  it('captures an input that moves by itself where it is, and shows it there', async () => {
    const { page, consoleErrors } = await open();
    probe.send({ type: 'new-preset' });
    await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
    const source = { kind: 'lfo', shape: 'ramp', period: 4, unit: 'seconds', phase: 0, seed: 0 } as const;
    probe.send({
      type: 'edit',
      edit: { type: 'edit-input', index: 0, change: { source, range: [0.7, 0.9], value: 0.1 } },
    });
    await probe.until(() => probe.slices.inputs[0]?.source.kind === 'lfo', 'the motion');
    await play(page);
    await probe.until(() => (probe.frame?.parameters[0] ?? 0) > 0.7, 'the motion in the telemetry');
    const pad = page.getByRole('application', { name: /^Pad/ });
    await pad.getByText('moving by itself across, 0.50 up').waitFor({ state: 'attached' });
    // The pad moves the other axis only.
    await pad.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowUp');
    await probe.until(() => probe.slices.inputs[1]?.value === 0.52, 'the step up');
    expect(probe.slices.inputs[0]?.value).toBe(0.1);
    await page.keyboard.press('c');
    await page.keyboard.press('Enter');
    await probe.until(() => probe.slices.examples.length === 1, 'the example');
    const [x = 0, y] = probe.slices.examples[0]?.inputs ?? [];
    expect(x).toBeGreaterThanOrEqual(0.7);
    expect(x).toBeLessThanOrEqual(0.9);
    expect(y).toBe(0.52);
    probe.send({ type: 'edit', edit: { type: 'edit-input', index: 0, change: { source: { kind: 'pad' } } } });
    await probe.until(() => probe.slices.inputs[0]?.source.kind === 'pad', 'the pad as source again');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('keeps labels that are typed before the engine answers', async () => {
    const { page, consoleErrors } = await open();
    probe.send({ type: 'new-preset' });
    await probe.until(() => probe.slices.examples.length === 0, 'an empty instrument');
    await play(page);
    const labels = ['crash 1', 'far and soft', 'c'];
    for (const label of labels) {
      await page.keyboard.press('c');
      // Each of these letters is a shortcut while no label is asked for.
      await page.keyboard.type(label);
      await page.keyboard.press('Enter');
      await probe.until(() => probe.slices.examples.at(-1)?.label === label, `the label ${label}`);
    }
    await page.waitForTimeout(200);
    expect(probe.slices.examples.map(({ label }) => label)).toEqual(labels);
    expect(probe.slices.output.freeze).toBe(false);
    expect(probe.slices.live?.playing).toBe(true);

    // Regression: Enter in the label's field pressed the button that had the focus before, which stopped playing.
    for (const [key, label] of [
      ['Enter', 'late'],
      ['Escape', 'Sound 5'],
    ] as const) {
      await page.getByRole('button', { name: 'Stop', exact: true }).focus();
      await page.keyboard.press('c');
      const field = page.getByRole('textbox', { name: 'Label of the captured sound' });
      await field.pressSequentially('late');
      await page.keyboard.press(key);
      await field.waitFor({ state: 'detached' });
      await probe.until(() => probe.slices.examples.at(-1)?.label === label, `the label ${label}`);
    }
    // The engine answers commands in order: what a press had asked for would be known by now.
    await page.keyboard.press('f');
    await probe.until(() => probe.slices.output.freeze, 'the freeze');
    expect(probe.slices.live?.playing).toBe(true);
    await page.keyboard.press('f');
    await probe.until(() => !probe.slices.output.freeze, 'the end of the freeze');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('goes back to earlier random draws, and compares A with B', async () => {
    const { page, consoleErrors } = await open();
    await play(page);
    const drawn: unknown[] = [];
    for (let draws = 1; draws <= 2; draws++) {
      await page.keyboard.press('r');
      await probe.until(() => probe.slices.draws.earlier === draws, `draw ${draws}`);
      drawn.push(probe.slices.holds);
    }
    await page.getByRole('button', { name: 'Earlier draw' }).click();
    await probe.until(() => probe.slices.draws.earlier === 1, 'the first draw');
    expect(probe.slices.holds).toEqual(drawn[0]);
    await page.keyboard.press('.');
    await probe.until(() => probe.slices.draws.later === 0, 'the second draw');
    expect(probe.slices.holds).toEqual(drawn[1]);

    const before = probe.slices.output.freeze;
    await page.getByRole('radio', { name: 'B', exact: true }).click();
    await probe.until(() => probe.slices.comparison.side === 'B', 'B');
    await page.keyboard.press('f');
    await probe.until(() => probe.slices.output.freeze !== before, 'a difference');
    await page.keyboard.press('b');
    await probe.until(() => probe.slices.comparison.side === 'A', 'A');
    expect(probe.slices.output.freeze).toBe(before);
    for (let i = 0; i < 3; i++) await page.keyboard.press('Control+z');
    await probe.until(() => probe.slices.comparison.side === 'A', 'A again');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('obeys shortcuts whatever the mouse pressed last, and takes quick taps', async () => {
    const { page, consoleErrors } = await open();
    // Regression: space pressed the clicked button again, and a letter searched the clicked list.
    await page.getByRole('button', { name: 'Freeze' }).click();
    await probe.until(() => probe.slices.output.freeze, 'the freeze');
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    expect(probe.slices.output.freeze).toBe(true);
    await page.getByLabel('Source').click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await probe.until(() => probe.slices.live?.source.kind === 'loop', 'another loop');
    await page.keyboard.press('f');
    await probe.until(() => !probe.slices.output.freeze, 'the end of the freeze');
    // With the focus set by keyboard, space presses the button.
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Freeze' }).focus();
    await page.keyboard.press(' ');
    await probe.until(() => probe.slices.output.freeze, 'the freeze by space');
    await page.keyboard.press('f');
    await probe.until(() => !probe.slices.output.freeze, 'the second end of the freeze');

    // Regression: two quick taps counted as a double click, which moved the cursor to the middle.
    const pad = page.getByRole('application', { name: /^Pad/ });
    const box = await pad.boundingBox();
    if (box === null) throw new Error('the pad is not shown');
    await pad.dblclick({ position: { x: LEFT * box.width, y: LEFT * box.height } });
    await page.waitForTimeout(200);
    expect(probe.slices.inputs[0]?.value).toBeCloseTo(LEFT, 2);
    await page.keyboard.press('Tab');
    await pad.focus();
    await page.keyboard.press('Backspace');
    await probe.until(() => probe.slices.inputs[0]?.value === 0.5, 'the middle');
    await page.keyboard.press('ArrowLeft');
    await probe.until(() => (probe.slices.inputs[0]?.value ?? 1) < 0.5, 'a step');
    const { value: x = 0.5 } = probe.slices.inputs[0] ?? {};
    await page.waitForTimeout(200);
    await pad.dblclick({ position: { x: x * box.width, y: 0.5 * box.height } });
    await probe.until(
      () => probe.slices.inputs[0]?.value === 0.5,
      'the middle, by a double click on the cursor',
    );
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('plays a dropped file and the microphone, too', async () => {
    const { page, consoleErrors } = await open();
    await dropFile(page, 'my own.wav', readFileSync('models/loops/tabla.wav'));
    await probe.until(() => probe.slices.live?.source.kind === 'file', 'the file as source');
    expect(probe.slices.live?.files.map(({ name }) => name)).toEqual(['my own.wav']);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    probe.frame = null;
    await probe.until(() => probe.level('inputPeakLeft') > AUDIBLE_DB, 'the file');
    await page.getByLabel('Source').selectOption({ label: 'Microphone' });
    await probe.until(() => probe.slices.live?.source.kind === 'microphone', 'the microphone as source');
    probe.frame = null;
    // The browser's fake microphone beeps once a second.
    await probe.until(() => probe.level('inputPeakLeft') > AUDIBLE_DB, 'the microphone');
    // Stopping releases the microphone; playing opens it again.
    for (const label of ['Stop', 'Play']) {
      await page.getByRole('button', { name: label, exact: true }).click();
      await probe.until(() => probe.slices.live?.playing === (label === 'Play'), label);
    }
    probe.frame = null;
    await probe.until(() => probe.level('inputPeakLeft') > AUDIBLE_DB, 'the microphone again');
    await dropFile(page, 'noise.wav', new TextEncoder().encode('RIFF, but no sound'));
    await page.getByText(/^noise\.wav cannot be read/).waitFor();
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('keeps two windows in step', async () => {
    const one = await open();
    const two = await open();
    await one.page.getByRole('tab', { name: 'Output' }).click();
    await two.page.getByRole('tab', { name: 'Output' }).click();
    const first = one.page.getByRole('switch', { name: 'Freeze' });
    const second = two.page.getByRole('switch', { name: 'Freeze' });
    expect(await second.getAttribute('aria-checked')).toBe('false');
    await first.click();
    await two.page.getByRole('switch', { name: 'Freeze', checked: true }).waitFor();
    await second.click();
    await one.page.getByRole('switch', { name: 'Freeze', checked: false }).waitFor();
    expect([...one.consoleErrors, ...two.consoleErrors]).toEqual([]);
    await one.page.context().close();
    await two.page.context().close();
  });
});
