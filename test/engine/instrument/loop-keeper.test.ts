import { MAX_LOOP_VALUES } from '../../../src/document/kept-loop.js';
import { unpack } from '../../../src/document/packing.js';
import { LoopKeeper } from '../../../src/engine/instrument/loop-keeper.js';
import { applyEdit } from '../../../src/document/apply-edit.js';
import type { StreamCommand, StreamReport } from '../../../src/engine/stream/messages.js';
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
  type Answer = Extract<StreamReport, { type: 'loop-kept' }>['loop'];
  /** Asks for a loop, and answers for the streaming worker. */
  const keep = (slot: number, loop: Answer) => {
    loops.keep(slot);
    loops.receive({ ...asked(), loop });
  };
  /** The answer to the last request, without its loop. */
  const asked = () => {
    const { slot, request } = sent.at(-1) as Extract<StreamCommand, { type: 'keep-loop' }>;
    return { type: 'loop-kept', slot, request } as const;
  };

  it('has the streaming worker tell the loop, and keeps it', () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    keep(2, { frames: 2, rows: 1, beats: 4, values });
    expect(sent).toEqual([{ type: 'keep-loop', slot: 2, request: 0 }]);
    expect(kept(2)).toMatchObject({ name: '', frames: 2, rows: 1, beats: 4, inputs: null });
    expect([...unpack(kept(2)?.latents ?? '', 'float32')]).toEqual([...values]);
  });

  it('keeps name and place of a slot that gets another loop', () => {
    const loop = { frames: 1, rows: 1, beats: null, values: Float32Array.of(1, 2, 3) };
    keep(0, loop);
    const change = { name: 'chorus', inputs: [0.5, 0.5] };
    store.change({ preset: applyEdit(store.state.preset, { type: 'edit-loop', slot: 0, change }) }, 'page');
    keep(0, { ...loop, values: Float32Array.of(4, 5, 6) });
    expect(kept(0)).toMatchObject(change);
  });

  it('tells the player what cannot be kept, and changes nothing', () => {
    keep(0, null);
    expect(store.state.notice?.text).toBe('There is no loop to keep yet.');
    const frames = Math.ceil(MAX_LOOP_VALUES / 3) + 1;
    const values = new Float32Array(3 * frames);
    keep(0, { frames, rows: 1, beats: null, values });
    expect(store.state.notice).toMatchObject({ hint: 'Choose a shorter length.' });
    // Of a model that has been exchanged meanwhile.
    keep(0, { frames: 1, rows: 1, beats: null, values: new Float32Array(5) });
    expect(store.state.preset.loops).toEqual([]);
    expect(() => loops.keep(16)).toThrow(/no slot 17/);
    expect(() => loops.keep(NaN)).toThrow(/no slot/);
  });

  // The loop of one preset was kept in the next one, over what its slot held.
  it('keeps nothing for a document or a model that has been left meanwhile', () => {
    const loop = { frames: 1, rows: 1, beats: null, values: Float32Array.of(1, 2, 3) };
    loops.keep(0);
    loops.forget();
    loops.receive({ ...asked(), loop });
    expect(store.state.preset.loops).toEqual([]);
    loops.keep(0);
    const { preset } = store.state;
    const model = { name: 'another', sha256: 'f'.repeat(64) };
    store.change({ preset: { ...preset, model } }, 'page');
    loops.receive({ ...asked(), loop });
    loops.receive({ ...asked(), loop });
    expect(store.state.preset.loops).toEqual([]);
    keep(0, loop);
    expect(kept(0)).toMatchObject({ frames: 1 });
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
