import { jest } from '@jest/globals';
import { parseMidi } from 'midi-file';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGestureCsv } from '../../../src/engine/performance/gesture.js';
import { PresetStore } from '../../../src/engine/preset/store.js';
import { GestureRecorder } from '../../../src/engine/server/recorder.js';
import { Bench, documentOf } from './rig.js';

describe('the gesture recorder', () => {
  let bench: Bench;
  let recorder: GestureRecorder;
  let now = 0;

  const value = (input: number) => bench.instrument.state.preset.inputs[input]?.value;
  const wait = (milliseconds: number) => {
    for (let i = 0; i < milliseconds; i += 5) {
      now += 5;
      jest.advanceTimersByTime(5);
    }
  };
  const move = (input: number, to: number) => bench.instrument.setParameter(input, to, 'page');

  beforeEach(async () => {
    jest.useFakeTimers();
    now = 0;
    bench = new Bench(new PresetStore(mkdtempSync(join(tmpdir(), 'tiller-recorder-')), null));
    await bench.instrument.loadPreset(documentOf(2, 0), 'engine');
    recorder = new GestureRecorder(bench.instrument, () => now);
  });
  afterEach(async () => {
    recorder.close();
    jest.useRealTimers();
    await bench.instrument.close();
  });

  /** One second: input 0 goes to 0.1 at 200 ms and to 0.9 at 600 ms. */
  const take = () => {
    recorder.act('record');
    wait(200);
    move(0, 0.1);
    wait(400);
    move(0, 0.9);
    wait(400);
  };

  it('plays a take round and round, at its own times', () => {
    take();
    recorder.act('play');
    expect(recorder.state).toMatchObject({ state: 'playing', seconds: 1, points: 4 });
    for (let round = 0; round < 3; round++) {
      wait(210);
      expect(value(0)).toBe(0.1);
      wait(400);
      expect(value(0)).toBe(0.9);
      wait(390);
    }
    // Inside the first moments of a round, every input is where the take began.
    wait(10);
    expect(value(0)).toBe(0.5);
  });

  it('does not record what it plays, and stops where it is told', () => {
    take();
    recorder.act('overdub');
    wait(2500);
    expect(recorder.state.points).toBe(4);
    recorder.act('stop');
    const before = value(0);
    wait(1000);
    expect(value(0)).toBe(before);
    expect(recorder.state.state).toBe('stopped');
  });

  it('records an input anew while a hand moves it, and leaves the rest of the loop', () => {
    take();
    recorder.act('overdub');
    wait(550);
    move(0, 0.3);
    wait(100);
    move(0, 0.4);
    move(1, 0.7);
    wait(350);
    recorder.act('play');
    wait(210);
    expect(value(0)).toBe(0.1);
    wait(345);
    expect(value(0)).toBe(0.3);
    wait(50);
    // The old move to 0.9 at 600 ms lay under the hand.
    expect(value(0)).toBe(0.3);
    wait(60);
    expect([value(0), value(1)]).toEqual([0.4, 0.7]);
  });

  it('is emptied, and says nothing of what it has not got', () => {
    recorder.act('play');
    expect(recorder.state.state).toBe('empty');
    take();
    recorder.act('clear');
    expect(recorder.state).toEqual({ state: 'empty', seconds: 0, points: 0 });
  });

  it('exports what its own reader reads back', () => {
    take();
    recorder.act('stop');
    const { moves } = parseGestureCsv(recorder.csv(), 2);
    const at = (seconds: number) =>
      moves.filter((one) => one.input === 0 && one.seconds <= seconds).at(-1)?.value;
    expect(at(0.1)).toBeCloseTo(0.3, 1);
    expect(at(0.2)).toBe(0.1);
    expect(at(0.9)).toBe(0.9);
  });

  it('exports controllers of a Standard MIDI File', () => {
    take();
    recorder.act('stop');
    const { header, tracks } = parseMidi(recorder.midi());
    let tick = 0;
    const events = (tracks[0] ?? []).flatMap((event) => {
      tick += event.deltaTime;
      return event.type === 'controller'
        ? [[tick / (2 * (header.ticksPerBeat ?? 1)), event.controllerType, event.value]]
        : [];
    });
    expect(events).toEqual([
      [0, 16, 64],
      [0, 17, 64],
      [0.2, 16, 13],
      [0.6, 16, 114],
    ]);
  });
});
