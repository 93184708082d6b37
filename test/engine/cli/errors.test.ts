import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WavWriter } from '../../../src/engine/audio/wav.js';
import { PRESET, PROGRAM, ProgramRig } from './program-rig.js';

const rig = new ProgramRig();
const { folder, sound, tiller, json } = rig;
afterAll(() => rig.remove());

describe('tiller, where something is wrong', () => {
  it('overwrites a file only with --force', () => {
    const out = join(folder, 'kept.wav');
    writeFileSync(out, 'mine');
    expect(tiller('render', sound, '-p', PRESET, '-o', out).status).toBe(5);
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  it.each([
    ['an unknown command', ['sing'], 2, /unknown command/],
    ['a missing file', ['encode', 'percussion', 'nowhere.wav', '-o', 'x.npy'], 4, /no file at nowhere/],
    ['a missing model', ['inspect', 'nothing'], 4, /no model .nothing./],
    ['a file that is no model', ['import', 'package.json'], 6, /./],
    ['a file that is no preset', ['train', 'package.json', '-o', 'x.json'], 3, /not a Tiller preset/],
    ['a file that is no sound', ['render', 'package.json', '-p', PRESET, '-o', 'x.wav'], 3, /./],
    ['an impossible block', ['render', sound, '-p', PRESET, '-o', 'x.wav', '--block', '0'], 2, /1 to 8192/],
    ['a device for a model', ['import', '/dev/zero'], 4, /no ordinary file/],
    ['a device for a preset', ['render', sound, '-p', '/dev/zero', '-o', 'x.wav'], 4, /is a device/],
    [
      'a device for a gesture',
      ['render', sound, '-p', PRESET, '-g', '/dev/zero', '-o', 'x.wav'],
      4,
      /is a device/,
    ],
    ['a device for latents', ['decode', 'percussion', '/dev/zero', '-o', 'x.wav'], 4, /is a device/],
    ['another format', ['render', sound, '-p', PRESET, '-o', 'x.mp3'], 2, /no.* an MP3: .*writes WAV/],
    [
      'too long a name',
      ['render', sound, '-p', PRESET, '-o', `${'x'.repeat(300)}.wav`],
      4,
      /too long a name/,
    ],
    ['an unknown preset', ['render', sound, '-p', 'factory/nothing', '-o', 'x.wav'], 4, /no preset/],
    ['a library without a name', ['--library', '', 'doctor'], 2, /no name/],
    ['a demo without a folder', ['demo', '-o', ''], 2, /no name/],
    ['an unknown part', ['bench', '--only', 'nothing'], 2, /no part .*\n.*gesture/],
    [
      'an unknown kind of regressor',
      ['train', PRESET, '--kind', 'forest', '-o', 'x.json'],
      2,
      /neural-net, gaussian-process, .*nearest-neighbours/,
    ],
    ['an impossible noise', ['--noise', 'loud', 'doctor'], 2, /no noise setting/],
  ])('answers %s with a code and a reason', (_name, args, code, reason) => {
    const { status, stderr } = tiller(...args);
    expect(status).toBe(code);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readdirSync('.').filter((name) => /^x\.(npy|wav|json)$/.test(name))).toEqual([]);
  });

  it('refuses an output that cannot be written, before it starts', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    for (const [output, code, reason] of [
      [join(folder, 'nowhere', 'x.wav'), 4, /no folder .*nowhere/],
      [join(file, 'x.wav'), 4, /through a file/],
      [folder, 4, /is a folder/],
      ['/dev/null', 2, /no ordinary file/],
      ['', 2, /no name/],
    ] as const) {
      // The input does not exist either, and is not read.
      const { status, stderr } = tiller('render', 'nowhere.wav', '-p', PRESET, '-f', '-o', output);
      expect([output, status]).toEqual([output, code]);
      expect(stderr).toMatch(reason);
    }
  });

  it('refuses a sample rate out of range unless --rate is given', () => {
    const [slow, out] = [join(folder, 'slow.wav'), join(folder, 'from-slow.wav')];
    const writer = new WavWriter(slow, { rate: 8000, channels: 1 });
    writer.append([new Float32Array(4000).fill(0.1)], 4000);
    writer.close();
    const { status, stderr } = tiller('render', slow, '-p', PRESET, '-o', out);
    expect([status, stderr]).toEqual([2, expect.stringContaining('--rate 44100')]);
    expect(json('render', slow, '-p', PRESET, '-o', out, '--rate', '44100')).toMatchObject({ seconds: 0.5 });
  });

  it('warns where a gesture is longer than the audio', () => {
    const gesture = join(folder, 'long.csv');
    writeFileSync(gesture, 'seconds,x\n0,0\n600,1\n');
    const out = join(folder, 'long-gesture.wav');
    const { status, stderr } = tiller('render', sound, '-p', PRESET, '-g', gesture, '-o', out);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/gesture lasts 600\.0 s, longer than the audio/),
    ]);
  });

  it('warns that a preset’s examples have not been trained', () => {
    const untrained = join(folder, 'untrained.tiller.json');
    writeFileSync(untrained, JSON.stringify({ ...JSON.parse(readFileSync(PRESET, 'utf8')), trained: null }));
    const { status, stderr } = tiller('render', sound, '-p', untrained, '-o', join(folder, 'untrained.wav'));
    expect([status, stderr]).toEqual([0, expect.stringContaining('tiller train')]);
  });

  it('warns that a preset has no examples', () => {
    const bare = join(folder, 'bare.tiller.json');
    const preset: object = JSON.parse(readFileSync(PRESET, 'utf8')) as object;
    writeFileSync(bare, JSON.stringify({ ...preset, examples: [], trained: null }));
    const { status, stderr } = tiller('train', bare, '-o', join(folder, 'bare-trained.json'));
    expect([status, stderr]).toEqual([0, expect.stringContaining('no examples')]);
  });

  it('removes control characters of names in files from its output', () => {
    const malicious = join(folder, 'malicious.tiller.json');
    const model = { name: 'a\u001b[2Jb\u0007', sha256: 'a'.repeat(64) };
    writeFileSync(malicious, JSON.stringify({ ...JSON.parse(readFileSync(PRESET, 'utf8')), model }));
    const { status, stderr } = tiller('render', sound, '-p', malicious, '-o', join(folder, 'malicious.wav'));
    expect(status).toBe(4);
    expect(stderr).toContain('“a [2Jb ”');
  });

  it('reports that its output cannot be written', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'doctor'], {
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect([status, stderr]).toEqual([5, expect.stringMatching(/^tiller: The disk is full/)]);
  });

  it('ends where it cannot serve', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const taken = tiller('serve', '--no-open', '--port', String(port));
      expect(taken).toMatchObject({ status: 2, stdout: '' });
      expect(taken.stderr).toContain(`Port ${port} is in use`);
    } finally {
      other.close();
    }
    const absent = tiller('serve', '--no-open', '--no-restart', '--preset', 'factory/nothing');
    expect(absent).toMatchObject({ status: 4, stdout: '' });
    expect(absent.stderr).toContain('no preset');
  });

  it('gives errors as JSON with --json', () => {
    expect(json('inspect', 'nothing')).toMatchObject({ error: { code: 'model-missing' } });
    for (const words of [[], ['sing'], ['import'], ['render', sound, '--block', '0']]) {
      const { status, stdout, stderr } = tiller('--json', ...words);
      expect([words, status, stderr]).toEqual([words, 2, '']);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'argument-invalid' } });
    }
  });
});
