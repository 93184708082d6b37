import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment } from '../../../src/document/assignment.js';
import type { ControllerSource } from '../../../src/document/controller-source.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import type { ControllerActivity } from '../../../src/protocol/controllers.js';
import { Actions } from '../../../src/engine/inputs/actions.js';
import { Controllers } from '../../../src/engine/inputs/controllers.js';
import { OscControls, type OscArgument } from '../../../src/engine/inputs/osc-controls.js';
import { ControllerMapFile } from '../../../src/engine/persistence/controller-map.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { Bench, documentOf } from '../http/rig.js';

describe('Controllers', () => {
  let bench: Bench;
  let actions: Actions;
  let controllers: Controllers;
  let osc: OscControls;
  let taps: number;
  let active: ControllerActivity[];
  beforeEach(async () => {
    bench = new Bench(new PresetStore(mkdtempSync(join(tmpdir(), 'tiller-controllers-')), null));
    await bench.instrument.files.load(documentOf(2, 3), 'engine');
    taps = 0;
    const transport = { state: { playing: false }, play: () => undefined, tapTempo: () => void (taps += 1) };
    actions = new Actions({ instrument: bench.instrument, presets: bench.presets, transport });
    let ids = 0;
    controllers = new Controllers(
      bench.instrument,
      new ControllerMapFile(null),
      actions,
      () => `id${(ids += 1)}`,
    );
    osc = new OscControls(actions, controllers);
    active = [];
    controllers.onActivity((activity) => active.push(activity));
  });
  afterEach(async () => {
    controllers.close();
    await bench.instrument.close();
  });

  const output = () => bench.instrument.state.preset.output;
  const button: ControllerSource = { kind: 'gamepad-button', button: 3 };
  const axis: ControllerSource = { kind: 'gamepad', axis: 1, low: 1, high: -1 };
  const learned = async (action: Assignment['action'], source: ControllerSource, raw = 1) => {
    controllers.learn(action);
    controllers.move(source, raw);
    await new Promise((resolve) => setImmediate(resolve));
    expect(controllers.state.learning).toBeNull();
  };

  it('assigns the source that moves next, in the way that suits both, and plays it', async () => {
    await learned({ id: 'freeze' }, button);
    expect(controllers.state.assignments).toEqual([
      { id: 'id1', action: { id: 'freeze' }, source: button, mode: 'press', range: [0, 1], feedback: false },
    ]);
    expect(bench.sent.at(-1)).toEqual({ type: 'controllers', assignments: controllers.state.assignments });
    expect(output().freeze).toBe(false);
    controllers.move(button, 1);
    expect(output().freeze).toBe(true);
    controllers.move(button, 0);
    controllers.move(button, 1);
    expect(output().freeze).toBe(false);
    expect(active.at(-1)).toEqual({ assignments: ['id1'], inputs: [] });
  });

  it('gives an assignment another source, and a mode that it can have', async () => {
    await learned({ id: 'dryWet' }, axis);
    expect(controllers.state.assignments[0]?.mode).toBe('pick-up');
    await controllers.edit('id1', {
      source: { kind: 'cc', channel: 1, controller: 5, bits: 7 },
      mode: 'binary-offset',
    });
    expect(controllers.state.assignments[0]?.mode).toBe('binary-offset');
    controllers.learn({ id: 'dryWet' }, 'id1');
    controllers.move(button, 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(controllers.state.assignments).toHaveLength(1);
    expect(controllers.state.assignments[0]).toMatchObject({ source: button, mode: 'jump' });
    await controllers.remove('id1');
    expect(controllers.state.assignments).toEqual([]);
    await expect(controllers.edit('id1', { feedback: true })).rejects.toThrow(/does not exist/);
  });

  it('does not assign the same source to the same action twice', async () => {
    await controllers.add({ id: 'capture' }, button);
    await controllers.add({ id: 'capture' }, button);
    await controllers.add({ id: 'learn' }, button);
    expect(controllers.state.assignments.map(({ action }) => action.id)).toEqual(['capture', 'learn']);
  });

  it('lays a sensor’s own range onto the action’s', async () => {
    await controllers.add({ id: 'dryWet' }, axis);
    await controllers.edit('id1', { mode: 'jump', range: [0, 0.5] });
    controllers.move({ kind: 'gamepad', axis: 1 }, -1);
    expect(output().dryWet).toBe(0.5);
    controllers.move({ kind: 'gamepad', axis: 1 }, 1);
    expect(output().dryWet).toBe(0);
    controllers.move({ kind: 'gamepad', axis: 1 }, NaN);
    expect(output().dryWet).toBe(0);
  });

  it('keeps the order of a range’s ends where a controller moves one', async () => {
    await controllers.add({ id: 'inputLow1' }, axis);
    await controllers.edit('id1', { mode: 'jump' });
    bench.instrument.edit({ type: 'edit-input', index: 0, change: { range: [0.2, 0.6] } });
    controllers.move({ kind: 'gamepad', axis: 1 }, -1);
    expect(bench.instrument.state.preset.inputs[0]?.range).toEqual([0.6, 0.6]);
    controllers.move({ kind: 'gamepad', axis: 1 }, 1);
    expect(bench.instrument.state.preset.inputs[0]?.range).toEqual([0, 0.6]);
    bench.instrument.undo();
    expect(bench.instrument.state.preset.inputs[0]?.range).toEqual([0.2, 0.6]);
  });

  it('goes to an example by its number, and says where there is none', () => {
    controllers.run({ id: 'example', number: 3 });
    expect(bench.instrument.state.preset.inputs.map(({ value }) => value)).toEqual([0.2, 0.5]);
  });

  it('shows the player what an action cannot do', async () => {
    controllers.run({ id: 'example', number: 9 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.instrument.state.notice?.text).toBe('There is no example 9.');
  });

  it('opens the next preset of the list, around its end', async () => {
    const names = ['Alpha', 'Beta'];
    for (const name of names) await bench.presets.saveAs({ ...documentOf(2, 1), name });
    for (const name of ['Alpha', 'Beta', 'Alpha']) {
      await actions.trigger({ id: 'nextPreset' });
      expect(bench.instrument.state.preset.name).toBe(name);
    }
    await actions.trigger({ id: 'previousPreset' });
    expect(bench.instrument.state.preset.name).toBe('Beta');
    await actions.trigger({ id: 'preset', preset: 'user/alpha' });
    expect(bench.instrument.state.preset.name).toBe('Alpha');
  });

  // Both steps began at the preset that played before the first: a pedal pressed twice went on by one.
  it('goes on by two presets where a step comes while another is under way', async () => {
    for (const name of ['Alpha', 'Beta', 'Gamma']) await bench.presets.saveAs({ ...documentOf(2, 1), name });
    await actions.trigger({ id: 'preset', preset: 'user/alpha' });
    await Promise.all([actions.trigger({ id: 'nextPreset' }), actions.trigger({ id: 'nextPreset' })]);
    expect(bench.instrument.state.preset.name).toBe('Gamma');
  });

  it('captures with a name that no example has, and undoes it', async () => {
    bench.sound([1, 2]);
    await actions.trigger({ id: 'capture' });
    expect(bench.instrument.state.preset.examples.at(-1)).toMatchObject({
      label: 'Sound 4',
      latents: [1, 2],
    });
    await actions.trigger({ id: 'undo' });
    expect(bench.instrument.state.preset.examples).toHaveLength(3);
    await actions.trigger({ id: 'tapTempo' });
    expect(taps).toBe(1);
  });

  describe('over OSC', () => {
    const number = (value: number): OscArgument => ({ number: value, text: null });
    const text = (value: string): OscArgument => ({ number: NaN, text: value });
    const replies: unknown[][] = [];
    beforeEach(() => (replies.length = 0));
    const send = (address: string, ...args: OscArgument[]) =>
      osc.receive(address, args, (...reply) => replies.push(reply));

    it('moves what has a position, by its own address or a pattern', () => {
      send('/tiller/dryWet', number(0.25));
      expect(output().dryWet).toBe(0.25);
      send('/tiller/dryWet', number(7));
      expect(output().dryWet).toBe(1);
      send('/tiller/dryWet');
      send('/tiller/dryWet', text('loud'));
      expect(output().dryWet).toBe(1);
      send('/tiller/{freeze,loop}', number(1));
      expect(output()).toMatchObject({ freeze: true, loop: true });
    });

    it('presses a trigger with no argument or a pressed one, not with a released one', () => {
      send('/tiller/tapTempo');
      send('/tiller/tapTempo', number(1));
      send('/tiller/tapTempo', number(0));
      expect(taps).toBe(2);
      send('/tiller/example', number(3));
      expect(bench.instrument.state.preset.inputs[0]?.value).toBe(0.2);
    });

    it('answers what is asked for, and lists the addresses', () => {
      bench.instrument.setParameter(PARAMETER_INDEX.dryWet, 0.5, 'page');
      send('/tiller/get', text('/tiller/dryWet'));
      send('/tiller/get', text('/tiller/capture'));
      expect(replies).toEqual([['/tiller/dryWet', 0.5]]);
      send('/tiller/list');
      expect(replies).toContainEqual(['/tiller/action', '/tiller/panic', 'trigger', 'Panic: dry sound']);
      expect(replies.every(([, address]) => address !== '/tiller/input1')).toBe(true);
    });

    // The upper end of one of them was taken for all.
    it('presses everything at an address without an argument, each at its own upper end', async () => {
      const source = (high: number): ControllerSource => ({
        kind: 'osc',
        address: '/pad',
        argument: 0,
        high,
      });
      await controllers.add({ id: 'dryWet' }, source(100));
      await controllers.add({ id: 'amount' }, source(0.25));
      for (const id of ['id1', 'id2']) await controllers.edit(id, { mode: 'jump', range: [0, 0.5] });
      send('/pad');
      expect(output().dryWet).toBe(0.5);
      expect(bench.instrument.state.preset.steering.amount).toBe(0.5);
    });

    // A sensor sent a thousand reports a second to every page.
    it('reports activity about thirty times a second at most', async () => {
      await controllers.add({ id: 'dryWet' }, { kind: 'osc', address: '/sensor', argument: 0 });
      await controllers.add({ id: 'amount' }, { kind: 'osc', address: '/other', argument: 0 });
      for (let i = 0; i < 500; i += 1) send('/sensor', number(i / 500));
      send('/other', number(1));
      expect(active).toEqual([{ assignments: ['id1'], inputs: [] }]);
      while (active.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(active[1]).toEqual({ assignments: ['id1', 'id2'], inputs: [] });
    });

    it('answers patterns no more often than it can compare them', () => {
      for (let i = 0; i < 5000; i += 1) send('/tiller/get', text('/tiller/dryWe?'));
      expect(replies.length).toBeGreaterThan(100);
      expect(replies.length).toBeLessThan(1000);
    });

    it('learns an address, and plays it with its argument', async () => {
      controllers.learn({ id: 'dryWet' });
      send('/1/fader', text('x'), number(0.3));
      await new Promise((resolve) => setImmediate(resolve));
      expect(controllers.state.assignments[0]?.source).toEqual({
        kind: 'osc',
        address: '/1/fader',
        argument: 1,
      });
      await controllers.edit('id1', { mode: 'jump' });
      send('/1/fader', text('x'), number(0.3));
      expect(output().dryWet).toBeCloseTo(0.3);
    });

    it('does not have an input listen to an address that the map uses', async () => {
      const source = { kind: 'osc', address: '/1/fader', argument: 0 } as const;
      bench.instrument.edit({ type: 'edit-input', index: 0, change: { source } });
      expect(osc.listening(bench.instrument.state.preset.inputs)[0]?.source).toEqual(source);
      await controllers.add({ id: 'dryWet' }, source);
      expect(osc.listening(bench.instrument.state.preset.inputs)[0]?.source).toEqual({ kind: 'pad' });
    });
  });
});
