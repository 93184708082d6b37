import { MAX_LOOP_VALUES } from '../../../src/document/kept-loop.js';
import { unpack } from '../../../src/document/packing.js';
import { LoopKeeper } from '../../../src/engine/instrument/loop-keeper.js';
import { applyEdit } from '../../../src/document/apply-edit.js';
import { StateStore } from '../../../src/engine/instrument/state-store.js';
import { samplePreset } from '../../document/sample-presets.js';

describe('LoopKeeper', () => {
  let store: StateStore;
  let loops: LoopKeeper;
  let sent: unknown[];
  beforeEach(() => {
    store = new StateStore({ ...samplePreset(), loops: [] });
    sent = [];
    loops = new LoopKeeper(store, { send: (command) => sent.push(command) }, (edit) =>
      store.change({ preset: applyEdit(store.state.preset, edit) }, 'page'),
    );
  });
  const kept = (slot: number) => store.state.preset.loops[slot];

  it('has the streaming worker tell the loop, and keeps it', () => {
    loops.keep(2);
    expect(sent).toEqual([{ type: 'keep-loop', slot: 2 }]);
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    loops.receive({ type: 'loop-kept', slot: 2, loop: { frames: 2, rows: 1, beats: 4, values } });
    expect(kept(2)).toMatchObject({ name: '', frames: 2, rows: 1, beats: 4, inputs: null });
    expect([...unpack(kept(2)?.latents ?? '', 'float32')]).toEqual([...values]);
  });

  it('keeps name and place of a slot that gets another loop', () => {
    const loop = { frames: 1, rows: 1, beats: null, values: Float32Array.of(1, 2, 3) };
    loops.receive({ type: 'loop-kept', slot: 0, loop });
    const change = { name: 'chorus', inputs: [0.5, 0.5] };
    store.change({ preset: applyEdit(store.state.preset, { type: 'edit-loop', slot: 0, change }) }, 'page');
    loops.receive({ type: 'loop-kept', slot: 0, loop: { ...loop, values: Float32Array.of(4, 5, 6) } });
    expect(kept(0)).toMatchObject(change);
  });

  it('tells the player what cannot be kept, and changes nothing', () => {
    loops.receive({ type: 'loop-kept', slot: 0, loop: null });
    expect(store.state.notice?.text).toBe('There is no loop to keep yet.');
    const frames = Math.ceil(MAX_LOOP_VALUES / 3) + 1;
    const values = new Float32Array(3 * frames);
    loops.receive({ type: 'loop-kept', slot: 0, loop: { frames, rows: 1, beats: null, values } });
    expect(store.state.notice).toMatchObject({ hint: 'Choose a shorter length.' });
    // Of a model that has been exchanged meanwhile.
    loops.receive({
      type: 'loop-kept',
      slot: 0,
      loop: { frames: 1, rows: 1, beats: null, values: new Float32Array(5) },
    });
    expect(store.state.preset.loops).toEqual([]);
    expect(() => loops.keep(16)).toThrow(/no slot 17/);
    expect(() => loops.keep(NaN)).toThrow(/no slot/);
  });

  it('reads back what it has exported', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    loops.import(3, 'from a file', { rows: 3, columns: 2, data });
    expect(kept(3)).toMatchObject({ name: 'from a file', frames: 2, rows: 1, beats: null });
    // [frames, latents] in the document, [latents, frames] in the file.
    expect([...unpack(kept(3)?.latents ?? '', 'float32')]).toEqual([1, 3, 5, 2, 4, 6]);
    expect(loops.export(3)).toEqual({ rows: 3, columns: 2, data, name: 'from a file' });
    expect(() => loops.import(3, 'x', { rows: 2, columns: 2, data })).toThrow(/2 latents; the model has 3/);
    expect(() => loops.export(4)).toThrow(/Slot 5 holds no loop/);
  });

  // A preset with such a loop could not be opened again.
  it('refuses a file without latent frames, and one with latents that no model has', () => {
    const empty = { rows: 3, columns: 0, data: new Float32Array(0) };
    expect(() => loops.import(0, 'empty', empty)).toThrow(/no latent frames/);
    const huge = { rows: 3, columns: 1, data: Float32Array.of(0, -65_537, 0) };
    expect(() => loops.import(0, 'huge', huge)).toThrow(/beyond ±65536/);
    expect(store.state.preset.loops).toEqual([]);
  });
});
