import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIBLE_DB } from './live-engine.js';
import { openPage, shownBy } from './page.js';
import { servingProcesses, useSandbox } from './sandbox.js';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('an engine that crashes', () => {
  const sandbox = useSandbox();

  it('is restarted and continues playing without loss', async () => {
    const engine = await sandbox.start();
    const { page } = await openPage(sandbox.browser, engine.url);
    await page.getByRole('tab', { name: 'Output' }).click();
    const gain = page.getByRole('textbox', { name: 'Output gain, number' });
    await gain.fill('-9');
    await gain.press('Enter');
    await page.getByLabel('Source').selectOption({ label: 'Tabla' });
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page
      .getByRole('textbox', { name: 'Output gain, number' })
      .and(page.locator('[value="−9.0 dB"]'))
      .waitFor();
    let probe = await sandbox.openProbe(engine);
    await probe.until(() => probe.slices.live?.playing === true, 'the answer to Play');
    await shownBy(page, probe);
    probe.close();
    const [before] = servingProcesses(engine.process);
    engine.crash();
    await page.getByText('The engine is restarting.').waitFor();
    expect(await gain.inputValue()).toBe('−9.0 dB');
    await page.getByText('The engine is restarting.').waitFor({ state: 'detached' });

    const [after] = servingProcesses(engine.process);
    expect(isRunning(before ?? 0)).toBe(false);
    expect(isRunning(after ?? 0)).toBe(true);
    probe = await sandbox.openProbe(engine);
    await probe.until(() => probe.slices.output.outputGainDb === -9, 'the document');
    await probe.until(() => probe.slices.live?.playing === true, 'the transport');
    expect(probe.slices.live?.source).toEqual({ kind: 'loop', id: 'tabla' });
    await probe.until(() => probe.level('outputPeakLeft') > AUDIBLE_DB, 'the sound');
    await gain.fill('-3');
    await gain.press('Enter');
    await probe.until(() => probe.slices.output.outputGainDb === -3, 'a change after the return');
    const undo = page.getByRole('button', { name: /^Undo/ });
    await undo.click();
    await probe.until(() => probe.slices.output.outputGainDb === -9, 'the last change undone');
    await undo.click();
    await probe.until(() => probe.slices.output.outputGainDb === 0, 'a change of before the crash undone');
    await page.getByRole('radio', { name: 'B', exact: true }).click();
    await probe.until(() => probe.slices.comparison.side === 'B', 'B');
    await gain.fill('-12');
    await gain.press('Enter');
    await probe.until(() => probe.slices.output.outputGainDb === -12, 'a change of B');
    const session = join(sandbox.folder, 'data', 'tiller', 'session.json');
    while (!readFileSync(session, 'utf8').includes('"outputGainDb":-12')) await page.waitForTimeout(20);
    probe.close();
    engine.crash();
    await page.getByText('The engine is restarting.').waitFor();
    await page.getByText('The engine is restarting.').waitFor({ state: 'detached' });
    probe = await sandbox.openProbe(engine);
    expect([probe.slices.comparison.side, probe.slices.output.outputGainDb]).toEqual(['B', -12]);
    await page.keyboard.press('b');
    await probe.until(() => probe.slices.output.outputGainDb === 0, 'A as it was left');
    probe.close();
    // The engine ends with the process that restarts it, however that ends.
    const [last] = servingProcesses(engine.process);
    process.kill(engine.process.pid ?? 0, 'SIGKILL');
    while (isRunning(last ?? 0)) await page.waitForTimeout(50);
    await page.context().close();
  });

  it('reports the lost connection and the unanswered request, once each', async () => {
    const engine = await sandbox.start();
    const { page } = await openPage(sandbox.browser, engine.url);
    const [serving] = servingProcesses(engine.process);
    process.kill(serving ?? 0, 'SIGSTOP');
    await page.getByLabel('Source').selectOption({ label: 'Tabla' });
    await page.waitForTimeout(100);
    engine.crash();
    // Regression: banner and toast had the same text.
    await page.getByText('The engine is restarting.').waitFor();
    await page
      .getByRole('region', { name: 'Messages' })
      .getByText('The connection to the engine was lost before it answered.')
      .waitFor();
    await page.getByText('The engine is restarting.').waitFor({ state: 'detached' });
    await engine.stop();
    await page.context().close();
  });

  it('restores held latents and the looping take', async () => {
    const engine = await sandbox.start();
    const { page } = await openPage(sandbox.browser, engine.url);
    let probe = await sandbox.openProbe(engine);
    const input = () => probe.slices.inputs[0]?.value ?? NaN;
    probe.send({ type: 'recorder', action: 'record' });
    for (const value of [0.2, 0.9]) {
      probe.send({ type: 'parameter', index: 0, value });
      await probe.until(() => input() === value, 'the move');
      await page.waitForTimeout(200);
    }
    probe.send({ type: 'recorder', action: 'play' });
    probe.send({ type: 'hold', dimension: 2, value: 0.75 });
    await probe.until(
      () => probe.slices.recorder.state === 'playing' && probe.slices.holds[2] === 0.75,
      'the loop and the hold',
    );
    // The page restores both.
    await shownBy(page, probe);
    probe.close();
    engine.crash();
    await page.getByText('The engine is restarting.').waitFor();
    await page.getByText('The engine is restarting.').waitFor({ state: 'detached' });
    probe = await sandbox.openProbe(engine);
    await probe.until(() => probe.slices.holds[2] === 0.75, 'the hold');
    await probe.until(() => probe.slices.recorder.state === 'playing', 'the loop');
    await probe.until(() => input() === 0.2, 'the beginning of the take');
    await probe.until(() => input() === 0.9, 'its end');
    probe.close();
    await engine.stop();
    await page.context().close();
  });

  it('says what to do when another engine answers', async () => {
    const first = await sandbox.start();
    const { page } = await openPage(sandbox.browser, first.url);
    const [serving] = servingProcesses(first.process);
    await first.stop();
    expect(isRunning(serving ?? 0)).toBe(false);
    const second = await sandbox.start({ port: first.port });
    expect(second.token).not.toBe(first.token);
    await page.getByText('This page belongs to an engine that has ended.').waitFor();
    expect(await page.getByText('Open the address that the engine printed').isVisible()).toBe(true);
    await second.stop();
    await page.context().close();
  });
});
