import { JitterBuffer } from '../../../src/ui/audio/jitter-buffer.js';

const BLOCK = 128;
const ramp = (from: number, frames: number) => Float32Array.from({ length: frames }, (_, i) => from + i);

/** Pulls one block; returns its left and right channel. */
function pull(buffer: JitterBuffer): [Float32Array, Float32Array] {
  const sides: [Float32Array, Float32Array] = [new Float32Array(BLOCK), new Float32Array(BLOCK)];
  buffer.pull(...sides);
  return sides;
}

describe('JitterBuffer', () => {
  it('requests frames up to its target, once', () => {
    const buffer = new JitterBuffer();
    expect(buffer.credit()).toBe(0);
    buffer.start(1000);
    expect(buffer.credit()).toBe(1000);
    expect(buffer.credit()).toBe(0);
    buffer.push([ramp(0, 300), ramp(0, 300)], 300);
    expect(buffer.credit()).toBe(0);
    buffer.setTarget(1500);
    expect(buffer.credit()).toBe(500);
  });

  it('is silent until half its target is buffered, then gives every sample in order, whatever the chunks', () => {
    const buffer = new JitterBuffer();
    buffer.start(1000);
    buffer.credit();
    buffer.push([ramp(1, 400), ramp(-400, 400)], 400);
    expect(pull(buffer)[0].every((sample) => sample === 0)).toBe(true);
    buffer.push([ramp(401, 333), ramp(0, 333)], 333);
    const heard: number[] = [];
    const right: number[] = [];
    for (let i = 0; i < 5; i++) {
      const [a, b] = pull(buffer);
      heard.push(...a);
      right.push(...b);
    }
    expect(heard).toEqual([...ramp(1, 5 * BLOCK)]);
    expect(right[0]).toBe(-400);
    expect(buffer.buffered).toBe(733 - 5 * BLOCK);
    expect(buffer.underruns).toBe(0);
  });

  // Regression: the blocks of an opening speaker were counted as underruns.
  it('counts no underruns before it is started', () => {
    const buffer = new JitterBuffer();
    for (let i = 0; i < 7; i++) pull(buffer);
    buffer.start(512);
    for (let i = 0; i < 7; i++) pull(buffer);
    expect(buffer.underruns).toBe(0);
  });

  it('counts one underrun per gap and continues when enough is buffered', () => {
    const buffer = new JitterBuffer();
    buffer.start(512);
    buffer.credit();
    buffer.push([ramp(0, 256)], 256);
    pull(buffer);
    pull(buffer);
    for (let i = 0; i < 4; i++) expect(pull(buffer)[0].every((sample) => sample === 0)).toBe(true);
    expect(buffer.underruns).toBe(1);
    buffer.push([ramp(256, 256)], 256);
    expect(pull(buffer)[0][0]).toBe(256);
  });

  it('plays mono on both sides and empties itself when it is started again', () => {
    const buffer = new JitterBuffer();
    buffer.start(BLOCK);
    buffer.push([ramp(5, BLOCK)], BLOCK);
    const [left, right] = pull(buffer);
    expect(right).toEqual(left);
    buffer.push([ramp(9, BLOCK)], BLOCK);
    buffer.start(BLOCK);
    expect(buffer.buffered).toBe(0);
    expect(buffer.credit()).toBe(BLOCK);
  });
});
