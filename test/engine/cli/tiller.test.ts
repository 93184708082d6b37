import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { WavWriter } from '../../../src/engine/audio/wav.js';
import { parseNpy } from '../../../src/engine/audio/npy.js';
import { fixturePath } from '../model/fixtures.js';
import { PRESET, PROGRAM, ProgramRig } from './program-rig.js';

const rig = new ProgramRig();
const { folder, sound, tiller, json } = rig;
afterEach(() => rig.endAll());
afterAll(() => rig.remove());

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
      'generate',
      'listen',
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
      expect(tiller('encode', 'percussion', sound, '-o', z, '--force', '--noise', noise).status).toBe(0);
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
    const { status } = spawnSync(process.execPath, [PROGRAM, 'encode', 'percussion', sound, '-o', out], {
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
        sound,
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
    tiller('render', sound, '-p', preset, '-o', still);
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

  it('lets a model with a prior play by itself, reproducibly, and refuses one without', () => {
    const model = join(folder, 'dreaming.ts');
    copyFileSync(join('test', 'fixtures', 'prior', 'prior.torchscript'), model);
    const sounds = ['--noise=seed:1', '--noise=seed:1', '--noise=seed:2', '--temperature=-5'].map(
      (option, i) => {
        const out = join(folder, `dream${i}.wav`);
        const result = json('generate', model, '--seconds', '2', option, '-o', out);
        expect(result).toMatchObject({ seconds: 2, rate: 32_000, faults: 0 });
        return readFileSync(out);
      },
    );
    expect(sounds[1]?.equals(sounds[0] ?? Buffer.alloc(0))).toBe(true);
    for (const other of sounds.slice(2)) expect(other.equals(sounds[0] ?? Buffer.alloc(0))).toBe(false);
    const { status, stderr } = tiller('generate', 'percussion', '-o', join(folder, 'none.wav'));
    expect(status).not.toBe(0);
    expect(stderr).toContain('has no prior');
  });

  it('has another model’s encoder hear what a preset plays, reproducibly', () => {
    const sounds = [0, 1].map((i) => {
      const [preset, out] = [join(folder, `listens${i}.tiller.json`), join(folder, `listens${i}.wav`)];
      expect(json('listen', PRESET, 'voices', '-o', preset)).toMatchObject({
        model: 'voices',
        adapted: true,
      });
      expect(tiller('render', sound, '-p', preset, '-o', out).status).toBe(0);
      return readFileSync(out);
    });
    expect(sounds[1]?.equals(sounds[0] ?? Buffer.alloc(0))).toBe(true);
    const own = join(folder, 'listens-itself.wav');
    expect(tiller('render', sound, '-p', PRESET, '-o', own).status).toBe(0);
    expect(readFileSync(own).equals(sounds[0] ?? Buffer.alloc(0))).toBe(false);
  });

  it('renders a preset by its id', () => {
    const [byId, byPath] = [join(folder, 'by-id.wav'), join(folder, 'by-path.wav')];
    expect(tiller('render', sound, '-p', 'factory/drum-garden', '-o', byId).status).toBe(0);
    expect(tiller('render', sound, '-p', PRESET, '-o', byPath).status).toBe(0);
    expect(readFileSync(byId).equals(readFileSync(byPath))).toBe(true);
  });

  it('writes to the target of a symbolic link', () => {
    const [target, link] = [join(folder, 'target.wav'), join(folder, 'link.wav')];
    writeFileSync(target, 'before');
    symlinkSync(target, link);
    expect(tiller('render', sound, '-p', PRESET, '-f', '-o', link).status).toBe(0);
    expect(readlinkSync(link)).toBe(target);
    expect(readFileSync(target).length).toBeGreaterThan(1000);
  });

  it('reports a model that is already in the library, with its present name', () => {
    const library = join(folder, 'twice');
    const [first, second] = ['mine.ts', 'renamed.ts'].map((name) => join(folder, name)) as [string, string];
    for (const path of [first, second]) copyFileSync(fixturePath('identity'), path);
    const load = (path: string) => tiller('--library', library, 'import', path).stdout;
    expect(load(first)).toMatch(/^Imported into .*\nname +mine /);
    expect(load(second)).toMatch(/^Already in the library: .*\nname +mine /);
  });

  it('renders at another rate', () => {
    const out = join(folder, 'rate.wav');
    const result = json('render', sound, '-p', PRESET, '--rate', '48000', '-o', out);
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
    const serving = rig.start(
      home,
      'serve',
      '--no-open',
      '--no-restart',
      '-p',
      requested,
      '--document',
      document,
    );
    await once(serving.stdout, 'data');
    serving.kill('SIGTERM');
    await once(serving, 'exit');
    const files = readdirSync(home).filter((name) => name.endsWith('.kept'));
    expect(files).toHaveLength(asides);
    for (const name of files) expect(readFileSync(join(home, name), 'utf8')).toBe(session);
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
