import { UPLOAD_ENDINGS, uploadKindOf } from '../../src/protocol/uploads.js';

describe('uploadKindOf', () => {
  // Regression: .wave, .bwf, .rf64 and .aifc were refused, although the engine reads them.
  it.each([
    ['take 1.WAV', 'audio'],
    ['take.wave', 'audio'],
    ['take.bwf', 'audio'],
    ['take.rf64', 'audio'],
    ['take.w64', 'audio'],
    ['take.aifc', 'audio'],
    ['loop.flac', 'audio'],
    ['model.ts', 'model'],
    ['mine.tiller.json', 'preset'],
    ['song.mp3', 'audio'],
    ['film.mkv', undefined],
    ['wav', undefined],
  ])('%s: %s', (name, kind) => {
    expect(uploadKindOf(name)).toBe(kind);
  });

  it('has no ending of two kinds', () => {
    const all = Object.values(UPLOAD_ENDINGS).flat();
    expect(new Set(all).size).toBe(all.length);
  });
});
