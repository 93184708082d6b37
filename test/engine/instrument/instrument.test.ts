import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TillerError } from '../../../src/document/tiller-error.js';
import type { Trainer } from '../../../src/engine/mapping/trainer.js';
import type { ModelManifest } from '../../../src/engine/model/manifest.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import type { StreamCommand, StreamReport } from '../../../src/engine/stream/messages.js';
import type { ModelSource } from '../../../src/engine/instrument/instrument-state.js';
import { formatPreset, parsePresetText } from '../../../src/document/parse-preset.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import { samplePreset } from '../../document/sample-presets.js';
import { ManualTrainer, manifest } from './instrument-rig.js';

let folder: string;
let sent: StreamCommand[];
/** The type of every command since the start. */
let sentTypes: StreamCommand['type'][];
let trainer: ManualTrainer;
let instrument: Instrument;
let report: (report: StreamReport) => void;
let library: Map<string, { dir: string; manifest: ModelManifest }>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiller-instrument-'));
  sent = [];
  sentTypes = [];
  trainer = new ManualTrainer();
  library = new Map([[manifest.sha256, { dir: folder, manifest }]]);
  const models: ModelSource = {
    find: (sha256) => Promise.resolve(library.get(sha256) ?? null),
  };
  instrument = new Instrument({
    link: {
      send: (command) => {
        sent.push(command);
        sentTypes.push(command.type);
      },
      onReport: (listener) => (report = listener),
    },
    presets: new PresetStore(join(folder, 'presets'), null),
    models,
    trainer: trainer as unknown as Trainer,
    programs: {
      find: (program, channel) =>
        Promise.resolve(channel === 1 ? (['user/a', 'user/b', 'user/c'][program] ?? null) : null),
    },
  });
  await instrument.files.load(samplePreset(), 'page');
  await trainer.finish();
  sent.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Types of the commands that set parameters. */
const COUNTED: readonly StreamCommand['type'][] = ['parameter', 'steering', 'output', 'attributes'];

const types = () => sent.map(({ type }) => type);

describe('Instrument', () => {
  it('sends the worker only what differs', () => {
    instrument.edit({ type: 'steer', change: { amount: 0.5 } });
    expect(types()).toEqual(['steering']);
    instrument.setParameter(PARAMETER_INDEX.input, 0.25, 'page');
    expect(sent.at(-1)).toEqual({ type: 'parameter', index: 0, value: 0.25 });
    expect(types()).toEqual(['steering', 'parameter']);
  });

  it('undoes edits but keeps the inputs where they are played', () => {
    instrument.edit({ type: 'describe', change: { name: 'Changed' } });
    instrument.setParameter(PARAMETER_INDEX.input, 0.9, 'page');
    instrument.undo();
    const { preset, undoLabel, redoLabel } = instrument.state;
    expect([preset.name, preset.inputs[0]?.value, undoLabel, redoLabel]).toEqual([
      'Sample',
      0.9,
      null,
      'describe preset',
    ]);
  });

  it('makes one undo step of a page’s gesture, and none of the host’s automation', () => {
    const { dryWet } = PARAMETER_INDEX;
    for (const [value, gesture] of [
      [0.9, 'begin'],
      [0.5, 'move'],
      [0.4, 'end'],
    ] as const)
      instrument.setParameter(dryWet, value, 'page', gesture);
    instrument.setParameter(dryWet, 0.1, 'host');
    instrument.undo();
    expect(instrument.state.preset.output.dryWet).toBe(1);
    expect(instrument.state.undoLabel).toBeNull();
  });

  it('knows what is worth saving', async () => {
    instrument.setParameter(PARAMETER_INDEX.input, 0.9, 'page');
    expect(instrument.state.dirty).toBe(false);
    instrument.edit({ type: 'set-seed', seed: 7 });
    expect(instrument.state.dirty).toBe(true);
    await instrument.files.save();
    expect(instrument.state).toMatchObject({ dirty: false, presetId: 'user/sample' });
    instrument.undo();
    expect(instrument.state.dirty).toBe(true);
  });

  it('goes on with a preset that an engine before it had changed', async () => {
    const readAgain = () => parsePresetText(formatPreset(samplePreset()));
    const saved = readAgain();
    await instrument.files.load(readAgain(), 'engine', { presetId: 'user/sample', saved });
    expect(instrument.state).toMatchObject({ presetId: 'user/sample', dirty: false });
    const changed = { ...readAgain(), seed: 9 };
    await instrument.files.load(changed, 'engine', { presetId: 'user/sample', saved });
    expect(instrument.state.dirty).toBe(true);
    instrument.edit({ type: 'set-seed', seed: saved.seed });
    expect(instrument.state.dirty).toBe(false);
    const [first] = changed.inputs;
    const moved = { ...readAgain(), inputs: changed.inputs.map((input) => ({ ...input, value: 0.9 })) };
    expect(first?.value).not.toBe(0.9);
    await instrument.files.load(moved, 'engine', { presetId: 'user/sample', saved });
    expect(instrument.state.dirty).toBe(false);
  });

  describe('with several presets', () => {
    const name = () => instrument.state.preset.name;
    const program = (number: number, channel = 1) =>
      report({ type: 'program-change', program: number, channel });
    beforeEach(async () => {
      for (const other of ['A', 'B', 'C']) await instrument.files.saveAs(other);
    });

    it('recalls the one that a program is assigned to, and nothing for others', async () => {
      program(1);
      await instrument.settled();
      expect(name()).toBe('B');
      program(100);
      await instrument.settled();
      expect(name()).toBe('B');
      program(0, 2);
      await instrument.settled();
      expect(name()).toBe('B');
    });

    // It ended the request for a preset that was still being read.
    it('goes on with a preset that was asked for before a program that recalls nothing', async () => {
      program(1);
      program(100);
      await instrument.settled();
      await new Promise((resolve) => setImmediate(resolve));
      expect(name()).toBe('B');
    });

    it('ends with the last program of several', async () => {
      for (const number of [2, 1, 2, 0]) program(number);
      await instrument.settled();
      expect(name()).toBe('A');
    });

    it('keeps a project that comes after a program', async () => {
      program(1);
      await instrument.files.load({ ...samplePreset(), name: 'Project' }, 'host');
      await trainer.finish();
      await instrument.settled();
      expect(name()).toBe('Project');
    });
  });

  it('keeps everything of a preset whose model is missing, and says which it wants', async () => {
    library.clear();
    await instrument.files.load(samplePreset(), 'page');
    const { model, preset, notice } = instrument.state;
    expect(model.missing).toEqual(samplePreset().model);
    expect(preset.examples).toHaveLength(2);
    expect(notice?.text).toContain('sample');
    expect(sent.at(-1)).toEqual({ type: 'load', model: null });
  });

  it('removes a notice once the player has changed what it was about', async () => {
    const shown = () => instrument.state.notice;
    // The plugin's own page showed the first error of a session until its end.
    instrument.notify(new Error('It is gone.'));
    await instrument.files.load({ ...samplePreset(), name: 'Another' }, 'host');
    expect(shown()).not.toBeNull();
    await instrument.files.load(samplePreset(), 'page');
    expect(shown()).toBeNull();
    instrument.notify(new Error('It is gone.'));
    await expect(instrument.models.select('f'.repeat(64))).rejects.toThrow();
    expect(shown()).not.toBeNull();
    await instrument.files.load({ ...samplePreset(), model: null }, 'host');
    await instrument.models.select(manifest.sha256);
    expect(shown()).toBeNull();
  });

  it('looks for its model again without a second notice of what the player did', async () => {
    library.clear();
    await instrument.models.lookAgain();
    expect(instrument.state.model.missing).toEqual(samplePreset().model);
    // A model that was removed on the page was reported twice: by the page, which offers to undo it, and from here.
    expect(instrument.state.notice).toBeNull();
    expect(sent.at(-1)).toEqual({ type: 'load', model: null });
    library.set(manifest.sha256, { dir: folder, manifest });
    await instrument.models.lookAgain();
    expect(instrument.state.model).toMatchObject({ manifest, missing: null });
  });

  it('announces another model before its settings, and none for the same model', async () => {
    await instrument.files.load({ ...samplePreset(), seed: 5 }, 'page');
    expect(types()).not.toContain('expect-model');
    sent.length = 0;
    const other = { name: 'other', sha256: 'b'.repeat(64) };
    await instrument.files.load({ ...samplePreset(), model: other, seed: 6 }, 'page');
    expect(types()[0]).toBe('expect-model');
    expect(types()).toContain('noise');
    expect(sent.at(-1)).toEqual({ type: 'load', model: null });
  });

  it('lets the worker go on where the library cannot be read', async () => {
    Object.assign(library, { get: () => Promise.reject(new Error('the disk is gone')) });
    await instrument.files.load(samplePreset(), 'page');
    expect(sent.at(-1)).toEqual({ type: 'load', model: null });
    expect(instrument.state.model.loading).toBe(false);
  });

  const controller = (number: number) => ({ kind: 'cc', channel: 3, controller: number, bits: 7 }) as const;

  it('learns a MIDI source once', () => {
    instrument.learnMidi(1);
    report({ type: 'midi-heard', source: controller(21) });
    report({ type: 'midi-heard', source: controller(22) });
    expect(instrument.state.preset.inputs[1]?.source).toEqual({
      kind: 'cc',
      channel: 3,
      controller: 21,
      bits: 7,
    });
    expect(instrument.state.midiLearn).toBeNull();
  });

  it('learns a key as how hard it is pressed', () => {
    instrument.learnMidi(0);
    report({ type: 'midi-heard', source: { kind: 'note', channel: 2, note: 60 } });
    expect(instrument.state.preset.inputs[0]?.source).toEqual({ kind: 'note-velocity', channel: 2 });
  });

  it('learns for the input that waited, wherever it is by then, and for none once it is gone', () => {
    instrument.edit({ type: 'add-input', input: { name: 'third' } });
    instrument.learnMidi(2);
    instrument.edit({ type: 'remove-input', index: 0 });
    expect(instrument.state.midiLearn).toBe(1);
    report({ type: 'midi-heard', source: controller(21) });
    expect(instrument.state.preset.inputs[1]).toMatchObject({ name: 'third', source: { kind: 'cc' } });
    instrument.learnMidi(1);
    instrument.edit({ type: 'remove-input', index: 1 });
    expect(instrument.state.midiLearn).toBeNull();
    report({ type: 'midi-heard', source: controller(22) });
    expect(() => instrument.learnMidi(1)).toThrow(/no input 2/);
    instrument.learnMidi(0);
    instrument.undo();
    expect(instrument.state.midiLearn).toBe(0);
    void instrument.files.load(samplePreset(), 'page');
    expect(instrument.state.midiLearn).toBeNull();
  });

  it('keeps the present value of every input when one that was removed returns', () => {
    instrument.edit({ type: 'add-input', input: { name: 'third' } });
    [0.1, 0.2, 0.3].forEach((value, i) => instrument.setParameter(i, value, 'page'));
    instrument.edit({ type: 'remove-input', index: 0 });
    instrument.setParameter(0, 0.8, 'page');
    instrument.undo();
    expect(instrument.state.preset.inputs.map(({ value }) => value)).toEqual([0.1, 0.8, 0.3]);
  });

  it('panics: the worker fades to the dry track, and what acts on the sound ends, as one step', () => {
    instrument.setParameter(PARAMETER_INDEX.freeze, 1, 'page');
    instrument.setParameter(PARAMETER_INDEX.loop, 1, 'page');
    instrument.heldLatents.hold(0, 1);
    sent.length = 0;
    instrument.panic();
    expect(sent[0]).toEqual({ type: 'panic' });
    expect(instrument.state.preset.output).toMatchObject({ bypass: true, freeze: false, loop: false });
    expect(instrument.state.holds[0]).toBeNull();
    instrument.undo();
    expect(instrument.state.preset.output).toMatchObject({ bypass: false, freeze: true, loop: true });
  });

  // A report that was under way when the page changed a control put the old value back.
  it('keeps a newer setting of the page over automation that was played before it', async () => {
    const { dryWet } = PARAMETER_INDEX;
    const value = () => instrument.state.preset.output.dryWet;
    const moved = (commandsArrived: number, to: number) =>
      report({ type: 'moved', commandsArrived, parameters: [{ index: dryWet, value: to }] });
    /** What the worker has counted once everything has arrived that was sent so far. */
    const count = () => sentTypes.filter((type) => COUNTED.includes(type)).length;
    const before = count();
    moved(before, 0.1);
    expect(value()).toBe(0.1);
    instrument.setParameter(dryWet, 0.7, 'page');
    moved(before, 0.2);
    expect(value()).toBe(0.7);
    // A setting of something else does not hold automation back.
    instrument.edit({ type: 'steer', change: { amount: 0.5 } });
    moved(count() - 1, 0.3);
    expect(value()).toBe(0.3);
    // A new worker counts from 0.
    instrument.setParameter(dryWet, 0.8, 'page');
    await instrument.resend();
    moved(0, 0.4);
    expect(value()).toBe(0.8);
    moved(3 + instrument.state.preset.inputs.length, 0.5);
    expect(value()).toBe(0.5);
  });

  it('follows what MIDI and automation moved without sending it back', () => {
    report({ type: 'moved', commandsArrived: sentTypes.length, parameters: [{ index: 1, value: 0.125 }] });
    expect(instrument.state.preset.inputs[1]?.value).toBe(0.125);
    expect(sent).toEqual([]);
  });

  it('sends a new worker everything', async () => {
    instrument.heldLatents.hold(0, 1);
    sent.length = 0;
    await instrument.resend();
    expect(new Set(types())).toEqual(
      new Set([
        'controllers',
        'steering',
        'attributes',
        'loops',
        'output',
        'mapping',
        'noise',
        'inputs',
        'parameter',
        'hold',
        'load',
      ]),
    );
  });

  it('stays as it was when an edit is refused', () => {
    const before = instrument.state;
    expect(() => instrument.edit({ type: 'edit-example', id: 'gone', change: {} })).toThrow(TillerError);
    expect(instrument.state).toBe(before);
  });
});
