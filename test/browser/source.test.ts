import { readFileSync } from 'node:fs';
import { TELEMETRY } from '../../src/protocol/interface-frames.js';
import { AUDIBLE_DB, useLiveEngine } from './live-engine.js';
import { dropFiles } from './page.js';

const loop = (name: string) => readFileSync(`models/loops/${name}.wav`);

describe('the live session’s source', () => {
  const live = useLiveEngine();
  const { probe, open, play } = live;
  const source = () => probe.slices.live?.source;
  const names = () => probe.slices.live?.files.map(({ name }) => name).join(' ');
  const playing = () => {
    const { live: state } = probe.slices;
    return state?.source.kind === 'file'
      ? state.files.find(({ id }) => state.source.kind === 'file' && id === state.source.id)?.name
      : state?.source.kind;
  };
  const heard = () => probe.frame?.scalars[TELEMETRY.positionSeconds] ?? NaN;

  it('shows its waveform and position, and goes where it is pressed, dragged or stepped to', async () => {
    const { page, consoleErrors } = await open();
    await probe.until(() => probe.slices.waveform !== null, 'the waveform');
    const { seconds, peaks } = probe.slices.waveform ?? { seconds: 0, peaks: [] };
    expect(Math.max(...peaks)).toBeGreaterThan(20);
    const position = page.getByRole('slider', { name: 'Position' });
    const box = await position.boundingBox();
    if (box === null) throw new Error('the waveform is not shown');
    await page.mouse.click(box.x + 0.5 * box.width, box.y + box.height / 2);
    const at = () => probe.slices.live?.positionSeconds ?? NaN;
    await probe.until(() => Math.abs(at() - 0.5 * seconds) < 0.01 * seconds, 'the middle');
    await position.focus();
    await page.keyboard.press('PageDown');
    await page.keyboard.press('Shift+ArrowRight');
    await probe.until(() => Math.abs(at() - 0.401 * seconds) < 0.01 * seconds, 'a tenth before it');
    await page.keyboard.press('q');
    await probe.until(() => Math.abs((probe.slices.live?.cueSeconds ?? 0) - at()) < 1e-6, 'the cue point');
    const cue = at();
    await page.keyboard.press('End');
    await probe.until(() => at() === seconds, 'the end');
    await page.keyboard.press('Home');
    await probe.until(() => at() === 0, 'the beginning');

    await play(page);
    await probe.until(() => heard() > 0, 'the position while it plays');
    await page.keyboard.press('q');
    await probe.until(() => probe.slices.live?.playing === false && at() === cue, 'the cue point, stopped');
    await play(page);
    await probe.until(() => heard() > cue, 'the sound from the cue point on');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await probe.until(() => probe.slices.live?.playing === false, 'the stop');
    expect(at()).toBeGreaterThan(cue);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('may be several files, which are played, moved, stepped through and removed', async () => {
    const { page, consoleErrors } = await open();
    await dropFiles(page, [
      ['one.wav', loop('tabla')],
      ['two.wav', loop('bells')],
      ['three.wav', loop('kit-beat')],
    ]);
    await probe.until(() => playing() === 'one.wav', 'the first file');
    expect(names()).toBe('one.wav two.wav three.wav');
    await page.getByRole('button', { name: 'Next file' }).click();
    await probe.until(() => playing() === 'two.wav', 'the next file');
    await page.getByRole('button', { name: /^Files/ }).click();
    const list = page.getByRole('dialog', { name: 'Files' });
    await list.getByRole('button', { name: 'Move three.wav up' }).click();
    await probe.until(() => names() === 'one.wav three.wav two.wav', 'the moved file');
    await list.getByRole('button', { name: 'Play three.wav' }).click();
    await probe.until(() => playing() === 'three.wav', 'the chosen file');
    await list.getByRole('radio', { name: 'Repeat' }).click();
    await probe.until(() => probe.slices.live?.order === 'repeat', 'the order');
    await list.getByRole('radio', { name: 'In order' }).click();
    await page.keyboard.press('Escape');

    // From shortly before its end, the file is followed by the next one.
    await probe.until(() => probe.slices.waveform !== null, 'the waveform');
    await play(page);
    const { seconds = 0 } = probe.slices.waveform ?? {};
    probe.send({ type: 'seek', seconds: seconds - 0.3 });
    await probe.until(() => playing() === 'two.wav', 'the file after it');
    await probe.until(() => heard() < 2 && probe.level('outputPeakLeft') > AUDIBLE_DB, 'its sound');

    await page.getByRole('button', { name: /^Files/ }).click();
    await list.getByRole('button', { name: 'Remove two.wav' }).click();
    await probe.until(() => playing() === 'one.wav', 'another file in its place');
    for (const name of ['one.wav', 'three.wav'])
      await list.getByRole('button', { name: `Remove ${name}` }).click();
    await list.getByText('No files yet.').waitFor();
    await probe.until(() => source()?.kind === 'loop', 'a loop in place of the last file');
    expect(probe.slices.live?.playing).toBe(true);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('may be an M4A file, where the browser can decode AAC', async () => {
    const { page, consoleErrors } = await open();
    // A second of 440 Hz, made by FFmpeg's AAC encoder.
    await dropFiles(page, [['tone.m4a', readFileSync('test/fixtures/audio/tone.m4a')]]);
    const decodes = await page.evaluate(
      () => new Audio().canPlayType('audio/mp4; codecs="mp4a.40.2"') !== '',
    );
    if (decodes) {
      await probe.until(() => playing() === 'tone.m4a' && probe.slices.waveform !== null, 'the file');
      const { seconds, peaks } = probe.slices.waveform ?? { seconds: 0, peaks: [] };
      expect(Math.abs(seconds - 1)).toBeLessThan(0.1);
      // A sine at −21 dBFS.
      expect(Math.abs(Math.max(...peaks) - 23)).toBeLessThan(3);
      probe.send({ type: 'remove-file', id: probe.slices.live?.files[0]?.id ?? 0 });
      await probe.until(() => names() === '', 'an empty list');
    } else await page.getByText('tone.m4a cannot be read: this browser cannot decode it.').waitFor();
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  it('comes back after the engine was restarted, with its list and its position', async () => {
    const { page } = await open();
    await dropFiles(page, [
      ['one.wav', loop('tabla')],
      ['two.wav', loop('bells')],
    ]);
    await probe.until(() => playing() === 'one.wav', 'the first file');
    await page.getByRole('button', { name: 'Next file' }).click();
    await probe.until(() => playing() === 'two.wav' && probe.slices.waveform !== null, 'the next file');
    await page.getByRole('slider', { name: 'Position' }).focus();
    await page.keyboard.press('PageUp');
    await probe.until(() => (probe.slices.live?.positionSeconds ?? 0) > 0, 'a later position');
    const before = probe.slices.live;
    live.engine.crash();
    await page.getByText('The engine is restarting.').waitFor();
    await page.getByText('The engine is restarting.').waitFor({ state: 'detached' });
    await live.sandbox.connect(probe, live.engine);
    await probe.until(
      () => playing() === 'two.wav' && probe.slices.live?.positionSeconds === before?.positionSeconds,
      'the file at its position',
    );
    expect(names()).toBe('one.wav two.wav');
    await page.context().close();
  });
});
