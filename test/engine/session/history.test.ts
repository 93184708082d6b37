import fc from 'fast-check';
import { History } from '../../../src/engine/session/history.js';
import { samplePreset } from '../preset/samples.js';

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

  it('forgets what was undone once something else is done', () => {
    const history = new History();
    history.record(version('a'), 'first');
    history.undo(version('b'));
    history.record(version('a'), 'second');
    expect(history.redoLabel).toBeNull();
  });

  it('keeps the newest 500 steps', () => {
    const history = new History();
    for (let i = 0; i < 600; i++) history.record(version(String(i)), 'step');
    let oldest = '';
    for (let back = history.undo(version('600')); back; back = history.undo(back)) oldest = back.name;
    expect(oldest).toBe('100');
  });
});
