import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readControllers, writeControllers } from '../../../src/engine/persistence/stored-controllers.js';
import { OSC_OFF } from '../../../src/protocol/interface.js';

describe('stored controllers', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-controllers-'));
    path = join(folder, 'data', 'controllers.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('read back as they were written; null before', async () => {
    expect(await readControllers(path)).toBeNull();
    const kept = {
      midi: 'knobs 24:0',
      midiOutput: 'faders',
      osc: { ...OSC_OFF, receive: true, receivePort: 9123 },
    };
    await writeControllers(path, kept);
    expect(await readControllers(path)).toEqual(kept);
  });

  it('of a version without feedback and network are read', async () => {
    const osc: Partial<typeof OSC_OFF> = { ...OSC_OFF };
    delete osc.network;
    await writeControllers(path, { midi: null, midiOutput: null, osc: OSC_OFF });
    await writeFile(path, JSON.stringify({ format: 'tiller-controllers', version: 1, midi: 'knobs', osc }));
    expect(await readControllers(path)).toEqual({ midi: 'knobs', midiOutput: null, osc: OSC_OFF });
  });

  it.each([
    '{',
    JSON.stringify({ format: 'tiller-controllers', version: 2, midi: null, osc: OSC_OFF }),
    JSON.stringify({ format: 'tiller-controllers', version: 1, midi: 7, osc: OSC_OFF }),
    JSON.stringify({
      format: 'tiller-controllers',
      version: 1,
      midi: null,
      osc: { ...OSC_OFF, sendPort: 70_000 },
    }),
    ' '.repeat(20_000),
  ])('are moved aside where they cannot be read: %#', async (text) => {
    await writeControllers(path, { midi: null, midiOutput: null, osc: OSC_OFF });
    await writeFile(path, text);
    await expect(readControllers(path)).rejects.toMatchObject({ code: 'preset-invalid' });
    expect(await readControllers(path)).toBeNull();
    expect((await readdir(join(folder, 'data'))).join()).toMatch(/^controllers\.json\.\d+\.unreadable$/);
  });
});
