import fc from 'fast-check';
import { History, MAX_OTHERS, NO_STEPS } from '../../src/document/history.js';
import { samplePreset } from './sample-presets.js';

const version = (name: string) => ({ ...samplePreset(), name });

describe('History', () => {
  it('goes back and forth through any number of steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (steps) => {
        const history = new History();
        let present = version('0');
        for (let i = 1; i <= steps; i++) {
          history.record(present, `step ${i}`);
          present = version(String(i));
        }
        for (let i = steps - 1; i >= 0; i--) {
          expect(history.undoLabel).toBe(`step ${i + 1}`);
          present = history.undo(present) ?? version('nothing');
          expect(present.name).toBe(String(i));
        }
        expect(history.undo(present)).toBeNull();
        for (let i = 1; i <= steps; i++) {
          present = history.redo(present) ?? version('nothing');
          expect(present.name).toBe(String(i));
        }
        expect(history.redo(present)).toBeNull();
      }),
    );
  });

  it('makes one step of a drag, and another of the next drag', () => {
    const history = new History();
    history.record(version('a'), 'drag', 'knob');
    history.record(version('b'), 'drag', 'knob');
    history.seal();
    history.record(version('c'), 'drag', 'knob');
    expect(history.undo(version('d'))?.name).toBe('c');
    expect(history.undo(version('c'))?.name).toBe('a');
  });

  it('drops what was undone once something else is done', () => {
    const history = new History();
    history.record(version('a'), 'first');
    history.undo(version('b'));
    history.record(version('a'), 'second');
    expect(history.redoLabel).toBeNull();
  });

  const left = (name: string, history = NO_STEPS) => ({
    preset: version(name),
    from: { presetId: null, saved: version(name), history },
  });

  it('leads beyond the first step to the document before, with its steps, and on again', () => {
    const history = new History();
    history.record(version('a0'), 'first of a');
    history.record(version('a1'), 'second of a');
    history.undo(version('a2'));
    history.leave(left('a1', history.steps));
    // Opening another one was a deed of its own: what was undone before it is gone.
    expect([history.undoLabel, history.redoLabel]).toEqual(['open preset', null]);
    history.record(version('b0'), 'first of b');
    expect(history.undoLabel).toBe('first of b');
    history.undo(version('b1'));
    const a = history.back(left('b0', history.steps));
    expect(a?.preset.name).toBe('a1');
    history.restore(a?.from.history ?? NO_STEPS);
    expect([history.undoLabel, history.redoLabel]).toEqual(['first of a', 'open preset']);
    expect(history.undo(version('a1'))?.name).toBe('a0');
    expect(history.redo(version('a0'))?.name).toBe('a1');
    const b = history.forward(left('a1', history.steps));
    history.restore(b?.from.history ?? NO_STEPS);
    expect([b?.preset.name, history.redoLabel]).toEqual(['b0', 'first of b']);
    expect(history.forward(left('b0'))).toBeNull();
  });

  it('drops the document that was undone once something else is done, and all of them on request', () => {
    const history = new History();
    history.leave(left('a'));
    history.restore(history.back(left('b'))?.from.history ?? NO_STEPS);
    history.record(version('a'), 'step');
    expect(history.redoLabel).toBeNull();
    for (let i = 0; i < MAX_OTHERS + 5; i++) history.leave(left(String(i)));
    let documents = 0;
    while (history.back(left('now')) !== null) documents += 1;
    expect(documents).toBe(MAX_OTHERS);
    history.leave(left('a'));
    history.dropOthers();
    expect(history.undoLabel).toBeNull();
  });

  it('keeps the newest 500 steps', () => {
    const history = new History();
    for (let i = 0; i < 600; i++) history.record(version(String(i)), 'step');
    let oldest = '';
    for (let back = history.undo(version('600')); back; back = history.undo(back)) oldest = back.name;
    expect(oldest).toBe('100');
  });
});
