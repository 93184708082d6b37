import { applyEdit } from '../../src/document/apply-edit.js';
import { MAX_LOOP_VALUES, type KeptLoop } from '../../src/document/kept-loop.js';
import { pack } from '../../src/document/packing.js';
import { useModel } from '../../src/document/use-model.js';
import { samplePreset } from './sample-presets.js';

const loop = (values: number[], more: Partial<KeptLoop> = {}): KeptLoop => ({
  name: 'a',
  frames: values.length / 3,
  rows: 1,
  beats: null,
  inputs: null,
  latents: pack(values, 'float32'),
  ...more,
});

describe('kept loops', () => {
  const kept = loop([1, 2, 3]);

  it('lie in their slots, and leave the others as they are', () => {
    const set = applyEdit(samplePreset(), { type: 'set-loop', slot: 4, loop: kept });
    expect(set.loops).toEqual([null, samplePreset().loops[1], null, null, kept]);
    const removed = applyEdit(set, { type: 'set-loop', slot: 4, loop: null });
    expect(removed.loops).toEqual(samplePreset().loops);
    expect(applyEdit(removed, { type: 'set-loop', slot: 1, loop: null }).loops).toEqual([]);
  });

  it('are named, placed and taken off the pad', () => {
    const change = { name: 'chorus', inputs: [0.1, 0.2] };
    const named = applyEdit(samplePreset(), { type: 'edit-loop', slot: 1, change });
    expect(named.loops[1]).toEqual({ ...samplePreset().loops[1], ...change });
    expect(
      applyEdit(named, { type: 'edit-loop', slot: 1, change: { inputs: null } }).loops[1]?.inputs,
    ).toBeNull();
  });

  it('are refused where they do not fit, and where there is none', () => {
    const refused = (edit: Parameters<typeof applyEdit>[1]) => () => applyEdit(samplePreset(), edit);
    expect(refused({ type: 'set-loop', slot: 0, loop: loop([1, 2], { frames: 1 }) })).toThrow(
      /should hold 3/,
    );
    expect(refused({ type: 'set-loop', slot: 0, loop: loop([], { frames: 0 }) })).toThrow(/no latent frames/);
    expect(refused({ type: 'set-loop', slot: 0, loop: loop([1, 65_537, 3]) })).toThrow(/beyond/);
    expect(refused({ type: 'edit-loop', slot: 1, change: { inputs: [0.5] } })).toThrow(/1 input values/);
    expect(refused({ type: 'edit-loop', slot: 0, change: { name: 'x' } })).toThrow(/Slot 1 holds no loop/);
  });

  it('keep their place when inputs come and go', () => {
    const more = applyEdit(samplePreset(), { type: 'add-input', input: {} });
    expect(more.loops[1]?.inputs).toEqual([0.25, 0.5, 0.5]);
    expect(applyEdit(more, { type: 'remove-input', index: 0 }).loops[1]?.inputs).toEqual([0.5, 0.5]);
  });

  it('are set aside with their model, and come back with it', () => {
    const other = { name: 'third', sha256: '12'.repeat(32) };
    const changed = useModel(samplePreset(), other, [[-1, 1]]);
    expect(changed.loops).toEqual([]);
    const ranges = samplePreset().steering.dimensions.map(({ range }) => range);
    const back = useModel(changed, { name: 'sample', sha256: 'ab'.repeat(32) }, ranges);
    expect(back.loops).toEqual(samplePreset().loops);
  });

  // With those of sixteen models an instrument passed what a preset may hold: it was stored, and could not be read again.
  it('are refused where those of all models together could not be stored', () => {
    const preset = samplePreset();
    const { dimensions } = preset.steering;
    const frames = Math.floor(MAX_LOOP_VALUES / dimensions.length);
    const long = loop(new Array<number>(frames * dimensions.length).fill(1), { frames });
    const all = (loops: number) => new Array<KeptLoop>(loops).fill(long);
    const [other] = preset.otherModels;
    if (other === undefined) throw new Error('the sample has no other model');
    const full = { ...preset, loops: all(15), otherModels: [{ ...other, dimensions, loops: all(8) }] };
    const set = { type: 'set-loop', slot: 15, loop: long } as const;
    expect(applyEdit(full, set).loops).toHaveLength(16);
    const beyond = { ...full, otherModels: [{ ...other, dimensions, loops: all(9) }] };
    expect(() => applyEdit(beyond, set)).toThrow(/8\.\d MB; at most 8 MB/);
    // What takes no more room is still possible.
    expect(applyEdit(beyond, { type: 'set-loop', slot: 0, loop: null }).loops[0]).toBeNull();
    expect(applyEdit(beyond, { type: 'edit-loop', slot: 0, change: { name: 'a' } }).loops[0]?.name).toBe('a');
  });
});
