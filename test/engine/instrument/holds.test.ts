import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAPTURE_STEP } from '../../../src/document/capture-step.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { formatPreset, parsePresetText } from '../../../src/document/parse-preset.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import type { Trainer } from '../../../src/engine/mapping/trainer.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import type { StreamCommand, StreamReport } from '../../../src/engine/stream/messages.js';
import { samplePreset } from '../../document/sample-presets.js';
import { ManualTrainer, manifest, telemetry } from './instrument-rig.js';

describe('latents that are held, drawn and captured', () => {
  let folder: string;
  let sent: StreamCommand[];
  let instrument: Instrument;
  let report: (report: StreamReport) => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-holds-'));
    sent = [];
    const trainer = new ManualTrainer();
    instrument = new Instrument({
      link: { send: (command) => sent.push(command), onReport: (listener) => (report = listener) },
      presets: new PresetStore(join(folder, 'presets'), null),
      models: {
        find: (sha256) => Promise.resolve(sha256 === manifest.sha256 ? { dir: folder, manifest } : null),
      },
      trainer: trainer as unknown as Trainer,
    });
    await instrument.files.load(samplePreset(), 'page');
    await trainer.finish();
    sent.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('captures what sounds, holds included, at the inputs of now', () => {
    expect(() => instrument.capture('too early')).toThrow(/Nothing has sounded/);
    report(telemetry([0.5, -0.5, 0]));
    instrument.setParameter(PARAMETER_INDEX.input, 0.75, 'page');
    instrument.heldLatents.hold(2, 1.5);
    const id = instrument.capture('bright');
    const example = instrument.state.preset.examples.find((other) => other.id === id);
    expect(example).toMatchObject({ label: 'bright', inputs: [0.75, 0.5], latents: [0.5, -0.5, 1.5] });
    expect(instrument.state.holds).toEqual([null, null, null]);
    expect(sent.filter(({ type }) => type === 'hold')).toHaveLength(2);
  });

  // It was placed at the document's value, where the input would only be once its motion ends.
  it('places an example where an input that moves by itself was heard', () => {
    const source = { kind: 'lfo', shape: 'sine', period: 1, unit: 'seconds', phase: 0, seed: 0 } as const;
    instrument.edit({ type: 'edit-input', index: 0, change: { source } });
    report(telemetry([0.5, -0.5, 0], [0.875, 0.25]));
    instrument.setParameter(PARAMETER_INDEX.input + 1, 0.75, 'page');
    instrument.capture('moving');
    expect(instrument.state.preset.examples.at(-1)?.inputs).toEqual([0.875, 0.75]);
    // The frame that was heard has no values of other inputs.
    instrument.edit({ type: 'remove-input', index: 1 });
    instrument.capture('fewer');
    expect(instrument.state.preset.examples.at(-1)?.inputs).toEqual([
      instrument.state.preset.inputs[0]?.value,
    ]);
  });

  // Code 1023 of a discrete model was stored as 1000, and a latent beyond the range was clipped where it was played.
  it('captures any latent that a model gives as it is, and widens the range by it', () => {
    report(telemetry([1023, -31.25, 0]));
    instrument.capture('code');
    const { examples, steering } = instrument.state.preset;
    expect(examples.at(-1)?.latents).toEqual([1023, -31.25, 0]);
    expect(steering.dimensions[0]?.range[1]).toBe(1023);
    expect(steering.dimensions[1]?.range[0]).toBe(-31.25);
    expect(parsePresetText(formatPreset(instrument.state.preset)).examples).toEqual(examples);
  });

  it('refuses to capture what steering may have clipped', () => {
    report(telemetry([0, 65_536, 0]));
    expect(() => instrument.capture('beyond')).toThrow(/Latent 2 is beyond/);
    expect(instrument.state.preset.examples).toHaveLength(2);
  });

  it('takes a capture and its label back in one step, two captures in two', () => {
    const before = instrument.state.preset.examples.length;
    report(telemetry([0.5, -0.5, 0]));
    for (const label of ['dark', 'bright']) {
      const id = instrument.capture('Sound');
      instrument.edit({ type: 'edit-example', id, change: { label } }, { coalesce: CAPTURE_STEP });
    }
    const labels = () => instrument.state.preset.examples.slice(before).map((example) => example.label);
    expect(labels()).toEqual(['dark', 'bright']);
    instrument.undo();
    expect(labels()).toEqual(['dark']);
    instrument.undo();
    expect(labels()).toEqual([]);
    instrument.redo();
    expect(labels()).toEqual(['dark']);
  });

  it('randomises only what is unlocked, within the radius', () => {
    report(telemetry([0, 0, 0]));
    instrument.edit({ type: 'steer-dimensions', dimensions: [1], change: { locked: true } });
    instrument.edit({ type: 'steer-dimensions', dimensions: [0, 1, 2], change: { range: [-2, 2] } });
    instrument.heldLatents.randomise(0.5);
    const [first, second, third] = instrument.state.holds;
    expect(second).toBeNull();
    for (const held of [first, third]) expect(Math.abs(held ?? 9)).toBeLessThanOrEqual(1);
  });

  it('goes back to what was held before each random draw, and forward again', async () => {
    report(telemetry([0, 0, 0]));
    instrument.heldLatents.stepDraw(-1);
    instrument.heldLatents.hold(1, 0.5);
    const held = [instrument.state.holds];
    for (let i = 0; i < 3; i++) {
      instrument.heldLatents.randomise(1);
      held.push(instrument.state.holds);
    }
    expect(instrument.state.draws).toEqual({ earlier: 3, later: 0 });
    for (const i of [2, 1, 0, 0]) {
      instrument.heldLatents.stepDraw(-1);
      expect(instrument.state.holds).toEqual(held[i]);
    }
    instrument.heldLatents.stepDraw(1);
    expect(instrument.state.holds).toEqual(held[1]);
    expect(instrument.state.draws).toEqual({ earlier: 1, later: 2 });
    // Another draw takes the place of those that were gone back from.
    instrument.heldLatents.randomise(1);
    expect(instrument.state.draws).toEqual({ earlier: 2, later: 0 });
    await instrument.files.load(
      { ...samplePreset(), model: { name: 'other', sha256: 'cd'.repeat(32) } },
      'page',
    );
    expect(instrument.state).toMatchObject({ draws: { earlier: 0, later: 0 }, holds: [null, null, null] });
  });

  it('releases a latent that the next document does not have', async () => {
    instrument.heldLatents.hold(1, 0.5);
    instrument.heldLatents.hold(2, 1);
    sent.length = 0;
    const { steering, examples, ...rest } = samplePreset();
    await instrument.files.load(
      {
        ...rest,
        steering: { ...steering, dimensions: steering.dimensions.slice(0, 2) },
        examples: examples.map((example) => ({ ...example, latents: example.latents.slice(0, 2) })),
      },
      'page',
    );
    expect(instrument.state.holds).toEqual([null, 0.5]);
    expect(sent.filter(({ type }) => type === 'hold')).toEqual([{ type: 'hold', dimension: 2, value: null }]);
  });

  it('plays an example in place of the mapping, and releases it', () => {
    instrument.heldLatents.audition('e1');
    expect(instrument.state).toMatchObject({ auditioning: 'e1', holds: [1, 0, 0.5] });
    instrument.heldLatents.audition(null);
    expect(instrument.state).toMatchObject({ auditioning: null, holds: [null, null, null] });
  });

  it('releases an example that is heard when another preset is opened', async () => {
    instrument.heldLatents.audition('e1');
    sent.length = 0;
    await instrument.files.load({ ...samplePreset(), name: 'Other' }, 'page');
    expect(instrument.state).toMatchObject({ auditioning: null, holds: [null, null, null] });
    expect(sent.filter(({ type }) => type === 'hold')).toHaveLength(3);
  });
});
