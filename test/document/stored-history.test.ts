import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { MAX_LOOP_VALUES } from '../../src/document/kept-loop.js';
import { pack } from '../../src/document/packing.js';
import { parsePresetText } from '../../src/document/parse-preset.js';
import type { Preset } from '../../src/document/preset.js';
import { History, type HistorySteps, MAX_STEPS, NO_STEPS } from '../../src/document/history.js';
import { MAX_HISTORY_LENGTH, formatHistory, parseHistory } from '../../src/document/stored-history.js';
import type { TrainedMapping } from '../../src/document/trained.js';
import { loadedFrom } from '../../src/engine/presets/loaded-from.js';
import { samplePreset } from './sample-presets.js';

/** A history of `count` steps that change the seed, and the document they lead to. */
function seeds(count: number, first = samplePreset()): { history: History; present: Preset } {
  const history = new History();
  let present = first;
  for (let i = 0; i < count; i++) {
    history.record(present, `seed ${i}`);
    present = { ...present, seed: i + 1000 };
  }
  return { history, present };
}

const documents = ({ done, undone }: HistorySteps) => [
  done.map(({ label, document }) => [label, document]),
  undone.map(({ label, document }) => [label, document]),
];

/** `preset` with a learned mapping for the other model that it keeps examples of. */
function withOtherMapping(preset: Preset): Preset {
  const trained: TrainedMapping = {
    inputs: 2,
    centre: [0.5, 0.5],
    scale: [0, 0],
    points: null,
    dimensions: [3, -3].map((value) => ({ kind: 'constant', value, errorRelative: 0 })),
  };
  return { ...preset, otherModels: preset.otherModels.map((set) => ({ ...set, trained })) };
}

describe('a stored history', () => {
  it('brings every step back, whichever were undone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), (count, back) => {
        const { history, present: last } = seeds(count);
        let present = last;
        for (let i = 0; i < back; i++) present = history.undo(present) ?? present;
        const text = formatHistory(history.steps, present);
        const read = parseHistory(text, present);
        expect(documents(read)).toEqual(documents(history.steps));
        expect(formatHistory(read, present)).toBe(text);
      }),
      { numRuns: 20 },
    );
  });

  it('shares with the present document what has not changed, as versions of one document do', () => {
    const { history, present } = seeds(3);
    const { done } = parseHistory(formatHistory(history.steps, present), present);
    expect(done[0]?.document.examples).toBe(present.examples);
    expect(done[0]?.document.seed).not.toBe(present.seed);
  });

  it('leaves out mappings that are learned again, and plays the present one until they are', () => {
    const learned = parsePresetText(readFileSync('presets/drum-garden.tiller.json', 'utf8'));
    const { history, present } = seeds(2, learned);
    expect(present.trained).not.toBeNull();
    expect(present.learning.automatic).toBe(true);
    const text = formatHistory(history.steps, present);
    expect(JSON.stringify(present)).toContain('"coefficients"');
    expect(text).not.toContain('"coefficients"');
    const { done } = parseHistory(text, present);
    expect(done[0]?.document.trained).toBe(present.trained);
    const narrower = { ...present, trained: present.trained && { ...present.trained, inputs: 1 } };
    expect(parseHistory(text, narrower).done[0]?.document.trained).toBeNull();
  });

  it('leaves the mappings of other models out, and takes the present ones', () => {
    const present = withOtherMapping(samplePreset());
    const document = { ...present, seed: 7 };
    const text = formatHistory(
      { ...NO_STEPS, done: [{ label: 'seed', exchanges: false, document }] },
      present,
    );
    expect(text).not.toContain('constant');
    expect(parseHistory(text, present).done[0]?.document).toEqual(document);
    const [restored] = parseHistory(text, samplePreset()).done;
    expect(restored?.document.otherModels[0]?.trained).toBeNull();
  });

  it('keeps the newest steps of a history that is too long', () => {
    const long = 'x'.repeat(400);
    const done = Array.from({ length: MAX_STEPS }, (_, i) => ({
      label: `step ${i}`,
      exchanges: false,
      document: {
        ...samplePreset(),
        tags: Array.from({ length: 20 }, (_tag, k) => `${i} ${k} ${long}`),
      },
    }));
    const text = formatHistory({ ...NO_STEPS, done }, samplePreset());
    // Eight megabytes at each edit kept the sound waiting for ten milliseconds and more.
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    const read = parseHistory(text, samplePreset()).done;
    expect(read.length).toBeGreaterThan(50);
    expect(read.at(-1)?.label).toBe('step 499');
  });

  // The same three steps were written eight times before any of them was left out.
  it('writes a few large steps at most twice', () => {
    const large = 'x'.repeat(300_000);
    let reads = 0;
    const done = Array.from({ length: 3 }, (_, i) => ({
      label: `step ${i}`,
      exchanges: false,
      get document() {
        reads += 1;
        return { ...samplePreset(), tags: [`${i} ${large}`, `${i + 10} ${large}`] };
      },
    }));
    const text = formatHistory({ ...NO_STEPS, done }, samplePreset());
    expect(text.length).toBeLessThanOrEqual(MAX_HISTORY_LENGTH);
    expect(reads).toBeLessThanOrEqual(3 + 1);
    expect(text).toContain('step 2');
  });

  it('brings both sides of a comparison back, with the steps that led there', () => {
    const { history, present } = seeds(2);
    const a = { ...present, description: 'A' };
    const b = { ...history.exchange(a), description: 'B' };
    const read = parseHistory(formatHistory(history.steps, b), b);
    expect(read.comparison).toEqual({ side: 'B', other: a });
    const restored = new History();
    restored.restore(read);
    expect(restored.undo(b)).toEqual(a);
    expect(restored.steps.comparison).toEqual({ side: 'A', other: b });
    expect(restored.exchange(a)).toEqual(b);
    // Regression: a step was taken for an exchange where a label was the same.
    const { label = '' } = restored.steps.done.at(-1) ?? {};
    restored.record(b, label);
    restored.undo(a);
    expect(restored.steps.comparison.side).toBe('B');
    const corrupted = formatHistory({ ...history.steps, done: [] }, b).replaceAll(
      'tiller-preset',
      'other-preset',
    );
    expect(() => parseHistory(corrupted, b)).toThrow('not a Tiller preset');
  });

  it('gives the other side of a comparison up where it alone is too long, and stays a history', () => {
    const large = { ...samplePreset(), tags: ['x'.repeat(MAX_HISTORY_LENGTH)] };
    const text = formatHistory({ ...NO_STEPS, comparison: { side: 'B', other: large } }, large);
    expect(parseHistory(text, samplePreset())).toEqual(NO_STEPS);
  });

  it('refuses what is no history, and an invalid document only when a step leads to it', () => {
    const { history, present } = seeds(2);
    const text = formatHistory(history.steps, present);
    for (const wrong of ['', '[]', 'null', text.slice(0, -9), 'x'.repeat(MAX_HISTORY_LENGTH + 1)])
      expect(() => parseHistory(wrong, present)).toThrow();
    const corrupted = parseHistory(text.replaceAll('tiller-preset', 'other-preset'), present);
    const restored = new History();
    restored.restore(corrupted);
    expect(restored.undoLabel).toBe('seed 1');
    expect(() => restored.undo(present)).toThrow('not a Tiller preset');
    expect(restored.undoLabel).toBe('seed 1');
  });

  // Three loops of eight bars left no step of the history, and each edit wrote them nine times.
  it('refers to the loops that the present document keeps, and writes those that it has dropped', () => {
    const latents = (value: number) => pack(new Float32Array(MAX_LOOP_VALUES).fill(value), 'float32');
    const loop = { name: '', frames: 1, rows: 1 as const, beats: null, inputs: null };
    const dimensions = Array.from({ length: 256 }, () => samplePreset().steering.dimensions[0]!);
    const sample = samplePreset();
    const document = {
      ...sample,
      examples: [],
      trained: null,
      steering: { ...sample.steering, dimensions },
      learning: { ...sample.learning, perDimension: {} },
      loops: [1, 2, 3, 4].map((value) => ({
        ...loop,
        frames: MAX_LOOP_VALUES / 256,
        latents: latents(value),
      })),
    };
    const { history, present } = seeds(20, document);
    const text = formatHistory(history.steps, present);
    expect(text.length).toBeLessThan(200_000);
    const read = parseHistory(text, present);
    expect(documents(read)).toEqual(documents(history.steps));
    expect(formatHistory(read, present)).toBe(text);
    // A loop is removed: the steps before still have it.
    const without = { ...present, loops: present.loops.slice(1) };
    const longer = formatHistory(read, without);
    expect(longer.length).toBeGreaterThan(340_000);
    expect(parseHistory(longer, without).done[0]?.document.loops).toEqual(document.loops);
    // Read beside another document, such a step is refused and not played wrongly.
    expect(() => parseHistory(text, without).done[0]?.document).toThrow(/loops.0.latents/);
  });

  it('names the preset that the document is a version of, where that is still there', async () => {
    const { history } = seeds(1);
    const saved = samplePreset();
    const there = { read: () => Promise.resolve(saved) };
    const gone = { read: () => Promise.reject(new Error('gone')) };
    expect(await loadedFrom('user/a', history.steps, there)).toEqual({
      presetId: 'user/a',
      saved,
      history: history.steps,
    });
    expect(await loadedFrom('user/a', history.steps, gone)).toEqual({ history: history.steps });
  });
});
