import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WavWriter } from '../../../src/engine/audio/wav.js';
import { parseNpy } from '../../../src/engine/cli/npy.js';

/** The built program, as a user runs it. */
const PROGRAM = 'dist/engine/tiller.js';
const LOOP = 'models/loops/kit-beat.wav';
const MODEL = 'models/percussion/percussion.ts';
const PRESET = 'presets/drum-garden.tiller.json';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tiller-cli-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tiller(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, '--library', join(folder, 'library'), ...args],
    {
      encoding: 'utf8',
      timeout: 300_000,
      // Its own home folder, without the user's models and presets.
      env: { ...process.env, HOME: folder, XDG_DATA_HOME: join(folder, 'data') },
    },
  );
  return { status, stdout, stderr };
}
const json = (...args: string[]) => JSON.parse(tiller('--json', ...args).stdout) as Record<string, unknown>;

describe('tiller', () => {
  it('describes each command', () => {
    for (const command of [
      'import',
      'inspect',
      'encode',
      'decode',
      'train',
      'map',
      'examples',
      'render',
      'bench',
      'doctor',
      'serve',
      'demo',
    ]) {
      const { status, stdout } = tiller(command, '--help');
      expect([command, status]).toEqual([command, 0]);
      expect(stdout).toContain(`Usage: tiller ${command}`);
    }
  });

  it('is executable after every build, for npx', () => {
    expect(() => accessSync(PROGRAM, constants.X_OK)).not.toThrow();
  });

  it('encodes and decodes a file reproducibly', () => {
    const z = join(folder, 'z.npy');
    for (const [noise, name] of [
      ['silent', 'a'],
      ['silent', 'b'],
      ['seed:3', 'c'],
      ['seed:4', 'd'],
    ] as const) {
      expect(tiller('encode', 'percussion', LOOP, '-o', z, '--force', '--noise', noise).status).toBe(0);
      expect(
        tiller('decode', 'percussion', z, '-o', join(folder, `${name}.wav`), '--noise', noise).status,
      ).toBe(0);
    }
    const { rows, columns } = parseNpy(readFileSync(z));
    expect(rows).toBe(8);
    expect(columns).toBeGreaterThan(100);
    const wav = (name: string) => readFileSync(join(folder, `${name}.wav`));
    expect(wav('a').equals(wav('b'))).toBe(true);
    expect(wav('c').equals(wav('d'))).toBe(false);
  });

  // The last incomplete latent frame and the model's own delay after the end were missing.
  it.each([1, 511, 512, 1300])('encodes all of %i samples, including the model’s delay', (length) => {
    const [x, z, y] = ['x.wav', 'x.npy', 'y.wav'].map((name) => join(folder, `${length}-${name}`)) as [
      string,
      string,
      string,
    ];
    const sound = new Float32Array(length);
    sound[length - 1] = 0.9;
    const writer = new WavWriter(x, { rate: 44_100, channels: 1 });
    writer.append([sound], length);
    writer.close();
    const { frames, hop, samples, delaySamples } = json('encode', 'percussion', x, '-o', z) as Record<
      string,
      number
    >;
    expect([samples, hop]).toEqual([length, 512]);
    expect(delaySamples).toBeGreaterThan(0);
    expect(frames).toBe(Math.ceil((length + (delaySamples ?? 0)) / 512));
    expect(json('decode', 'percussion', z, '-o', y)).toMatchObject({
      seconds: ((frames ?? 0) * 512) / 44_100,
    });
  });

  it('runs models with onnxruntime’s telemetry switched off', () => {
    const home = mkdtempSync(join(folder, 'home-'));
    const out = join(home, 'z.npy');
    const { status } = spawnSync(process.execPath, [PROGRAM, 'encode', 'percussion', LOOP, '-o', out], {
      // Without CI variables, with which onnxruntime switches telemetry off itself.
      env: { PATH: process.env['PATH'], HOME: home },
    });
    expect(status).toBe(0);
    expect(readdirSync(home)).toEqual(['z.npy']);
  });

  it('trains a preset and renders it with the same result for any block size', () => {
    const preset = join(folder, 'learned.tiller.json');
    expect(tiller('train', PRESET, '--kind', 'neural-net', '-o', preset).status).toBe(0);
    const gesture = join(folder, 'gesture.csv');
    writeFileSync(gesture, '0,0,0\n2,1,1\n4,0,1\n');
    const rendered = [64, 1000].map((block) => {
      const out = join(folder, `block${block}.wav`);
      const { status } = tiller(
        'render',
        LOOP,
        '-p',
        preset,
        '-g',
        gesture,
        '--block',
        String(block),
        '-o',
        out,
      );
      expect(status).toBe(0);
      return readFileSync(out);
    });
    expect(rendered[0]?.equals(rendered[1] ?? Buffer.alloc(0))).toBe(true);
    const still = join(folder, 'still.wav');
    tiller('render', LOOP, '-p', preset, '-o', still);
    expect(readFileSync(still).equals(rendered[0] ?? Buffer.alloc(0))).toBe(false);
  });

  it.each([
    ['CSV', 'examples.csv', ['examples.csv']],
    ['FluCoMa’s JSON', 'examples.json', ['examples.inputs.json', 'examples.latents.json']],
  ])('exports and imports examples as %s', (_, output, files) => {
    const paths = files.map((name) => join(folder, name));
    expect(json('examples', 'export', PRESET, '-o', join(folder, output))).toMatchObject({ outputs: paths });
    const out = join(folder, `${output}.tiller.json`);
    expect(tiller('examples', 'import', PRESET, ...paths, '--replace', '-o', out).status).toBe(0);
    type Stored = { examples: { label: string; inputs: number[]; latents: number[] }[] };
    const [before, after] = [PRESET, out].map((path) =>
      (JSON.parse(readFileSync(path, 'utf8')) as Stored).examples.map(({ label, inputs, latents }) => ({
        label,
        inputs,
        latents,
      })),
    );
    expect(after).toEqual(before);
    expect(tiller('examples', 'export', PRESET, '-o', join(folder, 'examples.xls')).status).toBe(2);
  });

  it('renders a preset by its id', () => {
    const [byId, byPath] = [join(folder, 'by-id.wav'), join(folder, 'by-path.wav')];
    expect(tiller('render', LOOP, '-p', 'factory/drum-garden', '-o', byId).status).toBe(0);
    expect(tiller('render', LOOP, '-p', PRESET, '-o', byPath).status).toBe(0);
    expect(readFileSync(byId).equals(readFileSync(byPath))).toBe(true);
  });

  it('writes to the target of a symbolic link', () => {
    const [target, link] = [join(folder, 'target.wav'), join(folder, 'link.wav')];
    writeFileSync(target, 'before');
    symlinkSync(target, link);
    expect(tiller('render', LOOP, '-p', PRESET, '-f', '-o', link).status).toBe(0);
    expect(readlinkSync(link)).toBe(target);
    expect(readFileSync(target).length).toBeGreaterThan(1000);
  });

  it('reports a model that is already in the library, with its present name', () => {
    const library = join(folder, 'twice');
    const [first, second] = ['mine.ts', 'renamed.ts'].map((name) => join(folder, name)) as [string, string];
    for (const path of [first, second]) copyFileSync(MODEL, path);
    const load = (path: string) => tiller('--library', library, 'import', path).stdout;
    expect(load(first)).toMatch(/^Imported into .*\nname +mine /);
    expect(load(second)).toMatch(/^Already in the library: .*\nname +mine /);
  });

  it('renders at another rate', () => {
    const out = join(folder, 'rate.wav');
    const result = json('render', LOOP, '-p', PRESET, '--rate', '48000', '-o', out);
    expect(result).toMatchObject({ rate: 48_000, faults: 0 });
    expect(readFileSync(out).readUInt32LE(24)).toBe(48_000);
  });

  it('reads a gesture in each text encoding of Excel', () => {
    const [short, text] = [join(folder, 'excel.wav'), join(folder, 'excel.txt')];
    const writer = new WavWriter(short, { rate: 44_100, channels: 1 });
    writer.append([new Float32Array(44_100).fill(0.1)], 44_100);
    writer.close();
    const rendered = (['utf8', 'utf16le'] as const).map((encoding) => {
      const out = join(folder, `excel-${encoding}.wav`);
      writeFileSync(text, '\uFEFFZeit\tx\ty\r\n0\t0,1\t1\r\n0,5\t1\t0,25\r\n', encoding);
      expect(tiller('render', short, '-p', PRESET, '-g', text, '-o', out).status).toBe(0);
      return readFileSync(out);
    });
    expect(rendered[0]?.equals(rendered[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('overwrites a file only with --force', () => {
    const out = join(folder, 'kept.wav');
    writeFileSync(out, 'mine');
    expect(tiller('render', LOOP, '-p', PRESET, '-o', out).status).toBe(5);
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  it.each([
    ['an unknown command', ['sing'], 2, /unknown command/],
    ['a missing file', ['encode', 'percussion', 'nowhere.wav', '-o', 'x.npy'], 4, /no file at nowhere/],
    ['a missing model', ['inspect', 'nothing'], 4, /no model .nothing./],
    ['a file that is no model', ['import', 'package.json'], 6, /./],
    ['a file that is no preset', ['train', 'package.json', '-o', 'x.json'], 3, /not a Tiller preset/],
    ['a file that is no sound', ['render', 'package.json', '-p', PRESET, '-o', 'x.wav'], 3, /./],
    ['an impossible block', ['render', LOOP, '-p', PRESET, '-o', 'x.wav', '--block', '0'], 2, /1 to 8192/],
    ['a device for a model', ['import', '/dev/zero'], 4, /no ordinary file/],
    ['a device for a preset', ['render', LOOP, '-p', '/dev/zero', '-o', 'x.wav'], 4, /is a device/],
    [
      'a device for a gesture',
      ['render', LOOP, '-p', PRESET, '-g', '/dev/zero', '-o', 'x.wav'],
      4,
      /is a device/,
    ],
    ['a device for latents', ['decode', 'percussion', '/dev/zero', '-o', 'x.wav'], 4, /is a device/],
    ['another format', ['render', LOOP, '-p', PRESET, '-o', 'x.mp3'], 2, /no.* an MP3: .*writes WAV/],
    ['too long a name', ['render', LOOP, '-p', PRESET, '-o', `${'x'.repeat(300)}.wav`], 4, /too long a name/],
    ['an unknown preset', ['render', LOOP, '-p', 'factory/nothing', '-o', 'x.wav'], 4, /no preset/],
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
    const { status, stderr } = tiller('render', LOOP, '-p', PRESET, '-g', gesture, '-o', out);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/gesture lasts 600\.0 s, longer than the audio/),
    ]);
  });

  it('warns that a preset’s examples have not been trained', () => {
    const untrained = join(folder, 'untrained.tiller.json');
    writeFileSync(untrained, JSON.stringify({ ...JSON.parse(readFileSync(PRESET, 'utf8')), trained: null }));
    const { status, stderr } = tiller('render', LOOP, '-p', untrained, '-o', join(folder, 'untrained.wav'));
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
    const evil = join(folder, 'evil.tiller.json');
    const model = { name: 'a\u001b[2Jb\u0007', sha256: 'a'.repeat(64) };
    writeFileSync(evil, JSON.stringify({ ...JSON.parse(readFileSync(PRESET, 'utf8')), model }));
    const { status, stderr } = tiller('render', LOOP, '-p', evil, '-o', join(folder, 'evil.wav'));
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

  // Regression: -p took identifiers only.
  it.each([
    ['an id in place of an unsaved session, which is kept', 'factory/breath-and-bow', { presetId: null }, 1],
    ['an id in place of a saved session', 'factory/breath-and-bow', { presetId: 'factory/drum-garden' }, 0],
    ['a file in place of an unsaved session, which is kept', PRESET, { presetId: null }, 1],
  ])('serves a preset by %s', async (_, requested, kept, asides) => {
    const home = mkdtempSync(join(folder, 'session-'));
    const document = join(home, 'session.json');
    const preset: unknown = JSON.parse(readFileSync(PRESET, 'utf8'));
    const session = JSON.stringify({ format: 'tiller-session', version: 1, ...kept, preset });
    writeFileSync(document, session);
    const serving = spawn(
      process.execPath,
      [PROGRAM, 'serve', '--no-open', '--no-restart', '-p', requested, '--document', document],
      { env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'data') } },
    );
    await once(serving.stdout, 'data');
    serving.kill('SIGTERM');
    await once(serving, 'exit');
    const files = readdirSync(home).filter((name) => name.endsWith('.kept'));
    expect(files).toHaveLength(asides);
    for (const name of files) expect(readFileSync(join(home, name), 'utf8')).toBe(session);
  });

  it('gives errors as JSON with --json', () => {
    expect(json('inspect', 'nothing')).toMatchObject({ error: { code: 'model-missing' } });
    for (const words of [[], ['sing'], ['import'], ['render', LOOP, '--block', '0']]) {
      const { status, stdout, stderr } = tiller('--json', ...words);
      expect([words, status, stderr]).toEqual([words, 2, '']);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'argument-invalid' } });
    }
  });

  it('doctor finds no fault in this installation', () => {
    const { status, stdout } = tiller('doctor');
    expect(stdout).not.toContain('BAD');
    expect(status).toBe(0);
    expect(stdout).toContain(join(folder, 'library'));
    const { resolve } = createRequire(import.meta.url);
    const midi = (() => {
      try {
        return resolve('@julusian/midi') !== '';
      } catch {
        return false;
      }
    })();
    expect(stdout).toMatch(midi ? /ok +MIDI devices/ : /none +MIDI devices/);
  });
});
