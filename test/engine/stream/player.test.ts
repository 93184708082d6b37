import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment, AssignmentMode } from '../../../src/document/assignment.js';
import { defaultOutput } from '../../../src/document/output.js';
import type { ImportedModel } from '../../../src/engine/model/import/import.js';
import type { StreamReport } from '../../../src/engine/stream/messages.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import type { Input } from '../../../src/document/input.js';
import { defaultInput } from '../../../src/document/default-preset.js';
import { learnedSource } from '../../../src/engine/stream/midi-router.js';
import { Player } from '../../../src/engine/stream/player.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { importFixture } from '../model/import-fixture.js';
import { noiseTrack } from './play.js';

const BLOCK = 256;

describe('Player', () => {
  let folder: string;
  let identity: ImportedModel;
  let delay: ImportedModel;
  let reports: StreamReport[];
  let player: Player;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-player-'));
    const variants = { libraryDir: folder, variants: [{ frames: 1, batch: 1 }] };
    identity = await importFixture('identity', variants);
    delay = await importFixture('delay', variants);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  beforeEach(() => {
    reports = [];
    player = new Player((report) => reports.push(report));
    player.prepare(48_000, BLOCK, 1);
  });
  afterEach(() => player.close());

  const preparations = () => reports.filter(({ type }) => type === 'prepared').length;
  const track = noiseTrack(200 * BLOCK, 0.3, 9);
  let at = 0;
  /** The next `blocks` of the track through the player. */
  function hear(blocks: number): Float32Array {
    const heard = new Float32Array(blocks * BLOCK);
    for (let i = 0; i < blocks; i++, at += BLOCK) {
      const from = at % track.length;
      player.process([track.slice(from, from + BLOCK)], [heard.subarray(i * BLOCK, (i + 1) * BLOCK)], BLOCK);
    }
    return heard;
  }
  const peak = (sound: Float32Array) => sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

  it('goes on with a model that is loaded again, as a preset of the same model does', async () => {
    await player.apply({ type: 'load', model: identity });
    hear(50);
    const before = preparations();
    await player.apply({ type: 'load', model: { ...identity } });
    expect(preparations()).toBe(before);
    for (const block of Array.from({ length: 20 }, () => hear(1))) expect(peak(block)).toBeGreaterThan(0.05);
  });

  it('changes models without a gap, and reports the new latency', async () => {
    await player.apply({ type: 'load', model: identity });
    hear(50);
    await player.apply({ type: 'load', model: delay });
    const prepared = reports.filter((report) => report.type === 'prepared').at(-1);
    expect(prepared).toMatchObject({
      latencySamples: player.latencySamples,
      modelDelaySamples: delay.manifest.delaySamples,
    });
    for (const block of Array.from({ length: 100 }, () => hear(1))) expect(peak(block)).toBeGreaterThan(0.05);
  });

  it('changes models one after another without a gap', async () => {
    await player.apply({ type: 'load', model: identity });
    hear(50);
    for (const model of [delay, identity, delay, identity, delay]) {
      await player.apply({ type: 'load', model });
      for (const block of Array.from({ length: 2 }, () => hear(1))) expect(peak(block)).toBeGreaterThan(0.05);
    }
    for (const block of Array.from({ length: 100 }, () => hear(1))) expect(peak(block)).toBeGreaterThan(0.05);
    expect(reports.filter(({ type }) => type === 'failed')).toEqual([]);
  });

  it('takes the variant that automated width calls for, once', async () => {
    const wide = await importFixture('identity', {
      libraryDir: join(folder, 'wide'),
      variants: [
        { frames: 1, batch: 1 },
        { frames: 1, batch: 2 },
      ],
    });
    player.prepare(48_000, BLOCK, 2);
    const sides = [new Float32Array(BLOCK), new Float32Array(BLOCK)];
    const play = (blocks: number) => {
      for (let i = 0; i < blocks; i++) player.process(sides, sides, BLOCK);
    };
    await player.apply({ type: 'load', model: wide });
    await player.apply({ type: 'parameter', index: PARAMETER_INDEX.latentNoise, value: 1 });
    play(100);
    expect(sides[0]).toEqual(sides[1]);
    const before = preparations();
    for (const value of [0, 0.5, 1, 0, 1]) {
      player.parameter(0, PARAMETER_INDEX.width, value);
      await player.loading;
      play(20);
    }
    play(100);
    expect(preparations()).toBe(before + 1);
    expect(peak(sides[0] as Float32Array)).toBeGreaterThan(0);
    expect(sides[0]).not.toEqual(sides[1]);
  });

  it('goes back to the last model without opening it again', async () => {
    const dir = join(folder, 'moved');
    await cp(identity.dir, dir, { recursive: true });
    const first = { ...identity, dir };
    await player.apply({ type: 'load', model: first });
    hear(50);
    await player.apply({ type: 'load', model: delay });
    hear(100);
    await rm(dir, { recursive: true });
    await player.apply({ type: 'load', model: first });
    hear(100);
    expect(player.latencySamples).not.toBe(0);
    expect(reports.filter(({ type }) => type === 'failed')).toEqual([]);
    // Only the last one is kept.
    await player.apply({ type: 'load', model: delay });
    hear(100);
    await player.apply({ type: 'load', model: identity });
    hear(100);
    await player.apply({ type: 'load', model: first });
    expect(reports.filter(({ type }) => type === 'failed')).toHaveLength(1);
  });

  it('does not apply to the present model what is meant for the next', async () => {
    await player.apply({ type: 'load', model: identity });
    hear(50);
    const silence = { ...defaultOutput(), outputGainDb: -60 };
    await player.apply({ type: 'expect-model' });
    await player.apply({ type: 'output', output: silence });
    expect(peak(hear(20))).toBeGreaterThan(0.05);
    const loading = player.apply({ type: 'load', model: delay });
    await player.apply({
      type: 'steering',
      steering: { amount: 1, glideSeconds: 0, dimensions: [defaultDimension()] },
    });
    expect(peak(hear(20))).toBeGreaterThan(0.05);
    await loading;
    hear(20);
    expect(peak(hear(20))).toBeLessThan(0.01);
  });

  it('applies what was meant for a model that is the present one after all, or none', async () => {
    await player.apply({ type: 'load', model: identity });
    hear(50);
    for (const [model, outputGainDb] of [
      [identity, -60],
      [null, -48],
    ] as const) {
      await player.apply({ type: 'expect-model' });
      await player.apply({ type: 'output', output: { ...defaultOutput(), outputGainDb } });
      await player.apply({ type: 'load', model });
      hear(100);
      expect(peak(hear(20))).toBeLessThan(0.01);
    }
  });

  it('plays the dry track where a model cannot be opened, says so, and opens it when asked again', async () => {
    const broken = { ...identity, dir: join(folder, 'nowhere') };
    await player.apply({ type: 'load', model: broken });
    expect(reports.at(-2)).toMatchObject({ type: 'failed', code: 'model-failed' });
    expect(peak(hear(20))).toBeGreaterThan(0.2);
    const before = preparations();
    await player.apply({ type: 'load', model: identity });
    expect(preparations()).toBe(before + 1);
  });

  it('draws other noise without a gap', async () => {
    await player.apply({ type: 'load', model: identity });
    await player.apply({ type: 'output', output: { ...defaultOutput(), latentNoise: 1 } });
    hear(50);
    const before = preparations();
    await player.apply({ type: 'noise', noise: { kind: 'seed', seed: 77 } });
    expect(preparations()).toBe(before);
    for (const block of Array.from({ length: 20 }, () => hear(1))) expect(peak(block)).toBeGreaterThan(0.05);
  });

  it('applies and reports a controller where no block is played, and does not apply it twice', async () => {
    const knob: Input = {
      ...defaultInput('knob'),
      source: { kind: 'cc', channel: 0, controller: 74, bits: 7 },
    };
    await player.apply({ type: 'inputs', inputs: [defaultInput('pad'), knob] });
    player.midi(0, 0xb0, 74, 127);
    expect(reports.filter(({ type }) => type === 'moved')).toEqual([]);
    player.idle();
    expect(reports.slice(-3)).toEqual([
      { type: 'moved', commandsArrived: 0, parameters: [{ index: 1, value: 1 }] },
      { type: 'midi-heard', source: { kind: 'cc', channel: 1, controller: 74, bits: 7 } },
      { type: 'controllers-active', assignments: [], inputs: [1] },
    ]);
    const count = reports.length;
    player.idle();
    expect(reports).toHaveLength(count);
    // What the document has set so far is counted, so that it can tell which moves are older.
    await player.apply({ type: 'parameter', index: 0, value: 0.25 });
    await player.apply({ type: 'output', output: defaultOutput(), sets: [] });
    player.midi(0, 0xb0, 74, 0);
    player.idle();
    expect(reports.at(-3)).toEqual({
      type: 'moved',
      commandsArrived: 2,
      parameters: [{ index: 1, value: 0 }],
    });
  });

  it.each([
    ['a note whose end follows at once', [0x90, 36, 100], [0x80, 36, 0]],
    ['a controller while a clock runs', [0xb0, 21, 64], [0xf8, 0, 0]],
    ['the coarse half of a controller of fourteen bits', [0xb0, 21, 64], [0xb0, 53, 3]],
  ] as const)('hears %s', (_, first, second) => {
    player.midi(0, 0xfe, 0, 0);
    const [status, data1, data2] = first;
    player.midi(0, status, data1, data2);
    player.midi(0, second[0], second[1], second[2]);
    player.idle();
    expect(reports).toContainEqual({ type: 'midi-heard', source: learnedSource(status, data1, data2) });
  });

  describe('the controller map', () => {
    const assign = (id: string, action: string, controller: number, mode: AssignmentMode): Assignment => ({
      id,
      action: { id: action },
      source: { kind: 'cc', channel: 0, controller, bits: 7 },
      mode,
      range: [0, 1],
      feedback: false,
    });
    const moved = () => reports.flatMap((report) => (report.type === 'moved' ? report.parameters : []));

    it('moves a parameter at its sample, and picks up what the document has set', async () => {
      await player.apply({ type: 'output', output: { ...defaultOutput(), dryWet: 0.25 } });
      await player.apply({ type: 'controllers', assignments: [assign('a', 'dryWet', 7, 'pick-up')] });
      player.midi(0, 0xb0, 7, 127);
      player.idle();
      expect(moved()).toEqual([]);
      player.midi(0, 0xb0, 7, 10);
      player.midi(0, 0xb0, 7, 127);
      player.idle();
      expect(moved()).toEqual([{ index: PARAMETER_INDEX.dryWet, value: 1 }]);
      // The document is newer: the fader has to pick it up again.
      await player.apply({ type: 'output', output: { ...defaultOutput(), dryWet: 0.1 } });
      player.midi(0, 0xb0, 7, 126);
      player.idle();
      expect(moved()).toHaveLength(1);
    });

    it('leaves what a motor fader sends on its way alone, and does not count it as the player’s', async () => {
      const assignments = [{ ...assign('a', 'dryWet', 7, 'jump'), feedback: true }];
      await player.apply({ type: 'controllers', assignments });
      player.midi(0, 0xb0, 7, 20);
      player.idle();
      expect(moved()).toHaveLength(1);
      reports.length = 0;
      await player.apply({ type: 'parameter', index: PARAMETER_INDEX.dryWet, value: 1 });
      await player.apply({ type: 'expect-echo', assignment: 'a', position: 1 });
      for (const value of [30, 64, 100, 127]) player.midi(0, 0xb0, 7, value);
      player.idle();
      expect(moved()).toEqual([]);
      expect(reports.filter(({ type }) => type === 'controllers-active')).toEqual([]);
      await player.apply({ type: 'expect-echo', assignment: 'a', position: null });
      player.midi(0, 0xb0, 7, 64);
      player.idle();
      expect(moved()).toEqual([{ index: PARAMETER_INDEX.dryWet, value: 64 / 127 }]);
    });

    it('plays an input by its range and curve', async () => {
      const input = { ...defaultInput('x'), range: [0.2, 0.6] as [number, number], inverted: true };
      await player.apply({ type: 'inputs', inputs: [input] });
      await player.apply({ type: 'controllers', assignments: [assign('a', 'input1', 7, 'jump')] });
      player.midi(0, 0xb0, 7, 127);
      player.idle();
      expect(moved()).toEqual([{ index: 0, value: 0.2 }]);
    });

    it('ignores an input that the preset does not have', async () => {
      await player.apply({ type: 'inputs', inputs: [defaultInput('x')] });
      await player.apply({ type: 'controllers', assignments: [assign('a', 'input9', 7, 'jump')] });
      player.midi(0, 0xb0, 7, 127);
      player.idle();
      expect(moved()).toEqual([]);
    });

    it('reports presses at once, and moves of what is no parameter together', async () => {
      await player.apply({
        type: 'controllers',
        assignments: [assign('press', 'capture', 1, 'press'), assign('low', 'inputLow1', 2, 'jump')],
      });
      player.midi(0, 0xb0, 1, 127);
      expect(reports.at(-1)).toEqual({ type: 'triggered', assignment: 'press' });
      for (const value of [1, 2, 127]) player.midi(0, 0xb0, 2, value);
      player.idle();
      expect(reports.filter(({ type }) => type === 'controlled')).toEqual([
        { type: 'controlled', assignment: 'low', position: 1, steps: 0 },
      ]);
      expect(reports.at(-1)).toEqual({
        type: 'controllers-active',
        assignments: ['press', 'low'],
        inputs: [],
      });
    });

    it.each(['controller', 'document'] as const)(
      'panics by a %s: dry within 10 ms and without a click, while a model is being opened',
      async (by) => {
        await player.apply({ type: 'load', model: identity });
        await player.apply({ type: 'controllers', assignments: [assign('p', 'panic', 1, 'press')] });
        await player.apply({ type: 'output', output: { ...defaultOutput(), dryWet: 0, outputGainDb: -12 } });
        const latency = player.latencySamples;
        at = 0;
        hear(50);
        await player.apply({ type: 'expect-model' });
        const offset = by === 'controller' ? 100 : 0;
        const before = at;
        if (by === 'controller') player.midi(offset, 0xb0, 1, 127);
        else await player.apply({ type: 'panic' });
        const heard = hear(10);
        const ramp = offset + 0.01 * 48_000;
        const dry = Float32Array.from(heard, (_, i) => track[before + i - latency] as number);
        expect(heard.subarray(ramp)).toEqual(dry.subarray(ramp));
        // Each sample lies between the mix and the dry track; the mix is the track at −12 dB here.
        for (let i = 0; i < ramp; i += 1) {
          const ends = [dry[i] as number, (dry[i] as number) * 10 ** (-12 / 20)];
          expect(heard[i]).toBeGreaterThanOrEqual(Math.min(...ends) - 1e-4);
          expect(heard[i]).toBeLessThanOrEqual(Math.max(...ends) + 1e-4);
        }
        player.idle();
        expect(moved().at(-1)).toEqual({ index: PARAMETER_INDEX.bypass, value: 1 });
      },
    );
  });
});
