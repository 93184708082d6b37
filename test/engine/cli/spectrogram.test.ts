import { PNG } from 'pngjs';
import { spectrogramPng } from '../../../src/engine/cli/spectrogram.js';

const RATE = 44_100;
const tone = (hertz: number) =>
  Float32Array.from({ length: RATE }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / RATE));

/** Row, from the top of a picture 256 high, in which column 100 is brightest. */
function brightestRow(hertz: number): number {
  const { width, data } = PNG.sync.read(spectrogramPng([tone(hertz)], RATE, 200));
  const light = Array.from({ length: 256 }, (_, y) => {
    const at = 4 * (y * width + 100);
    return (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
  });
  return light.indexOf(Math.max(...light));
}

describe('spectrogramPng', () => {
  it.each([200, 1000, 8000])('shows a tone of %i Hz at its position on the logarithmic axis', (hertz) => {
    const share = 1 - Math.log(hertz / 40) / Math.log(RATE / 2 / 40);
    expect(Math.abs(brightestRow(hertz) - 256 * share)).toBeLessThan(12);
  });

  it('stacks several signals over one time axis', () => {
    const { width, height } = PNG.sync.read(
      spectrogramPng([tone(100), tone(200).subarray(0, 99)], RATE, 300),
    );
    expect([width, height]).toEqual([300, 2 * 256 + 6]);
  });
});
