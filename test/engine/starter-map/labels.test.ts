import { distinct, labelFor, noteName } from '../../../src/engine/starter-map/labels.js';

describe('labels', () => {
  it.each([
    [440, 'A4'],
    [110, 'A2'],
    [261.6, 'C4'],
    [246.9, 'B3'],
    [61.7, 'B1'],
    [1975, 'B6'],
  ])('name %d Hz %s', (hz, note) => expect(noteName(hz)).toBe(note));

  it.each([
    [200, 0.02, 110, 'dark hum A2'],
    [600, 0.02, 440, 'warm tone A4'],
    [4000, 0.9, null, 'bright noise'],
    [1500, 0.9, 440, 'clear noise'],
    [1500, 0.4, null, 'clear grain'],
    [3000, 0.1, null, 'bright ring'],
  ])('call %d Hz of noisiness %d with pitch %d “%s”', (brightnessHz, noisiness, pitch, label) => {
    expect(labelFor({ brightnessHz, noisiness }, pitch)).toBe(label);
  });

  it('of one kind are numbered', () => {
    expect(distinct(['dark noise', 'bright noise', 'dark noise', 'dark noise'])).toEqual([
      'dark noise',
      'bright noise',
      'dark noise 2',
      'dark noise 3',
    ]);
  });
});
