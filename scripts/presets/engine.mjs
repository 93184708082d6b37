import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';

const program = join(root, 'dist', 'engine', 'tiller.js');

/** Runs Tiller from the command line and returns what it prints; ends the script where that fails. */
export function tiller(...args) {
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  return String(stdout);
}

/** Calls `work` with a folder that is removed afterwards. */
export function inTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'tiller-presets-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mono mix and rate of a WAV of 16-bit or 32-bit float samples. */
export function readWav(path) {
  const bytes = readFileSync(path);
  let [format, channels, rate] = [0, 0, 0];
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, size] = [bytes.toString('latin1', at, at + 4), bytes.readUInt32LE(at + 4)];
    const start = at + 8;
    if (name === 'fmt ') {
      format = bytes.readUInt16LE(start);
      channels = bytes.readUInt16LE(start + 2);
      rate = bytes.readUInt32LE(start + 4);
    } else if (name === 'data') {
      const width = format === 3 ? 4 : 2;
      const value = format === 3 ? (i) => bytes.readFloatLE(i) : (i) => bytes.readInt16LE(i) / 32768;
      const frames = Math.floor(Math.min(size, bytes.length - start) / (width * channels));
      const samples = new Float32Array(frames);
      for (let frame = 0; frame < frames; frame += 1)
        for (let c = 0; c < channels; c += 1)
          samples[frame] += value(start + (frame * channels + c) * width) / channels;
      return { samples, rate };
    }
    at = start + size + (size % 2);
  }
  throw new Error(`${path} holds no samples`);
}

/** Renders the loop at `input` through the preset at `preset`, steered by the CSV `gesture`; mono mix and rate. */
export function renderLoop(preset, input, gesture) {
  return inTemporaryFolder((folder) => {
    const output = join(folder, 'out.wav');
    tiller('--json', 'render', input, '-o', output, '-p', preset, '-g', gesture);
    return readWav(output);
  });
}

/** Decodes a series of latents [frames][dimensions] with the model of that SHA-256; mono mix and rate. */
export function decodeLatents(sha256, frames) {
  return inTemporaryFolder((folder) => {
    const [array, output] = [join(folder, 'z.npy'), join(folder, 'out.wav')];
    writeFileSync(array, npy(frames));
    tiller('--json', 'decode', sha256, array, '-o', output);
    return readWav(output);
  });
}

/** Latents [frames][dimensions] as a float32 array [dimensions, frames] in NumPy's format 1.0. */
function npy(frames) {
  const dimensions = frames[0].length;
  const shape = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions}, ${frames.length}), }`;
  const header = Buffer.alloc(128, ' ');
  header.write('\x93NUMPY\x01\x00', 0, 'latin1');
  header.writeUInt16LE(118, 8);
  header.write(shape, 10, 'latin1');
  header.write('\n', 127, 'latin1');
  const data = new Float32Array(dimensions * frames.length);
  frames.forEach((latents, frame) =>
    latents.forEach((value, d) => (data[d * frames.length + frame] = value)),
  );
  return Buffer.concat([header, Buffer.from(data.buffer)]);
}
