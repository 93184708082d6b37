import { jest } from '@jest/globals';
import { parseMidi } from 'midi-file';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGestureCsv } from '../../../src/engine/inputs/gesture-csv.js';
import { parseGestureMidi } from '../../../src/engine/inputs/gesture-midi.js';
import { inputValueOf } from '../../../src/document/value-range.js';
import { defaultInput } from '../../../src/document/default-preset.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import type { Take } from '../../../src/engine/inputs/take.js';
import { GestureRecorder } from '../../../src/engine/inputs/recorder.js';
import { Bench, documentOf } from '../http/rig.js';

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
    await bench.instrument.files.load(documentOf(2, 0), 'engine');
    recorder = new GestureRecorder(bench.instrument, () => now);
  });
  afterEach(async () => {
    recorder.close();
    jest.useRealTimers();
    await bench.instrument.close();
  });

  /** Records one second: input 0 is set to 0.1 at 200 ms and to 0.9 at 600 ms. */
  const recordTake = () => {
    recorder.act('record');
    wait(200);
    move(0, 0.1);
    wait(400);
    move(0, 0.9);
    wait(400);
  };

  it('plays a take as a loop, with its original timing', () => {
    recordTake();
    recorder.act('play');
    expect(recorder.state).toMatchObject({ state: 'playing', seconds: 1, points: 4 });
    for (let round = 0; round < 3; round++) {
      wait(210);
      expect(value(0)).toBe(0.1);
      wait(400);
      expect(value(0)).toBe(0.9);
      wait(390);
    }
    // At the beginning of each round, every input has the value with which the take began.
    wait(10);
    expect(value(0)).toBe(0.5);
  });

  // Each tick (5 ms) scanned the take from its beginning: half a million moves at the end of a long one.
  it('finds due moves of a long take by binary search', () => {
    const moves = Array.from({ length: 4000 }, (_, i) => ({
      seconds: i / 1000,
      input: 0,
      value: (i % 7) / 7,
    }));
    recorder.restore({ lengthSeconds: 4, moves });
    let reads = 0;
    const counted = new Proxy(moves, {
      get(target, key, receiver) {
        if (key !== 'length') reads += 1;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    Reflect.set(recorder, 'moves', counted);
    recorder.act('play');
    now += 3600;
    jest.advanceTimersByTime(5);
    reads = 0;
    wait(100);
    // Twenty ticks of five due moves and a binary search of 12 steps each.
    expect(reads).toBeLessThan(20 * 30);
    expect(value(0)).toBe((3700 % 7) / 7);
  });

  it('does not record its own moves, and stops', () => {
    recordTake();
    recorder.act('overdub');
    wait(2500);
    expect(recorder.state.points).toBe(4);
    recorder.act('stop');
    const before = value(0);
    wait(1000);
    expect(value(0)).toBe(before);
    expect(recorder.state.state).toBe('stopped');
  });

  it('overdubs an input while it is moved, and keeps the rest of the loop', () => {
    recordTake();
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
    // The old move to 0.9 at 600 ms was overdubbed.
    expect(value(0)).toBe(0.3);
    wait(60);
    expect([value(0), value(1)]).toEqual([0.4, 0.7]);
  });

  it('is empty before the first take and after clearing', () => {
    recorder.act('play');
    expect(recorder.state.state).toBe('empty');
    recordTake();
    recorder.act('clear');
    expect(recorder.state).toEqual({ state: 'empty', seconds: 0, points: 0 });
  });

  it('exports CSV that reads back as the same gesture', () => {
    recordTake();
    recorder.act('stop');
    const { moves } = parseGestureCsv(recorder.csv(), 2);
    const at = (seconds: number) =>
      moves.filter((one) => one.input === 0 && one.seconds <= seconds).at(-1)?.value;
    // The input rested and then jumped.
    expect(at(0.195)).toBe(0.5);
    expect(at(0.2)).toBe(0.1);
    expect(at(0.9)).toBe(0.9);
    expect(recorder.csv().trimEnd().split('\n').at(-1)).toBe('1.000000,,');
  });

  it('plays each input’s own moves while others are removed, added and restored', () => {
    const { instrument } = bench;
    instrument.edit({ type: 'add-input', input: { name: 'Third' } });
    recorder.act('record');
    wait(200);
    move(0, 0.1);
    move(1, 0.2);
    move(2, 0.3);
    wait(800);
    recorder.act('play');
    wait(100);
    instrument.edit({ type: 'remove-input', index: 1 });
    wait(200);
    expect([value(0), value(1), value(2)]).toEqual([0.1, 0.3, undefined]);
    expect(parseGestureCsv(recorder.csv(), 2).moves.filter(({ seconds }) => seconds > 0.1)).toEqual([
      { seconds: 0.2, input: 0, value: 0.1 },
      { seconds: 0.2, input: 1, value: 0.3 },
    ]);
    instrument.edit({ type: 'add-input', input: { name: 'Fourth' } });
    move(2, 0.9);
    wait(1000);
    expect(value(2)).toBe(0.9);
    instrument.undo();
    instrument.undo();
    wait(1000);
    expect([value(0), value(1), value(2)]).toEqual([0.1, 0.2, 0.3]);
  });

  it('skips moves of inputs that another preset lacks, and plays them again with the first preset', async () => {
    const { instrument } = bench;
    const one = documentOf(2, 0);
    const first = { ...one, inputs: ['A', 'B', 'C'].map((name) => defaultInput(name)) };
    await instrument.files.load(first, 'engine');
    recorder.act('record');
    wait(200);
    move(2, 0.3);
    wait(300);
    recorder.act('play');
    await instrument.files.load({ ...one, inputs: [defaultInput('A')] }, 'engine');
    wait(400);
    expect(value(0)).toBe(0.5);
    await instrument.files.load(first, 'engine');
    wait(500);
    expect(value(2)).toBe(0.3);
  });

  it('emits each finished take, and restores a stored one', () => {
    const takes: Take[] = [];
    recorder.onTake = (done) => takes.push(done);
    recordTake();
    recorder.act('play');
    recorder.act('overdub');
    wait(300);
    move(1, 0.7);
    wait(800);
    recorder.act('stop');
    expect(takes).toHaveLength(2);
    const last = takes.at(-1);
    expect(last?.moves).toContainEqual({ seconds: expect.closeTo(0.3, 5) as number, input: 1, value: 0.7 });
    const other = new GestureRecorder(bench.instrument, () => now);
    if (last !== undefined) other.restore(last);
    expect(other.state).toEqual({ state: 'stopped', seconds: 1, points: 5 });
    expect(other.csv()).toBe(recorder.csv());
    other.act('play');
    wait(250);
    expect(value(0)).toBe(0.1);
    other.close();
    recorder.act('clear');
    expect(takes.at(-1)?.moves).toEqual([]);
  });

  it('exports controllers of a Standard MIDI File', () => {
    recordTake();
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
    // The MIDI clip is as long as the loop.
    expect(tick).toBe(2 * (header.ticksPerBeat ?? 1));
  });

  it('exports the controller’s values, before range, curve and inversion of the input', () => {
    const source = { kind: 'cc', channel: 3, controller: 21, bits: 7 } as const;
    const shape = { source, inverted: true, range: [0.2, 0.6] as [number, number], curve: 0.5 };
    bench.instrument.edit({ type: 'edit-input', index: 0, change: shape });
    recorder.act('record');
    for (const raw of [0, 0.25, 1]) {
      wait(100);
      move(0, inputValueOf(shape, raw));
    }
    recorder.act('stop');
    const { moves } = parseGestureMidi(recorder.midi(), bench.instrument.state.preset.inputs);
    expect(moves.slice(1).map(({ value: played }) => played)).toEqual([
      inputValueOf(shape, 0),
      expect.closeTo(inputValueOf(shape, 0.25), 2),
      inputValueOf(shape, 1),
    ]);
  });
});
