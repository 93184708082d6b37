import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { soundFiles } from '../../../src/engine/cli/files.js';

describe('audio files of a folder', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tiller-sounds-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are those in it and below, sorted as a reader does', () => {
    mkdirSync(join(folder, 'more'));
    for (const name of ['take 10.wav', 'take 2.WAV', 'notes.txt', 'more/a.flac', 'more/b.ogg'])
      writeFileSync(join(folder, name), '');
    const single = join(folder, 'notes.txt');
    expect(soundFiles([single, folder])).toEqual(
      [single, 'more/a.flac', 'more/b.ogg', 'take 2.WAV', 'take 10.wav'].map((name) =>
        name === single ? single : join(folder, name),
      ),
    );
  });

  it('are missed where there are none', () => {
    expect(() => soundFiles([folder])).toThrow('There are no audio files');
    expect(soundFiles([])).toEqual([]);
  });
});
